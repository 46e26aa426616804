"""Yes, no, stop, again, and what Beside does not do."""

from __future__ import annotations

import pytest

from actions.conversation import (
    Affirm,
    Complaint,
    Decline,
    EverydayNeeds,
    OtherLanguage,
    OutOfScope,
    Repeat,
    Stop,
)
from actions.education import Answer
from actions.fallback import Fallback
from actions.names import Form, Slot
from assistant.safety.directory import Directory
from tests.actions.conftest import Chat, payloads


async def test_yes_to_a_person_asks_for_one(chat: Chat) -> None:
    await chat.hears_and_runs("you are useless", "complain", Complaint())
    await chat.hears_and_runs("yes", "affirm", Affirm())
    assert chat.followup == Form.PEER


async def test_yes_to_several_things_asks_which(chat: Chat) -> None:
    (card,) = await chat.hears_and_runs("what is ptsd", "ask_what_is", Answer())
    (reply,) = await chat.hears_and_runs("yes", "affirm", Affirm())
    assert reply.buttons == card.buttons


async def test_yes_to_nothing_asks_what_they_would_like(chat: Chat) -> None:
    (reply,) = await chat.hears_and_runs("yes", "affirm", Affirm())
    assert "/ask_human" in payloads(reply)


async def test_a_yes_counts_for_the_last_message_alone(chat: Chat) -> None:
    await chat.hears_and_runs("you are useless", "complain", Complaint())
    await chat.hears_and_runs("what is ptsd", "ask_what_is", Answer())
    await chat.hears_and_runs("yes", "affirm", Affirm())
    assert chat.followup is None


async def test_yes_inside_a_form_is_left_to_the_form(chat: Chat) -> None:
    chat.asks(Form.QUESTION, Slot.QUESTION_TEXT)
    assert await chat.hears_and_runs("yes", "affirm", Affirm()) == []
    assert chat.form == Form.QUESTION


async def test_a_second_no_is_said_differently(chat: Chat) -> None:
    (first,) = await chat.hears_and_runs("no", "deny", Decline())
    (second,) = await chat.hears_and_runs("no", "deny", Decline())
    assert first.text != second.text


@pytest.mark.parametrize(
    ("form", "slot", "word"),
    [
        (Form.TREATMENT, Slot.PLACE, "search"),
        (Form.QUESTION, Slot.QUESTION_TEXT, "nothing was written"),
        (Form.PEER, Slot.SHARING, "nothing was shared"),
    ],
)
async def test_stop_ends_any_form_and_says_what_came_of_it(form: str, slot: str, word: str) -> None:
    for action, intent in ((Stop(), "stop"), (Decline(), "deny")):
        chat = Chat().asks(form, slot)
        (reply,) = await chat.hears_and_runs("stop", intent, action)
        assert word in reply.text
        assert chat.form is None
        assert "/ask_human" in payloads(reply)


async def test_the_last_message_can_be_had_again(chat: Chat) -> None:
    said = await chat.hears_and_runs("what is ptsd", "ask_what_is", Answer())
    assert await chat.hears_and_runs("say that again", "repeat", Repeat()) == said


async def test_a_yes_after_a_repeat_still_counts(chat: Chat) -> None:
    await chat.hears_and_runs("you are useless", "complain", Complaint())
    await chat.hears_and_runs("what?", "repeat", Repeat())
    await chat.hears_and_runs("yes", "affirm", Affirm())
    assert chat.followup == Form.PEER


async def test_there_may_be_nothing_to_repeat(chat: Chat) -> None:
    (reply,) = await chat.hears_and_runs("what?", "repeat", Repeat())
    assert "nothing before" in reply.text


async def test_a_complaint_is_taken_and_the_second_offers_a_person_plainly(chat: Chat) -> None:
    (first,) = await chat.hears_and_runs("useless bot", "complain", Complaint())
    (second,) = await chat.hears_and_runs("useless bot", "complain", Complaint())
    assert first.text.startswith("Fair.")
    assert first.text != second.text
    assert "sorry you feel" not in first.text + second.text


async def test_a_wrong_answer_can_be_reported_to_the_people_who_run_it() -> None:
    chat = Chat(programme="the Example Recovery Centre")
    (reply,) = await chat.hears_and_runs("that answer is wrong", "complain", Complaint())
    assert "the Example Recovery Centre" in reply.text
    assert "/ask_source" in payloads(reply)


async def test_food_and_housing_go_to_those_who_have_them(chat: Chat) -> None:
    (reply,) = await chat.hears_and_runs("i have no food", "ask_everyday_needs", EverydayNeeds())
    assert str(Directory.load()["211"]) in reply.text
    assert reply.links[0].href.startswith("tel:")


async def test_spanish_gets_spanish_and_numbers_that_speak_it(chat: Chat) -> None:
    (reply,) = await chat.hears_and_runs("hola", "other_language", OtherLanguage())
    assert "solo escribo en inglés" in reply.text
    assert str(Directory.load()["samhsa"]) in reply.text


async def test_out_of_scope_says_what_there_is_and_does_not_repeat_it(chat: Chat) -> None:
    (first,) = await chat.hears_and_runs("what's the weather", "out_of_scope", OutOfScope())
    (second,) = await chat.hears_and_runs("who won", "out_of_scope", OutOfScope())
    assert len(second.text) < len(first.text)


async def test_not_understood_is_said_three_ways_and_then_a_person(chat: Chat) -> None:
    said = []
    for words in ("xq", "xqx", "xqxq"):
        (reply,) = await chat.hears_and_runs(words, "nlu_fallback", Fallback())
        said.append(reply.text)
        assert "/ask_human" in payloads(reply)
    assert len(set(said)) == 3
    await chat.hears_and_runs("yes", "affirm", Affirm())
    assert chat.followup == Form.PEER


async def test_a_condition_in_words_not_understood_is_picked_up(chat: Chat) -> None:
    (reply,) = await chat.hears_and_runs("ptsd thing idk man", "nlu_fallback", Fallback())
    assert "PTSD" in reply.text
    assert '/ask_what_is{"topic": "ptsd"}' in payloads(reply)
