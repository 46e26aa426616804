"""The sentence encoder as a Rasa component."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.language import graph
from assistant.language.encoder import SentenceEncoder, Vectors
from assistant.language.weights import SHA256

SCALE = "scale"

# A vector computed beforehand for this very text, so that a turn can wait for it off the loop.
prepared: ContextVar[tuple[str, Vectors] | None] = ContextVar("prepared", default=None)


def encoder_folder() -> Path:
    """Where the encoder's graph lies: ``encoder`` in the data directory. Never in the model file,
    which would carry the same 90 MB each time it is trained."""
    return Path(os.environ.get("BESIDE_DATA_DIR") or "data").expanduser().resolve() / "encoder"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):  # type: ignore[misc]
    """One vector for the sentence, ``scale`` long.

    LogisticRegressionClassifier regularises with a fixed strength; with vectors of length 1 its
    confidences stay near 0.3, with length 5 they mean something.
    """

    def __init__(self, config: dict[str, Any], name: str, encoder: SentenceEncoder) -> None:
        super().__init__(name, config)
        self.encoder = encoder

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["onnxruntime", "tokenizers"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        # The last two are never read: in Rasa's fingerprint they retrain what a new encoder makes
        # stale.
        return {
            FEATURIZER_CLASS_ALIAS: None,
            SCALE: 5.0,
            "weights": SHA256,
            "graph": graph.VERSION,
        }

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing can be wrong but the scale, and a wrong one shows in the figures."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        # For training: thousands of texts, and every core.
        encoder = SentenceEncoder.load(encoder_folder(), threads=os.cpu_count() or 1)
        return cls(config, execution_context.node_name, encoder)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceFeaturizer:
        # For answering: one text, while the other core does the rest.
        return cls(config, execution_context.node_name, SentenceEncoder.load(encoder_folder()))

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the features to each message that has a text."""
        written = [message for message in messages if message.get(TEXT) is not None]
        vectors = self._vectors([message.get(TEXT) for message in written])
        for message, vector in zip(written, vectors, strict=True):
            features = np.asarray(vector * self._config[SCALE], dtype=np.float32)[np.newaxis, :]
            # The classifier asks for the sentence alone, but Rasa wants both kinds to be there.
            self.add_features_to_message(features, features, TEXT, message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the features to each training example."""
        self.process(training_data.training_examples)
        return training_data

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        ready = prepared.get()
        if ready is not None and list(texts) == [ready[0]]:
            return ready[1]
        return self.encoder.encode(texts)
