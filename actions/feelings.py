"""Hearing a person: first what they said, then a choice. No label, no advice, no cheering."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet

from actions import reading, rooms, turns
from actions.education import Answer, say_set_aside
from actions.names import ActionName, Intent, Slot
from actions.speech import Dispatcher, say
from assistant.replies import Reply


class Hear(Action):  # type: ignore[misc]
    """Answer a hard feeling in the words it was said in; the second time, offer a person."""

    def name(self) -> str:
        return ActionName.HEAR

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        again = turns.lately(tracker, ActionName.HEAR, within=4)
        say(dispatcher, hear(turns.text(tracker), again))
        say_set_aside(dispatcher, tracker)
        offer = f"/{Intent.ASK_HUMAN}" if again else None
        return [*turns.set_aside(tracker), SlotSet(Slot.OFFER, offer)]


class HearGoodNews(Action):  # type: ignore[misc]
    """Notice what was done, in the person's own measure; never congratulate on a return to use."""

    def name(self) -> str:
        return ActionName.HEAR_GOOD_NEWS

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        words = turns.text(tracker)
        if reading.recognise("returned", words) == "returned":
            as_said = turns.understood_as(tracker, Intent.ASK_RELAPSE)
            events: list[EventType] = await Answer().run(dispatcher, as_said, domain)
            return events
        if turns.is_button(tracker):
            say(dispatcher, rooms.texts().reply("feelings.good.glad"))
        else:
            say(dispatcher, hear_good_news(words))
        return turns.set_aside(tracker)


class HearRelapse(Action):  # type: ignore[misc]
    """Answer a return to use or of symptoms; one that was avoided is good news, not a relapse."""

    def name(self) -> str:
        return ActionName.HEAR_RELAPSE

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        words = turns.text(tracker)
        if reading.recognise("returned", words) == "kept_off" and "?" not in words:
            say(dispatcher, hear_good_news(words))
            return turns.set_aside(tracker)
        events: list[EventType] = await Answer().run(dispatcher, tracker, domain)
        return events


def hear(words: str, again: int) -> Reply:
    """The reply to a hard feeling; ``again`` counts how often one was answered lately."""
    texts = rooms.texts()
    key = ("first", "again", "still")[min(again, 2)]
    heard = texts(f"feelings.heard.{reading.recognise('feelings', words) or 'any'}")
    return texts.reply(f"feelings.{key}", heard=heard)


def hear_good_news(words: str) -> Reply:
    """The reply to good news: a time kept up, somebody else's news, a step taken, a better day.

    News that no word says is good gets a question instead: congratulating on a bad day hurts.
    """
    texts = rooms.texts()
    kind, time = reading.recognise("good_news", words), reading.milestone(words)
    if (kind is None and time is None) or reading.recognise("bad_news", words):
        return texts.reply("feelings.good.unsure")
    if time and kind != "somebody":
        return texts.reply("feelings.good.time", time=time)
    return texts.reply(f"feelings.good.{kind or 'better'}")
