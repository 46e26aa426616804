"""A person's question list: their words, their order, their paper."""

from __future__ import annotations

import pytest

from actions.conversation import Affirm
from actions.names import Form, Slot
from actions.questions import (
    AskQuestionText,
    ExportQuestions,
    KeepQuestion,
    ReadQuestion,
    RemoveQuestion,
    ShowQuestions,
    ValidateQuestion,
)
from assistant.dialogue.contract import SaveQuestions
from assistant.questions.question_list import MOST_ITEMS
from tests.actions.conftest import Chat, payloads


async def test_a_question_in_the_request_is_kept_at_once(chat: Chat) -> None:
    await chat.hears_and_runs("add: is it for life?", "add_question", ReadQuestion())
    (reply,) = await chat.runs(KeepQuestion())
    assert chat.effects == [SaveQuestions(("is it for life?",))]
    assert "“is it for life?”" in reply.text


async def test_without_words_they_are_asked_for(chat: Chat) -> None:
    await chat.hears_and_runs("add a question", "add_question", ReadQuestion())
    assert chat.slots[Slot.QUESTION_TEXT] is None
    (reply,) = await chat.runs(AskQuestionText())
    assert "your words" in reply.text
    assert "/stop" in payloads(reply)


@pytest.mark.parametrize(
    ("words", "looks_like"),
    [
        ("how do i stop drinking?", "ask_what_helps"),
        ("is there any hope", "ask_hope"),
        ("can i stop my meds", "ask_medication"),
        ("will they tell my wife?", "ask_privacy"),
        ("what is this for", "ask_what_is"),
        ("does it stop?", "stop"),
        ("is lithium for life?", "add_question"),
        ("why me", "share_hard_feelings"),
    ],
)
async def test_a_question_is_kept_whatever_else_it_resembles(words: str, looks_like: str) -> None:
    chat = Chat().asks(Form.QUESTION, Slot.QUESTION_TEXT)
    await chat.hears_and_runs(words, looks_like, ValidateQuestion())
    assert chat.slots[Slot.QUESTION_TEXT] == words


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("stop", "stop"),
        ("i want to talk to a person please, not write questions", "ask_human"),
        ("never mind", "deny"),
        ("show my list", "show_questions"),
        ("what should i ask?", "ask_what_to_ask"),
        ("/stop", "stop"),
        ('/ask_what_is{"topic": "ptsd"}', "ask_what_is"),
    ],
)
async def test_a_way_out_is_not_written_down(words: str, intent: str) -> None:
    chat = Chat().asks(Form.QUESTION, Slot.QUESTION_TEXT)
    await chat.hears_and_runs(words, intent, ValidateQuestion())
    assert chat.slots.get(Slot.QUESTION_TEXT) is None


async def test_several_questions_at_once_are_kept_one_by_one() -> None:
    chat = Chat(questions=("is it genetic?",))
    chat.slots[Slot.QUESTION_TEXT] = "1. can i work? 2. can i drive?"
    (reply,) = await chat.hears_and_runs("…", "add_question", KeepQuestion())
    assert chat.effects == [SaveQuestions(("is it genetic?", "can i work?", "can i drive?"))]
    assert "2 questions" in reply.text
    assert "3 on your list" in reply.text


async def test_the_same_question_twice_changes_nothing() -> None:
    chat = Chat(questions=("is it genetic?",))
    chat.slots[Slot.QUESTION_TEXT] = "is it genetic?"
    (reply,) = await chat.hears_and_runs("add: is it genetic?", "add_question", KeepQuestion())
    assert chat.effects == []
    assert "already" in reply.text


async def test_a_full_list_says_so_and_loses_nothing() -> None:
    chat = Chat(questions=tuple(f"question {number}?" for number in range(MOST_ITEMS)))
    chat.slots[Slot.QUESTION_TEXT] = "one more?"
    (reply,) = await chat.hears_and_runs("add: one more?", "add_question", KeepQuestion())
    assert chat.effects == []
    assert str(MOST_ITEMS) in reply.text


async def test_yes_after_one_asks_for_another(chat: Chat) -> None:
    chat.slots[Slot.QUESTION_TEXT] = "is it for life?"
    await chat.hears_and_runs("add: is it for life?", "add_question", KeepQuestion())
    await chat.hears_and_runs("yes", "affirm", Affirm())
    assert chat.followup == Form.QUESTION


async def test_the_list_is_shown_and_an_empty_one_says_what_it_is_for() -> None:
    (reply,) = await Chat(questions=("a?", "b?")).hears_and_runs(
        "my list", "show_questions", ShowQuestions()
    )
    assert "1. a?\n2. b?" in reply.text
    (reply,) = await Chat().hears_and_runs("my list", "show_questions", ShowQuestions())
    assert "empty" in reply.text


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("remove the second one", ("a?", "why do i shake?")),
        ("delete number 1", ("b?", "why do i shake?")),
        ("remove the last one", ("a?", "b?")),
        ("take off the one about shaking", None),
        ("clear my list", ()),
    ],
)
async def test_a_question_is_taken_off(words: str, left: tuple[str, ...] | None) -> None:
    chat = Chat(questions=("a?", "b?", "why do i shake?"))
    await chat.hears_and_runs(words, "remove_question", RemoveQuestion())
    if left is not None:
        assert chat.effects == [SaveQuestions(left)]


async def test_a_wish_to_remove_that_names_none_asks_which() -> None:
    chat = Chat(questions=("a?", "b?"))
    (reply,) = await chat.hears_and_runs("remove a question", "remove_question", RemoveQuestion())
    assert chat.effects == []
    assert "1. a?" in reply.text


async def test_a_number_that_is_not_there_changes_nothing() -> None:
    chat = Chat(questions=("a?",))
    (reply,) = await chat.hears_and_runs("remove 7", "remove_question", RemoveQuestion())
    assert chat.effects == []
    assert "7" in reply.text


async def test_the_list_can_be_taken_along_as_a_message_and_a_file() -> None:
    (reply,) = await Chat(questions=("a?",)).hears_and_runs(
        "as pdf", "export_questions", ExportQuestions()
    )
    assert reply.document == "questions"
    assert "1. a?" in reply.text
    (reply,) = await Chat().hears_and_runs("as pdf", "export_questions", ExportQuestions())
    assert reply.document is None
