"""The dialogue machine: one message and a state in, replies, effects and a new state out.

It is Rasa's message processor without the tracker store, the lock and the session clock: a turn
owns its tracker from the first event to the last, nothing is kept, and whatever goes wrong in it
ends it with an exception. So any number of turns of different conversations can run at once, and a
turn that failed has changed nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from rasa.core.actions.action import Action, ActionExecutionRejection, action_for_name_or_text
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg import NaturalLanguageGenerator, TemplatedNaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.engine.loader import load_predict_graph_runner
from rasa.shared.core.constants import ACTION_EXTRACT_SLOTS
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecutionRejected, Event, UserUttered
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name

from assistant.dialogue import economies, state
from assistant.dialogue.channel import Channel
from assistant.dialogue.contract import TurnRequest, TurnResult
from assistant.dialogue.deeds import Deeds
from assistant.dialogue.runner import PredictionStorage, PreparedRunner
from assistant.dialogue.tracker import Tracker
from assistant.dialogue.understanding import Understanding

# Rasa's circuit breaker: an action loop that does not come to listen is stopped here.
_MOST_ACTIONS = 10


class Machine:
    """A loaded model that takes turns. Safe for any number of turns at once in one event loop."""

    def __init__(self, processor: _Processor, understanding: Understanding, deeds: Deeds) -> None:
        self._deeds = deeds
        self._processor = processor
        self._understanding = understanding

    @classmethod
    def load(cls, model: Path, *, actions: str = "actions") -> Machine:
        """The machine of a trained model file; takes seconds.

        ``actions`` is the package with the custom actions.
        """
        economies.apply()
        deeds = Deeds(actions)
        processor = _Processor(
            model_path=model,
            tracker_store=InMemoryTrackerStore(Domain.empty()),
            lock_store=InMemoryLockStore(),
            generator=NaturalLanguageGenerator.create(None, None),
            action_endpoint=deeds,
            max_number_of_predictions=_MOST_ACTIONS,
        )
        domain = processor.domain
        processor.nlg = TemplatedNaturalLanguageGenerator(domain.responses)
        deeds.describe(domain)
        understanding = Understanding(
            processor.graph_runner,
            target=processor.model_metadata.nlu_target,
            domain=domain,
        )
        return cls(processor, understanding, deeds)

    async def warm(self) -> None:
        """Take a turn for nobody, so that the first person does not wait for what is made once."""
        self._deeds.warm()
        await self.turn(TurnRequest("warm", "warm", "hello there"))

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Take one turn.

        Raises :class:`state.InvalidState` for a state that is not one, and whatever an action or a
        response did wrong. Either way nothing has been changed anywhere.
        """
        domain = self._processor.domain
        tracker = state.restore(request.state, request.conversation, domain)
        channel = Channel()
        understood = await self._understanding.read(request.text, tracker)
        message = UserMessage(
            request.text,
            channel,
            request.conversation,
            message_id=request.turn,
            metadata={"beside": msgspec.to_builtins(request.context)},
        )
        await self._processor.take(message, understood, tracker)
        return TurnResult(
            state=state.keep(tracker, domain),
            replies=tuple(channel.replies),
            effects=tuple(channel.effects),
        )

    def close(self) -> None:
        """Let go of its thread; the machine takes no turn afterwards."""
        self._understanding.close()


class _Processor(MessageProcessor):  # type: ignore[misc]
    """Rasa's processor, for one turn on a tracker that somebody else owns."""

    @staticmethod
    def _load_model(model_path: Path) -> tuple[str, Any, PreparedRunner]:
        with TempDirectoryPath(get_temp_dir_name()) as folder:
            metadata, runner = load_predict_graph_runner(
                Path(folder), Path(model_path), PredictionStorage, PreparedRunner
            )
        return Path(model_path).name, metadata, runner

    async def take(
        self, message: UserMessage, understood: dict[str, Any], tracker: Tracker
    ) -> None:
        """Apply a message to the tracker and act until it is the person's turn again."""
        channel = message.output_channel
        # Without metadata, which Rasa would put into a slot and keep.
        await self._update_tracker_session(tracker, channel, None)
        tracker.update(
            UserUttered(
                message.text,
                understood["intent"],
                understood["entities"],
                understood,
                message_id=message.message_id,
                metadata=message.metadata,
            ),
            self.domain,
        )
        await self.run_action_extract_slots(channel, tracker)
        await self._run_prediction_loop(channel, tracker)

    def _has_session_expired(self, tracker: Tracker) -> bool:
        """Never: how long a conversation lasts is the gateway's to say."""
        return False

    async def run_action_extract_slots(self, output_channel: Channel, tracker: Tracker) -> Tracker:
        """As Rasa does it, less the copies made for a debug message that is never written."""
        action = action_for_name_or_text(ACTION_EXTRACT_SLOTS, self.domain, self.action_endpoint)
        events = await action.run(output_channel, self.nlg, tracker, self.domain)
        await self._send_bot_messages(events, tracker, output_channel)
        tracker.update_with_events(events, self.domain)
        return tracker

    async def _run_action(
        self,
        action: Action,
        tracker: Tracker,
        output_channel: Channel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        """As Rasa does it, but an exception ends the turn.

        Rasa logs it, counts the action as done and goes on, which would be committed.
        """
        trial = tracker.copy()
        trial.update_with_events(prediction.events, self.domain)
        try:
            events: list[Event] = await action.run(output_channel, nlg, trial, self.domain) or []
        except ActionExecutionRejection:
            tracker.update(
                ActionExecutionRejected(
                    action.name(), prediction.policy_name, prediction.max_confidence
                )
            )
            return bool(self.should_predict_another_action(action.name()))
        if not any(isinstance(event, ActionExecutionRejected) for event in events):
            tracker.update_with_events(prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)
        if any(isinstance(event, UserUttered) for event in events):
            await self.run_action_extract_slots(output_channel, tracker)
        await self._send_bot_messages(events, tracker, output_channel)
        return bool(self.should_predict_another_action(action.name()))
