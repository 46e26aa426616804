"""Running the real actions, with rasa_sdk's own dispatcher and tracker, against the real rooms."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import rooms
from actions.speech import EFFECT_KEY, heard_again
from assistant.dialogue.contract import Context, Effect
from assistant.replies import Reply
from tests.fakes.findtreatment import FakeFindTreatment


class Chat:
    """One conversation with the actions: keeps events and slots the way Rasa does."""

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        self.events: list[dict[str, Any]] = []
        self.slots: dict[str, Any] = {}
        self.form: str | None = None
        self.effects: list[Effect] = []
        self.followup: str | None = None
        self._message: dict[str, Any] = {}

    def hears(self, text: str, intent: str, *, confidence: float = 0.9, **entities: str) -> Chat:
        """A message comes in, understood as ``intent``; a payload is understood for certain."""
        context = msgspec.to_builtins(Context(**self.facts))
        self._message = {
            "text": text,
            "intent": {"name": intent, "confidence": 1.0 if text.startswith("/") else confidence},
            "entities": [{"entity": key, "value": value} for key, value in entities.items()],
            "metadata": {"beside": context},
        }
        self.events.append({"event": "user", "text": text})
        return self

    def asks(self, form: str, slot: str) -> Chat:
        """A form is open and waits for ``slot``."""
        self.form = form
        self.slots["requested_slot"] = slot
        return self

    async def runs(self, action: Action) -> list[Reply]:
        """Run ``action``; the replies it said. Its effects are kept in ``effects``."""
        dispatcher = CollectingDispatcher()
        events = await action.run(dispatcher, self.tracker(), {})
        self.events.append({"event": "action", "name": action.name()})
        said = [
            {
                "event": "bot",
                "text": message["text"],
                "data": {"buttons": message["buttons"], "custom": message["custom"]},
            }
            for message in dispatcher.messages
        ]
        self.events.extend(said)
        for event in events:
            self._apply(event)
        for message in dispatcher.messages:
            if EFFECT_KEY in message["custom"]:
                self.effects.append(msgspec.convert(message["custom"][EFFECT_KEY], Effect))
        return heard_again(said)

    async def hears_and_runs(
        self, text: str, intent: str, action: Action, **more: Any
    ) -> list[Reply]:
        return await self.hears(text, intent, **more).runs(action)

    def tracker(self) -> Tracker:
        return Tracker(
            "anna",
            dict(self.slots),
            self._message,
            list(self.events),
            False,
            None,
            {"name": self.form} if self.form else {},
            "action_listen",
        )

    def _apply(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        if event["event"] == "slot":
            self.slots[event["name"]] = event["value"]
        elif event["event"] == "active_loop":
            self.form = event["name"]
        elif event["event"] == "followup":
            self.followup = event["name"]


@pytest.fixture
def chat() -> Chat:
    return Chat()


@pytest.fixture
async def source(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeFindTreatment]:
    """The treatment listing, at the other end of a real socket."""
    async with FakeFindTreatment() as started:
        monkeypatch.setenv("BESIDE_FINDTREATMENT_URL", started.url)
        rooms.forget_settings()
        yield started
        await rooms.close()
        rooms.forget_settings()


def payloads(reply: Reply) -> list[str]:
    return [button.payload for button in reply.buttons]
