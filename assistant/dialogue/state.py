"""The state of a conversation between two turns: text that the gateway keeps and never reads.

It is the recent events of Rasa's tracker, cut where a person's message begins, with the slots and
the open form put at their head. What a turn was told from outside (metadata) and what Rasa computed
on the way (rankings, policies, confidences of actions) is left out, so the text stays small and the
cost of a turn does not grow with the conversation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec
from rasa.shared.core import events as rasa_events
from rasa.shared.core.constants import ACTION_LISTEN_NAME, SESSION_START_METADATA_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    Event,
    LoopInterrupted,
    SlotSet,
    UserUttered,
)

from assistant.dialogue.tracker import Tracker

# The longest rule or remembered story looks back two to three messages; the rest is for actions.
MESSAGES_KEPT = 6

# Prepared once: Rasa's own look-up walks through all classes for each event. What is not here
# (pauses, reminders, exports) must not outlive a turn: the gateway owns silence and time.
_CLASSES: dict[str, type[Event]] = {
    kind.type_name: kind
    for kind in (
        rasa_events.ActionExecuted,
        rasa_events.ActionExecutionRejected,
        rasa_events.ActionReverted,
        rasa_events.ActiveLoop,
        rasa_events.AllSlotsReset,
        rasa_events.BotUttered,
        rasa_events.DefinePrevUserUtteredFeaturization,
        rasa_events.EntitiesAdded,
        rasa_events.FollowupAction,
        rasa_events.LoopInterrupted,
        rasa_events.Restarted,
        rasa_events.SessionStarted,
        rasa_events.SlotSet,
        rasa_events.UserUtteranceReverted,
        rasa_events.UserUttered,
    )
}

_DROPPED = frozenset(
    {"metadata", "policy", "confidence", "input_channel", "message_id", "parse_data"}
)


class InvalidState(ValueError):
    """The text is not a state of this dialogue."""


class _State(msgspec.Struct, frozen=True):
    """Version 1: events in Rasa's own form, less what :func:`_reduce` takes away."""

    v: Literal[1]
    events: list[dict[str, Any]]


_decoder = msgspec.json.Decoder(_State)
_encoder = msgspec.json.Encoder()


def restore(text: str | None, conversation: str, domain: Domain) -> Tracker:
    """The tracker that :func:`keep` wrote down; a new one for ``None``.

    What the domain no longer has (a slot, a form) is left out, so a state outlives a new model.
    Raises :class:`InvalidState`.
    """
    tracker = Tracker(conversation, domain.slots)
    if text is None:
        return tracker
    try:
        for found in _decoder.decode(text).events:
            kind = _CLASSES[found["event"]]
            event = kind._from_parameters(found)
            if isinstance(event, SlotSet) and event.key not in tracker.slots:
                continue
            if isinstance(event, ActiveLoop) and event.name and event.name not in domain.form_names:
                continue
            tracker.update(event)
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidState(type(error).__name__) from None
    return tracker


def keep(tracker: Tracker, domain: Domain) -> str:
    """The state of the conversation after a turn, as JSON text."""
    events = [event for event in tracker.events if event.type_name in _CLASSES]
    cut = _cut(events)
    head = list(_head(events[:cut], tracker.sender_id, domain))
    for event in head:
        event.timestamp = events[cut].timestamp
    kept = [*head, *events[cut:]]
    last_message = max(
        (index for index, event in enumerate(kept) if isinstance(event, UserUttered)), default=0
    )
    written = [
        _reduce(event)
        for index, event in enumerate(kept)
        if index > last_message or not isinstance(event, BotUttered)
    ]
    return _encoder.encode(_State(v=1, events=written)).decode()


def _cut(events: list[Event]) -> int:
    """The index where the last ``MESSAGES_KEPT`` messages begin, their ``listen`` included."""
    messages = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(messages) <= MESSAGES_KEPT:
        return 0
    start = messages[-MESSAGES_KEPT]
    before = events[start - 1]
    listened = isinstance(before, ActionExecuted) and before.action_name == ACTION_LISTEN_NAME
    return start - 1 if listened else start


def _head(gone: list[Event], conversation: str, domain: Domain) -> Iterable[Event]:
    """Events that bring a new tracker to where the ones left out had brought it."""
    if not gone:
        return
    past = Tracker(conversation, domain.slots)
    for event in gone:
        past.update(event)
    for slot in past.slots.values():
        if slot.value != slot.initial_value and slot.name != SESSION_START_METADATA_SLOT:
            yield SlotSet(slot.name, slot.value)
    if past.active_loop is None or not past.active_loop_name:
        return
    # In this order a form begins; without the action the next one would look like its first.
    yield ActionExecuted(past.active_loop_name)
    yield ActiveLoop(past.active_loop_name)
    if past.active_loop.rejected:
        yield ActionExecutionRejected(past.active_loop_name)
    if past.active_loop.is_interrupted:
        yield LoopInterrupted(True)


def _reduce(event: Event) -> dict[str, Any]:
    if isinstance(event, UserUttered):
        # Entities set by the policies are in events of their own.
        parse = {"intent": event.intent, "entities": event.parse_data["entities"]}
        return {
            "event": event.type_name,
            "timestamp": event.timestamp,
            "text": event.text,
            "parse_data": parse,
        }
    written = event.as_dict()
    reduced = {
        name: value for name, value in written.items() if value is not None and name not in _DROPPED
    }
    if isinstance(event, BotUttered):
        reduced["data"] = {name: value for name, value in event.data.items() if value is not None}
    if isinstance(event, SlotSet):
        reduced["value"] = event.value  # None is a value here
    return reduced
