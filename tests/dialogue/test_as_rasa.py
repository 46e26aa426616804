"""What the machine makes of a conversation is what Rasa makes of it.

Rasa's own processor, with its own tracker store, graph runner and components, runs the same
messages on the same model; the custom actions are the same. What differs is what a turn costs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.dialogue.client import DialogueClient
from assistant.dialogue.slim import can_do_without, without_tensorflow
from tests.dialogue.conftest import ACTIONS, Person

pytestmark = pytest.mark.timeout(300)

CONVERSATION = [
    "hello",
    "can people like me get better?",
    "bye",
    "where can I get treatment",
    "hello",
    "what is the capital of France",
    "my name is Maria and I live in Boston since 2019",
    "show my questions",
    "qwrtz plmk",
    "step aside please",
    "/show_questions",
    '/inform_place{"place": "Denver"}',
    "I need a rehab",
    "near Austin",
    "show my questions",
    "good morning",
    "is there any hope",
    "I need a rehab",
    "stop it",
    "around Chicago, please",
    "thanks",
    "I need a rehab",
    "show my questions",
    "step aside please",
    "in Portland",
    "see you later",
]


class Rasa:
    """Stock Rasa, as ``rasa run`` has it, with the actions in its own process."""

    def __init__(self, model: Path) -> None:
        with without_tensorflow(can_do_without(model)):
            from rasa.core.agent import Agent

            from assistant.dialogue.deeds import Deeds
            from assistant.dialogue.runner import PredictionStorage

            deeds = Deeds(ACTIONS)
            with pytest.MonkeyPatch.context() as patch:
                # Reading the graph that trained the model would need TensorFlow.
                patch.setattr("rasa.core.processor.LocalModelStorage", PredictionStorage)
                self.agent = Agent.load(model, action_endpoint=deeds)
        deeds.describe(self.agent.domain)

    async def hear(self, text: str) -> tuple[list[Any], Any]:
        """The texts said, and the state of the conversation after it."""
        messages = await self.agent.handle_text(text, sender_id="anna")
        tracker = await self.agent.tracker_store.retrieve("anna")
        assert messages is not None
        return [found["text"] for found in messages if found.get("text")], tracker


@pytest.fixture(scope="module")
def rasa(trained_model: Path) -> Rasa:
    made = Rasa(trained_model)
    economies = pytest.importorskip("assistant.dialogue.economies")
    economies.revert()  # another test of this session may have loaded a machine
    return made


@pytest.fixture
def restorer(rasa: Rasa) -> Any:
    from assistant.dialogue.state import restore

    return lambda text: restore(text, "anna", rasa.agent.domain)


async def test_a_long_conversation_goes_as_in_rasa(
    rasa: Rasa, client: DialogueClient, restorer: Any
) -> None:
    person = Person(client)
    for text in CONVERSATION:
        theirs, tracker = await rasa.hear(text)
        assert (text, await person.hear(text)) == (text, theirs)
        ours = restorer(person.state)
        assert ours.current_slot_values() == {
            name: value
            for name, value in tracker.current_slot_values().items()
            if name != "session_started_metadata"
        } | {"session_started_metadata": None}
        assert ours.active_loop_name == tracker.active_loop_name
        assert ours.latest_action_name == tracker.latest_action_name
        assert ours.followup_action == tracker.followup_action


async def test_a_message_is_understood_as_in_rasa(rasa: Rasa, client: DialogueClient) -> None:
    for text in [*CONVERSATION, "Dr. Smith told me on Tuesday in Paris, Texas", "x" * 3000]:
        state = (await Person(client).write(text)).state
        messages = [event for event in json.loads(state)["events"] if event["event"] == "user"]
        ours = messages[-1]["parse_data"]
        theirs = await rasa.agent.parse_message(text)
        assert ours["intent"]["name"] == theirs["intent"]["name"]
        assert ours["intent"]["confidence"] == pytest.approx(
            theirs["intent"]["confidence"], abs=1e-4
        )
        assert _found(ours["entities"]) == _found(theirs["entities"])


async def test_the_policies_are_told_the_same_states(rasa: Rasa) -> None:
    from rasa.shared.core.trackers import DialogueStateTracker

    from assistant.dialogue.tracker import Tracker

    domain = rasa.agent.domain
    _, full = await rasa.hear("hello")
    events = list(full.events)
    ours, theirs = Tracker("anna", domain.slots), DialogueStateTracker("anna", domain.slots)
    for event in events:
        ours.update(event, domain)
        theirs.update(event, domain)
        for ignoring in (False, True):
            assert ours.past_states(domain, False, ignoring, {}) == theirs.past_states(
                domain, False, ignoring, {}
            )
        assert [type(e) for e in ours.applied_events()] == [
            type(e) for e in theirs.applied_events()
        ]


async def test_a_copy_of_a_tracker_goes_its_own_way(rasa: Rasa) -> None:
    from rasa.shared.core.events import ActiveLoop, SlotSet

    from assistant.dialogue.tracker import Tracker

    tracker = Tracker("anna", rasa.agent.domain.slots)
    tracker.update(ActiveLoop("search_form"))
    twin = tracker.copy()
    twin.update(SlotSet("place", "Boston"))
    twin.update(ActiveLoop(None))
    assert tracker.get_slot("place") is None
    assert tracker.active_loop_name == "search_form"
    assert len(tracker.events) == 1


def _found(entities: list[dict[str, Any]]) -> list[tuple[str, str, int, int]]:
    return [(one["entity"], one["value"], one["start"], one["end"]) for one in entities]
