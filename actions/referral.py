"""Finding treatment: three short questions, each skippable, then real listings or real numbers."""

from __future__ import annotations

from typing import Any

import msgspec
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet

from actions import rooms, search, turns
from actions.names import SKIPPED, ActionName, Intent, Slot
from actions.speech import Dispatcher, say
from assistant.referral import cards
from assistant.referral.places import Place
from assistant.referral.treatment import Search, TreatmentUnavailable
from assistant.replies import Button, Reply

_SLOTS = (Slot.PLACE, Slot.NEED, Slot.PAYMENT)


class ReadSearch(Action):  # type: ignore[misc]
    """Begin a search with what the message says; a change to the last search keeps the rest."""

    def name(self) -> str:
        return ActionName.READ_SEARCH

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        said = search.named(tracker)
        changing = turns.intent(tracker) != Intent.FIND_TREATMENT and turns.lately(
            tracker, ActionName.SEARCH_TREATMENT, within=2
        )
        kept = {slot: tracker.get_slot(slot) for slot in _SLOTS} if changing else {}
        return [SlotSet(slot, said.get(slot) or kept.get(slot)) for slot in _SLOTS]


class AskPlace(Action):  # type: ignore[misc]
    """Ask where, in the way the last answer calls for."""

    def name(self) -> str:
        return ActionName.ASK_PLACE

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        again = tracker.get_slot("requested_slot") == Slot.PLACE
        other = search.silent_on_place(tracker)
        reply = ask_place(search.Where() if other else search.where(tracker), again, other)
        say(dispatcher, reply)
        first = reply.buttons[0].payload
        sure = len(reply.buttons) == 2 and search.PLACE_BUTTON in first
        return [SlotSet(Slot.OFFER, first if sure else None)]


class AskNeed(Action):  # type: ignore[misc]
    """Ask what kind of help."""

    def name(self) -> str:
        return ActionName.ASK_NEED

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        again = tracker.get_slot("requested_slot") == Slot.NEED
        say(dispatcher, rooms.texts().reply("treatment.need_again" if again else "treatment.need"))
        return []


class AskPayment(Action):  # type: ignore[misc]
    """Ask how it would be paid."""

    def name(self) -> str:
        return ActionName.ASK_PAYMENT

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        again = tracker.get_slot("requested_slot") == Slot.PAYMENT
        key = "treatment.payment_again" if again else "treatment.payment"
        say(dispatcher, rooms.texts().reply(key))
        return []


class ValidateTreatment(Action):  # type: ignore[misc]
    """Take an answer to the question that was asked, and whatever else about the search it says."""

    def name(self) -> str:
        return ActionName.VALIDATE_TREATMENT

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        requested = tracker.get_slot("requested_slot")
        if requested not in _SLOTS:
            return []
        found = search.answered(tracker, requested)
        return [SlotSet(slot, value) for slot, value in found.items()]


class SearchTreatment(Action):  # type: ignore[misc]
    """Search, and show what is listed; without a place or without the source, who can look."""

    def name(self) -> str:
        return ActionName.SEARCH_TREATMENT

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        place = search.spot(tracker)
        if place is None:
            say(dispatcher, rooms.texts().reply("treatment.no_place"))
            return []
        payment = tracker.get_slot(Slot.PAYMENT)
        try:
            found = await rooms.locator().search(
                place, search.kind(tracker), None if payment == SKIPPED else payment
            )
        except TreatmentUnavailable:
            say(dispatcher, rooms.texts().reply("treatment.unavailable"))
            return [SlotSet(Slot.OFFER, f"/{Intent.FIND_TREATMENT}")]
        say(dispatcher, listed(place, found))
        return []


def ask_place(where: search.Where, again: bool, other: bool = False) -> Reply:
    """The question for a place. ``again``: it was asked before; ``other``: and not answered."""
    texts = rooms.texts()
    if where.choices:
        key = "place_which" if len(where.choices) > 1 else "place_sure"
        values = {} if len(where.choices) > 1 else {"label": where.choices[0]}
        reply = texts.reply(f"treatment.{key}", **values)
        found = tuple(Button(label, search.place_payload(label)) for label in where.choices)
        return msgspec.structs.replace(reply, buttons=(*found, *reply.buttons))
    if where.state:
        key = "place_state"
    elif again and where.near:
        key = "place_hidden"
    else:
        key = ("place_again" if other else "place_unknown") if again else "place"
    return msgspec.structs.replace(texts.reply(f"treatment.{key}"), ask_location=True)


def listed(place: Place, found: Search) -> Reply:
    """The nearest facilities as cards, or what to do when there are none."""
    texts = rooms.texts()
    if not found.facilities:
        return texts.reply("treatment.nothing", place=place.label, miles=found.miles)
    values: dict[str, object] = {"place": place.label}
    key = "found_one" if len(found.facilities) == 1 else "found"
    if found.widened:
        key, values["miles"] = "found_wider", found.miles
    reply = texts.reply(f"treatment.{key}", **values)
    return msgspec.structs.replace(
        reply, cards=cards.facilities(found), sources=(cards.source(found),)
    )
