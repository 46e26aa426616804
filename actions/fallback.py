"""Not understood: say so, each time differently, and never as if it had been."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet

from actions import feelings, rooms, turns
from actions.aside import say_and_set_aside
from actions.names import ActionName, Intent, Slot
from actions.questions import keep_if_asked
from actions.speech import Dispatcher, with_buttons
from assistant.education import topics
from assistant.replies import Button, Reply


class Fallback(Action):  # type: ignore[misc]
    """Answer what no intent is sure of."""

    def name(self) -> str:
        return ActionName.FALLBACK

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        again = turns.in_a_row(tracker, ActionName.FALLBACK)
        words = turns.text(tracker)
        person: str | None = f"/{Intent.ASK_HUMAN}"
        kept = await keep_if_asked(dispatcher, tracker, domain)
        if kept is not None:
            return [*turns.set_aside(tracker), *kept]
        if feelings.tells_what_helped(tracker):
            return say_and_set_aside(dispatcher, tracker, feelings.noted(words))
        if turns.ran(turns.last_turn(tracker), ActionName.HEAR):
            reply, offer = rooms.texts().reply("feelings.more"), person
        else:
            reply, offer = missed(words, again), person if again else None
        return [*say_and_set_aside(dispatcher, tracker, reply), SlotSet(Slot.OFFER, offer)]


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
