"""Not understood: say so, each time differently, and never as if it had been."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet

from actions import reading, rooms, turns
from actions.names import ActionName, Intent, Slot
from actions.speech import Dispatcher, say, with_buttons
from assistant.education import topics
from assistant.replies import Button, Reply


class Fallback(Action):  # type: ignore[misc]
    """Answer what no intent is sure of."""

    def name(self) -> str:
        return ActionName.FALLBACK

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        before = turns.last_turn(tracker)
        again = turns.in_a_row(tracker, ActionName.FALLBACK)
        words = turns.text(tracker)
        offer = f"/{Intent.ASK_HUMAN}"
        if turns.ran(before, ActionName.HEAR_GOOD_NEWS):
            reply, offer = noted(words), ""
        elif turns.ran(before, ActionName.HEAR):
            reply = rooms.texts().reply("feelings.more")
        else:
            reply = missed(words, again)
            offer = offer if again else ""
        say(dispatcher, reply)
        return [*turns.set_aside(tracker), SlotSet(Slot.OFFER, offer or None)]


def missed(words: str, again: int) -> Reply:
    """The reply to words that were not understood; a condition named in them is picked up."""
    texts = rooms.texts()
    topic = next((slug for slug in topics.recognise(words) if slug != topics.GENERAL), None)
    if topic is None or again:
        return texts.reply(f"fallback.{('first', 'second', 'third')[min(again, 2)]}")
    slots = json.dumps({"topic": topic})
    name = topics.name(topic)
    return with_buttons(
        texts.reply("fallback.topic", name=name),
        Button(texts("button.what_is", name=name), f"/{Intent.ASK_WHAT_IS}{slots}"),
        Button(texts("button.helps"), f"/{Intent.ASK_WHAT_HELPS}{slots}"),
    )


def noted(words: str) -> Reply:
    """What somebody says helped them, said back as theirs."""
    return rooms.texts().reply("feelings.good.noted", words=reading.quoted(words))
