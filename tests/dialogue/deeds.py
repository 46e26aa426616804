"""Custom actions of the tiny project: one for each thing an action can do to a turn."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

Events = list[dict[str, Any]]


def _context(tracker: Tracker) -> dict[str, Any]:
    found: dict[str, Any] = tracker.latest_message.get("metadata", {}).get("beside", {})
    return found


class Search(Action):
    def name(self) -> str:
        return "action_search"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> Events:
        place = tracker.get_slot("place")
        cards = [{"title": "A clinic", "lines": [f"near {place}"]}]
        dispatcher.utter_message(text=f"Near {place}:", json_message={"cards": cards})
        return [SlotSet("place", None)]


class Count(Action):
    def name(self) -> str:
        return "action_count"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> Events:
        turns = tracker.get_slot("turns") + 1
        questions = _context(tracker).get("questions", [])
        dispatcher.utter_message(text=f"{len(questions)} questions, asked {int(turns)} times")
        kept = [*questions, f"question {int(turns)}"]
        dispatcher.utter_message(json_message={"effect": {"type": "save_questions", "items": kept}})
        return [SlotSet("turns", turns)]


class AskHuman(Action):
    def name(self) -> str:
        return "action_ask_human"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> Events:
        effect = {"type": "request_peer", "summary": "wants a person", "share_transcript": True}
        dispatcher.utter_message(
            text="I asked for a peer.",
            buttons=[{"title": "Never mind", "payload": "/goodbye"}],
            json_message={"effect": effect},
        )
        return []


class FallOver(Action):
    def name(self) -> str:
        return "action_fall_over"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> Events:
        dispatcher.utter_message(text="This must never arrive.")
        raise ValueError(f"cannot do {tracker.latest_message['text']}")


class StepAside(Action):
    def name(self) -> str:
        return "action_step_aside"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> Events:
        raise ActionExecutionRejection(self.name())


class Wait(Action):
    def name(self) -> str:
        return "action_wait"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> Events:
        await asyncio.sleep(0.2)
        dispatcher.utter_message(text=f"Waited for {tracker.sender_id}.")
        return []
