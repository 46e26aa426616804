"""Reading a conversation's recent turns: pure functions over a tracker's events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from rasa_sdk.forms import REQUESTED_SLOT

from actions.names import Slot
from assistant.education.article import payload as read_payload

Event = Mapping[str, Any]


def text(tracker: Tracker) -> str:
    """What the person wrote; ``""`` for a button, whose payload is nobody's words."""
    return "" if is_button(tracker) else _raw(tracker)


def intent(tracker: Tracker) -> str:
    """What it was understood as."""
    return str((tracker.latest_message.get("intent") or {}).get("name") or "")


def confidence(tracker: Tracker) -> float:
    """How sure that understanding is, from 0 to 1; a button is always 1."""
    return float((tracker.latest_message.get("intent") or {}).get("confidence") or 0.0)


def entity(tracker: Tracker, name: str) -> str | None:
    """What a button carried under ``name``."""
    for found in tracker.latest_message.get("entities") or ():
        if found.get("entity") == name and isinstance(found.get("value"), str):
            return str(found["value"])
    return None


def is_button(tracker: Tracker) -> bool:
    """True when the message is a payload and not something a person typed."""
    return _raw(tracker).startswith("/")


def turns(tracker: Tracker) -> list[list[Event]]:
    """The events of each turn, newest turn first; each begins with what the person wrote."""
    found: list[list[Event]] = [[]]
    for event in tracker.events:
        if event.get("event") == "user":
            found.append([])
        found[-1].append(event)
    return [turn for turn in reversed(found) if turn]


def last_turn(tracker: Tracker) -> list[Event]:
    """The events of the turn before this one."""
    found = turns(tracker)
    return found[1] if len(found) > 1 else []


def ran(turn: list[Event], action: str) -> bool:
    """Whether ``action`` ran in ``turn``."""
    return any(event.get("event") == "action" and event.get("name") == action for event in turn)


def in_a_row(tracker: Tracker, action: str) -> int:
    """How many turns directly before this one ran ``action``."""
    count = 0
    for turn in turns(tracker)[1:]:
        if not ran(turn, action):
            break
        count += 1
    return count


def lately(tracker: Tracker, action: str, within: int = 6) -> int:
    """In how many of the ``within`` turns before this one ``action`` ran."""
    return sum(ran(turn, action) for turn in turns(tracker)[1 : within + 1])


def last_offer(tracker: Tracker) -> str | None:
    """The payload that "yes" stands for, when the turn before this one offered something."""
    return slot_set(last_turn(tracker), Slot.OFFER)


def slot_set(turn: list[Event], slot: str) -> str | None:
    """What ``turn`` last set ``slot`` to; None when it did not, or emptied it."""
    for event in reversed(turn):
        if event.get("event") == "slot" and event.get("name") == slot:
            value = event.get("value")
            return str(value) if value else None
    return None


def active_form(tracker: Tracker) -> str | None:
    """The form that is open, or None."""
    name = (tracker.active_loop or {}).get("name")
    return str(name) if name else None


def set_aside(tracker: Tracker) -> list[EventType]:
    """Events that close an open form, so that it is not asked on after another matter."""
    if active_form(tracker) is None:
        return []
    return [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]


def as_if(tracker: Tracker, payload: str) -> Tracker:
    """A tracker in which the person pressed the button ``payload`` instead of writing."""
    name, slots = read_payload(payload)
    entities = [{"entity": key, "value": value} for key, value in slots.items()]
    return _with_message(tracker, text=payload, intent=_certain(name), entities=entities)


def understood_as(tracker: Tracker, name: str) -> Tracker:
    """A tracker in which what the person wrote was understood as the intent ``name``."""
    return _with_message(tracker, intent=_certain(name))


def _raw(tracker: Tracker) -> str:
    return str(tracker.latest_message.get("text") or "").strip()


def _certain(name: str) -> dict[str, Any]:
    return {"name": name, "confidence": 1.0}


def _with_message(tracker: Tracker, **changes: Any) -> Tracker:
    return Tracker(
        tracker.sender_id,
        dict(tracker.slots),
        {**tracker.latest_message, **changes},
        list(tracker.events),
        tracker._paused,
        tracker.followup_action,
        tracker.active_loop,
        tracker.latest_action_name,
    )
