"""Replies, effects and facts cross between actions and gateway unharmed."""

from __future__ import annotations

import msgspec
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.speech import context, effect, heard_again, say
from assistant.dialogue.contract import Context, Effect, RequestPeer, SaveQuestions
from assistant.replies import Button, Card, Link, Reply, Source


def _tracker(message: dict[str, object]) -> Tracker:
    return Tracker("anna", {}, message, [], False, None, {}, None)


def test_a_reply_arrives_as_it_was_said() -> None:
    reply = Reply(
        text="Two places.",
        buttons=(Button("A person", "/ask_human"),),
        cards=(Card("A house", ("Near",), (Link("Map", "https://example.org"),)),),
        sources=(Source("A page", "https://example.org", "2026-11-22"),),
        document="questions",
        ask_location=True,
    )
    dispatcher = CollectingDispatcher()
    say(dispatcher, reply)
    message = dispatcher.messages[0]
    event = {
        "event": "bot",
        "text": message["text"],
        "data": {"buttons": message["buttons"], "custom": message["custom"]},
    }
    assert heard_again([event]) == [reply]


def test_an_effect_is_no_words() -> None:
    dispatcher = CollectingDispatcher()
    effect(dispatcher, SaveQuestions(("is it for life?",)))
    message = dispatcher.messages[0]
    assert not message["text"]
    wanted = msgspec.convert(message["custom"]["effect"], Effect)
    assert wanted == SaveQuestions(("is it for life?",))
    event = {"event": "bot", "text": None, "data": {"custom": message["custom"]}}
    assert heard_again([event]) == []


def test_a_request_for_a_peer_shares_nothing_unless_told_to() -> None:
    dispatcher = CollectingDispatcher()
    effect(dispatcher, RequestPeer())
    wanted = msgspec.convert(dispatcher.messages[0]["custom"]["effect"], Effect)
    assert wanted == RequestPeer(summary="", share_transcript=False, share_questions=False)


def test_facts_come_from_the_gateway() -> None:
    facts = Context(questions=("a?",), place=(36.75, -119.77), peers_available=2, programme="Hope")
    message = {"text": "hi", "metadata": {"beside": msgspec.to_builtins(facts)}}
    assert context(_tracker(message)) == facts


def test_without_a_gateway_the_defaults_hold() -> None:
    assert context(_tracker({"text": "hi"})) == Context()
    assert context(_tracker({"text": "hi", "metadata": None})) == Context()
