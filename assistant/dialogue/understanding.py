"""From a person's words to intent and entities, as the trained pipeline sees them."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME, INTENT_MESSAGE_PREFIX
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.dialogue import featurizer
from assistant.dialogue.featurizer import SentenceFeaturizer
from assistant.dialogue.runner import PreparedRunner
from assistant.dialogue.tracker import Tracker
from assistant.language.queue import EncoderQueue

# What an action may want to ask about: the intents that came close.
_RANKING_KEPT = 3


class Understanding:
    """The pipeline of a model. The encoder, half of its work, runs beside the event loop."""

    def __init__(self, runner: PreparedRunner, *, target: str, domain: Domain) -> None:
        self._runner = runner
        self._target = target
        self._domain = domain
        found = runner.components(SentenceFeaturizer)
        self._queue = EncoderQueue(found[0].encoder) if found else None

    async def read(self, text: str, tracker: Tracker) -> dict[str, Any]:
        """What Rasa calls parse data: ``text``, ``intent``, ``intent_ranking``, ``entities``."""
        text = text.strip()
        if not text:
            nothing = {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 1.0}
            return _plain({"intent": nothing, "intent_ranking": [nothing]})
        named = self._button(text)
        if named is not None:
            return _plain(named.as_dict(only_output_properties=True))
        token = None
        if self._queue is not None:
            token = featurizer.prepared.set((text, await self._queue.encode(text)))
        try:
            results = self._runner.run(
                {PLACEHOLDER_MESSAGE: [UserMessage(text)], PLACEHOLDER_TRACKER: tracker},
                [self._target],
            )
        finally:
            if token is not None:
                featurizer.prepared.reset(token)
        return _plain(results[self._target][0].as_dict(only_output_properties=True))

    def close(self) -> None:
        """Let go of the encoder's thread."""
        if self._queue is not None:
            self._queue.close()

    def _button(self, text: str) -> Message | None:
        """The message of a payload like ``/greet``, which says itself what it means.

        Rasa lets the whole pipeline read it first and then throws the result away.
        """
        if not text.startswith(INTENT_MESSAGE_PREFIX):
            return None
        message = Message({TEXT: text})
        unpacked = YAMLStoryReader.unpack_regex_message(
            message, self._domain, entity_extractor_name="RegexMessageHandler"
        )
        return None if unpacked is message else unpacked


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """The part that is used, in Python's own types: numpy's are no JSON."""
    ranking = [_intent(one) for one in found.get("intent_ranking", [])[:_RANKING_KEPT]]
    return {
        "text": found.get("text", ""),
        "intent": _intent(found.get("intent") or {}),
        "intent_ranking": ranking,
        "entities": [
            {name: value for name, value in entity.items() if value is not None}
            for entity in found.get("entities") or []
        ],
    }


def _intent(found: dict[str, Any]) -> dict[str, Any]:
    name = found.get("name")
    return {
        "name": None if name is None else str(name),
        "confidence": float(found.get("confidence", 0.0)),
    }
