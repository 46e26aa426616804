"""A person at any moment, and nobody reads anything without a plain yes."""

from __future__ import annotations

import pytest

from actions.handoff import (
    AskNote,
    AskSharing,
    OpenHandoff,
    RequestAPeer,
    ValidatePeer,
    offer,
)
from actions.names import Form, Slot
from assistant.dialogue.contract import Context, RequestPeer
from assistant.safety.directory import Directory
from tests.actions.conftest import Chat, payloads

PROGRAMME = "the Example Recovery Centre"


async def _agreed(chat: Chat, text: str, intent: str, **more: str) -> Chat:
    """The person is asked what may be read and answers ``text``."""
    chat.asks(Form.PEER, Slot.SHARING)
    await chat.hears_and_runs(text, intent, ValidatePeer(), **more)
    return chat


async def test_the_offer_says_who_would_read_and_what() -> None:
    chat = Chat(peers_available=1, programme=PROGRAMME)
    (reply,) = await chat.hears_and_runs("a person please", "ask_human", AskSharing())
    assert f"a peer specialist of {PROGRAMME}" in reply.text
    assert "this conversation" in reply.text
    assert "nothing is shared" in reply.text
    assert payloads(reply)[-1] == "/deny"


def test_a_question_list_is_named_when_it_would_be_shared() -> None:
    assert "question list" not in offer(Context(peers_available=1)).text
    assert "question list" in offer(Context(peers_available=1, questions=("a?",))).text


def test_when_nobody_is_signed_in_the_offer_says_so_first() -> None:
    text = offer(Context(peers_available=0)).text
    assert text.startswith("Nobody is signed in")
    assert str(Directory.load()["988"]) in text
    assert "Nobody is signed in" not in offer(Context(peers_available=1)).text


@pytest.mark.parametrize(
    ("text", "intent", "entities", "shared"),
    [
        ('/choose_sharing{"sharing": "conversation"}', "choose_sharing",
         {"sharing": "conversation"}, RequestPeer(share_transcript=True, share_questions=True)),
        ("share everything", "choose_sharing", {},
         RequestPeer(share_transcript=True, share_questions=True)),
        ("yes", "affirm", {}, RequestPeer()),
        ("just get me a person", "ask_human", {}, RequestPeer()),
        ("don't share the chat", "choose_sharing", {}, RequestPeer()),
    ],
)  # fmt: skip
async def test_two_turns_reach_a_person_and_share_what_was_agreed(
    text: str, intent: str, entities: dict[str, str], shared: RequestPeer
) -> None:
    chat = Chat(peers_available=1, questions=("a?",))
    await _agreed(chat, text, intent, **entities)
    assert chat.slots[Slot.NOTE] == ""
    (reply,) = await chat.runs(RequestAPeer())
    assert chat.effects == [shared]
    assert ("can read" in reply.text) == shared.share_transcript
    assert chat.slots[Slot.SHARING] is None


async def test_a_note_is_passed_on_word_for_word_and_nothing_else_is() -> None:
    chat = Chat(peers_available=1, questions=("a?",))
    await _agreed(chat, '/choose_sharing{"sharing": "note"}', "choose_sharing", sharing="note")
    assert chat.slots[Slot.NOTE] is None
    (asked,) = await chat.runs(AskNote())
    assert "only what they read" in asked.text or "nothing you wrote before" in asked.text
    chat.asks(Form.PEER, Slot.NOTE)
    words = "my son is in rehab and i can't sleep. please ask, don't lecture"
    await chat.hears_and_runs(words, "share_hard_feelings", ValidatePeer())
    await chat.runs(RequestAPeer())
    assert chat.effects == [RequestPeer(summary=words)]


@pytest.mark.parametrize(
    ("text", "intent"),
    [("skip", "skip"), ("just a person", "ask_human"),
     ('/choose_sharing{"sharing": "nothing"}', "choose_sharing")],
)  # fmt: skip
async def test_a_note_can_be_left_out(text: str, intent: str) -> None:
    chat = Chat(peers_available=1).asks(Form.PEER, Slot.NOTE)
    more = {"sharing": "nothing"} if intent == "choose_sharing" else {}
    await chat.hears_and_runs(text, intent, ValidatePeer(), **more)
    await chat.runs(RequestAPeer())
    assert chat.effects == [RequestPeer()]


@pytest.mark.parametrize(
    ("text", "intent"),
    [("no", "deny"), ("stop", "stop"), ("is there hope", "ask_hope"), ("thanks", "thanks"),
     ("who can read it?", "ask_privacy"), ("/deny", "deny"),
     ('/choose_sharing{"sharing": "all of it"}', "choose_sharing")],
)  # fmt: skip
async def test_nothing_else_is_taken_for_consent(text: str, intent: str) -> None:
    chat = Chat(peers_available=1)
    more = {"sharing": "all of it"} if "all of it" in text else {}
    await _agreed(chat, text, intent, **more)
    assert chat.slots.get(Slot.SHARING) is None


async def test_an_unclear_answer_is_asked_about_once_and_not_guessed() -> None:
    chat = Chat(peers_available=1)
    await _agreed(chat, "maybe later they can read it", "choose_sharing")
    assert chat.slots[Slot.SHARING] is None
    (reply,) = await chat.runs(AskSharing())
    assert "I want to be sure" in reply.text


async def test_a_button_pressed_later_still_means_what_it_said() -> None:
    chat = Chat(peers_available=1)
    await chat.hears_and_runs(
        '/choose_sharing{"sharing": "conversation"}',
        "choose_sharing",
        OpenHandoff(),
        sharing="conversation",
    )
    assert chat.slots[Slot.SHARING] == "conversation"
    assert chat.slots[Slot.NOTE] == ""


async def test_asking_for_a_person_again_begins_afresh() -> None:
    chat = Chat(peers_available=1)
    chat.slots.update({Slot.SHARING: "conversation", Slot.NOTE: "old words"})
    await chat.hears_and_runs("i want a person", "ask_human", OpenHandoff())
    assert chat.slots[Slot.SHARING] is None
    assert chat.slots[Slot.NOTE] is None
