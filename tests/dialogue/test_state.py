"""What is kept of a conversation between two turns, and what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.dialogue.slim import without_tensorflow

with without_tensorflow():
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import (
        ActionExecuted,
        ActionExecutionRejected,
        ActiveLoop,
        BotUttered,
        ConversationPaused,
        Event,
        ReminderScheduled,
        SlotSet,
        UserUttered,
    )

    from assistant.dialogue.state import MESSAGES_KEPT, InvalidState, keep, restore
    from assistant.dialogue.tracker import Tracker

from tests.dialogue.conftest import PROJECT


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(PROJECT / "domain.yml"))


def turn(text: str, *events: Event) -> list[Event]:
    """What a message leaves in a tracker, from the listening before it on."""
    understood = {"intent": {"name": "greet", "confidence": 0.9}, "entities": [], "text": text}
    said = UserUttered(
        text, understood["intent"], [], understood, metadata={"beside": {"channel": "web"}}
    )
    return [ActionExecuted("action_listen"), said, *events]


def tracker(domain: Domain, *turns: list[Event]) -> Tracker:
    made = Tracker("anna", domain.slots)
    for events in turns:
        for event in events:
            made.update(event)
    made.update(ActionExecuted("action_listen"))
    return made


def again(domain: Domain, before: Tracker) -> tuple[Tracker, list[dict[str, Any]]]:
    text = keep(before, domain)
    return restore(text, "anna", domain), json.loads(text)["events"]


def test_a_new_conversation_has_no_events(domain: Domain) -> None:
    assert not restore(None, "anna", domain).events


def test_a_short_conversation_comes_back_whole(domain: Domain) -> None:
    before = tracker(domain, turn("a", SlotSet("place", "Boston")), turn("b"))
    after, _ = again(domain, before)
    assert [type(event) for event in after.events] == [type(event) for event in before.events]
    assert after.current_slot_values() == before.current_slot_values()
    assert after.latest_message.text == "b"


def test_what_was_told_from_outside_is_not_kept(domain: Domain) -> None:
    text = keep(tracker(domain, turn("a")), domain)
    assert "beside" not in text
    assert "metadata" not in text


def test_of_a_long_one_the_last_messages_are_kept(domain: Domain) -> None:
    turns = [turn(str(number)) for number in range(50)]
    after, events = again(domain, tracker(domain, *turns))
    texts = [event["text"] for event in events if event["event"] == "user"]
    assert texts == [str(number) for number in range(50 - MESSAGES_KEPT, 50)]
    assert events[0]["name"] == "action_listen"
    assert after.latest_action_name == "action_listen"


def test_slots_and_an_open_form_are_put_at_the_head(domain: Domain) -> None:
    opened = [
        SlotSet("turns", 3),
        ActionExecuted("search_form"),
        ActiveLoop("search_form"),
        SlotSet("requested_slot", "place"),
        ActionExecutionRejected("search_form"),
    ]
    turns = [turn("open", *opened), *[turn(str(number)) for number in range(20)]]
    after, _ = again(domain, tracker(domain, *turns))
    after, events = again(domain, after)
    assert after.get_slot("turns") == 3
    assert after.get_slot("requested_slot") == "place"
    assert after.active_loop_name == "search_form"
    assert after.is_active_loop_rejected
    assert [event["event"] for event in events][:2] == ["slot", "slot"]


def test_a_slot_that_was_emptied_stays_empty(domain: Domain) -> None:
    turns = [turn("a", SlotSet("turns", None), SlotSet("place", "Boston"), SlotSet("place", None))]
    turns += [turn(str(number)) for number in range(20)]
    after, _ = again(domain, tracker(domain, *turns))
    assert after.get_slot("turns") is None
    assert after.get_slot("place") is None


def test_only_the_last_answer_is_kept_in_words(domain: Domain) -> None:
    turns = [turn(str(number), BotUttered(f"answer {number}")) for number in range(4)]
    _, events = again(domain, tracker(domain, *turns))
    assert [event["text"] for event in events if event["event"] == "bot"] == ["answer 3"]


def test_silence_and_reminders_do_not_outlive_a_turn(domain: Domain) -> None:
    from datetime import datetime, timezone

    later = ReminderScheduled("greet", datetime(2030, 1, 1, tzinfo=timezone.utc))
    after, _ = again(domain, tracker(domain, turn("a", ConversationPaused(), later)))
    assert not after.is_paused()
    assert not any(isinstance(event, ReminderScheduled) for event in after.events)


def test_keeping_twice_keeps_the_same(domain: Domain) -> None:
    turns = [turn(str(number), SlotSet("turns", number)) for number in range(20)]
    once = keep(tracker(domain, *turns), domain)
    assert keep(restore(once, "anna", domain), domain) == once


@pytest.mark.parametrize("text", ["", "{", "null", '{"v":1}', '{"v":1,"events":[{"event":"x"}]}'])
def test_a_text_that_is_no_state_is_refused(domain: Domain, text: str) -> None:
    with pytest.raises(InvalidState):
        restore(text, "anna", domain)
