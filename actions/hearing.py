"""Hearing a person: first what they said, then a choice. No label, no advice, no cheering."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet

from actions import feelings, reading, turns
from actions.aside import say_and_set_aside
from actions.education import Answer
from actions.names import ActionName, Intent, Slot
from actions.questions import keep_if_asked
from actions.speech import Dispatcher


class Hear(Action):  # type: ignore[misc]
    """Answer a hard feeling in the words it was said in; the second time, offer a person."""

    def name(self) -> str:
        return ActionName.HEAR

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        kept = await keep_if_asked(dispatcher, tracker, domain)
        if kept is not None:
            return kept
        again = turns.lately(tracker, ActionName.HEAR, within=4)
        reply = feelings.hear(turns.text(tracker), again)
        offer = f"/{Intent.ASK_HUMAN}" if again else None
        return [*say_and_set_aside(dispatcher, tracker, reply), SlotSet(Slot.OFFER, offer)]


class HearGoodNews(Action):  # type: ignore[misc]
    """Notice what was done, in the person's own measure; never congratulate on a return to use."""

    def name(self) -> str:
        return ActionName.HEAR_GOOD_NEWS

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        words = turns.text(tracker)
        if reading.recognise("returned", words) == "returned":
            relapse = turns.understood_as(tracker, Intent.ASK_RELAPSE)
            events: list[EventType] = await Answer().run(dispatcher, relapse, domain)
            return events
        if feelings.tells_what_helped(tracker):
            return say_and_set_aside(dispatcher, tracker, feelings.noted(words))
        return say_and_set_aside(dispatcher, tracker, feelings.hear_good_news(words))


class HearRelapse(Action):  # type: ignore[misc]
    """Answer a return to use or of symptoms; one that was avoided is good news, not a relapse."""

    def name(self) -> str:
        return ActionName.HEAR_RELAPSE

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        words = turns.text(tracker)
        if feelings.kept_off(words):
            return say_and_set_aside(dispatcher, tracker, feelings.hear_good_news(words))
        events: list[EventType] = await Answer().run(dispatcher, tracker, domain)
        return events
