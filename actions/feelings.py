"""Hearing a person: first what they said, then a choice. No label, no advice, no cheering."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet

from actions import reading, rooms, turns
from actions.education import say_set_aside
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
    """Notice what was done, in the person's own measure."""

    def name(self) -> str:
        return ActionName.HEAR_GOOD_NEWS

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        say(dispatcher, hear_good_news(turns.text(tracker)))
        return turns.set_aside(tracker)


def hear(words: str, again: int) -> Reply:
    """The reply to a hard feeling; ``again`` counts how often one was answered lately."""
    texts = rooms.texts()
    key = ("first", "again", "still")[min(again, 2)]
    heard = texts(f"feelings.heard.{reading.recognise('feelings', words) or 'any'}")
    return texts.reply(f"feelings.{key}", heard=heard)


def hear_good_news(words: str) -> Reply:
    """The reply to good news: a time kept up, somebody else's news, a step taken, a better day."""
    texts = rooms.texts()
    kind = reading.recognise("good_news", words) or "better"
    time = reading.milestone(words)
    if time and kind != "somebody":
        return texts.reply("feelings.good.time", time=time)
    return texts.reply(f"feelings.good.{kind}")
