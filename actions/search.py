"""What a message says about a search for treatment: place, need, payment, or something else."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import cast

from rasa_sdk import Tracker

from actions import reading, rooms, turns
from actions.names import HERE, NLU_FALLBACK, SKIPPED, Entity, Form, Intent, Slot
from actions.speech import context
from assistant.referral import payment as payments
from assistant.referral.places import Place
from assistant.referral.treatment import Need

ABOUT_A_SEARCH = (
    Intent.FIND_TREATMENT,
    Intent.INFORM_PLACE,
    Intent.INFORM_NEED,
    Intent.INFORM_PAYMENT,
)
_MAY_BE_AN_ANSWER = (
    *ABOUT_A_SEARCH,
    NLU_FALLBACK,
    Intent.OUT_OF_SCOPE,
    Intent.SMALL_TALK,
    Intent.GREET,
    Intent.GOODBYE,
    Intent.AFFIRM,
    Intent.OTHER_LANGUAGE,
)
_SURE = 0.5
_SHORT = 6  # words of an answer that a word list may decide
_PATIENCE = 3  # questions asked in a row before the search goes on without an answer
_ZIP = re.compile(r"\b\d{5}\b")
_NEEDS = ("sa", "mh", "both")

PLACE_BUTTON = f"/{Intent.INFORM_PLACE}"
"""How the payload of a button that names a place begins."""


@dataclass(frozen=True)
class Where:
    """A place as understood: a label to keep, several to choose from, a whole state, or nothing."""

    label: str | None = None
    choices: tuple[str, ...] = ()
    state: bool = False
    near: bool = False


def where(tracker: Tracker) -> Where:
    """The place a message names. Only a label the ZIP table is sure of is taken without asking."""
    pressed, words = turns.entity(tracker, Entity.PLACE), turns.text(tracker)
    if turns.is_button(tracker) and pressed is None:
        shared = context(tracker).place and turns.intent(tracker) == Intent.INFORM_PLACE
        return Where(label=HERE) if shared else Where()
    found = rooms.places().find(pressed or words)
    if len(found) == 1 and (pressed or not found[0].guessed):
        return Where(label=found[0].label)
    if pressed and found:
        return Where(label=found[0].label)
    if found:
        return Where(choices=tuple(place.label for place in found[:3]))
    if reading.recognise("near_me", words):
        return Where(label=HERE if context(tracker).place else None, near=True)
    return Where(state=rooms.places().state(words) is not None)


def need(tracker: Tracker) -> str | None:
    """The kind of help a message names: "sa", "mh" or "both"."""
    pressed = turns.entity(tracker, Entity.NEED)
    if turns.is_button(tracker):
        return pressed if pressed in _NEEDS else None
    return reading.need(turns.text(tracker))


def payment(tracker: Tracker) -> str | None:
    """The code of the way to pay a message names."""
    if turns.is_button(tracker):
        pressed = turns.entity(tracker, Entity.PAYMENT)
        return pressed if pressed in payments.codes() else None
    return payments.recognise(turns.text(tracker))


def named(tracker: Tracker) -> dict[str, str]:
    """Everything about a search that a message says, by slot."""
    found = {
        Slot.PLACE: where(tracker).label,
        Slot.NEED: need(tracker),
        Slot.PAYMENT: payment(tracker),
    }
    return {slot: value for slot, value in found.items() if value is not None}


def answered(tracker: Tracker, requested: str) -> dict[str, str | None]:
    """Slots filled by a message written while ``requested`` is asked; empty when it is no answer.

    ``{requested: None}`` means that it was one and was not understood: ask again, differently.
    """
    intent = turns.intent(tracker)
    if intent in ABOUT_A_SEARCH and not (turns.is_button(tracker) and not _carries(tracker)):
        found: dict[str, str | None] = {**named(tracker)}
        return found if requested in found else {**found, **_not_yet(tracker, requested)}
    if intent == Intent.AFFIRM and (offered := _offered_place(tracker)):
        return {Slot.PLACE: offered}
    value = _value(tracker, requested)
    if value is not None:
        return {requested: value}
    if intent == Intent.SKIP or (intent == Intent.DENY and requested != Slot.PLACE):
        return {requested: SKIPPED}
    return {} if interrupts(tracker) else _not_yet(tracker, requested)


def silent_on_place(tracker: Tracker) -> bool:
    """Whether a message says nothing about a place, so that none was misunderstood."""
    if turns.is_button(tracker):
        return turns.entity(tracker, Entity.PLACE) is None
    talk = (Intent.INFORM_NEED, Intent.INFORM_PAYMENT, Intent.AFFIRM, Intent.GREET)
    return interrupts(tracker) or turns.intent(tracker) in talk


def interrupts(tracker: Tracker) -> bool:
    """Whether a message is about something other than the search."""
    if turns.is_button(tracker):
        return turns.intent(tracker) not in ABOUT_A_SEARCH
    return turns.intent(tracker) not in _MAY_BE_AN_ANSWER and turns.confidence(tracker) >= _SURE


def spot(tracker: Tracker) -> Place | None:
    """Where to search from; None when it was skipped or is not to be had."""
    label = tracker.get_slot(Slot.PLACE)
    if label == HERE:
        shared = context(tracker).place
        return rooms.places().nearest(*shared) if shared else None
    if not label or label == SKIPPED:
        return None
    return next(iter(rooms.places().find(label)), None)


def kind(tracker: Tracker) -> Need:
    """The kind of help to search for; "both" when it was skipped."""
    chosen = tracker.get_slot(Slot.NEED)
    return cast(Need, chosen) if chosen in _NEEDS else "both"


def place_payload(label: str) -> str:
    """The payload of a button that names a place."""
    return PLACE_BUTTON + json.dumps({Entity.PLACE: label})


def _value(tracker: Tracker, requested: str) -> str | None:
    """An answer in words: one that is sure enough to count whatever its intent looks like."""
    words = turns.text(tracker)
    short = len(words.split()) <= _SHORT and "?" not in words
    if requested == Slot.PLACE:
        clear = _ZIP.search(words) or not silent_on_place(tracker)
        return where(tracker).label if clear else None
    if not short:
        return None
    return need(tracker) if requested == Slot.NEED else payment(tracker)


def _not_yet(tracker: Tracker, requested: str) -> dict[str, str | None]:
    asked = turns.in_a_row(tracker, Form.TREATMENT)
    return {requested: SKIPPED if asked >= _PATIENCE + _before(requested) else None}


def _before(requested: str) -> int:
    """How many questions come before this one."""
    return (Slot.PLACE, Slot.NEED, Slot.PAYMENT).index(requested)


def _carries(tracker: Tracker) -> bool:
    return bool(tracker.latest_message.get("entities")) or context(tracker).place is not None


def _offered_place(tracker: Tracker) -> str | None:
    offer = turns.last_offer(tracker) or ""
    if not offer.startswith(PLACE_BUTTON):
        return None
    return turns.entity(turns.as_if(tracker, offer), Entity.PLACE)
