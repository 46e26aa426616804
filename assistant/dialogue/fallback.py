"""A fallback whose threshold is measured, not guessed.

A message Beside does not understand must not be answered as if it did; a message it was made to
understand must not be turned away. Where the line lies moves with the number of examples and
intents, so it is found again at each training: the training data are split into folds, a classifier
is fitted on the others and asked about each, and the threshold is the confidence that no more than
the tolerated share of these unseen messages falls below.
"""

from __future__ import annotations

import json
import logging
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.fallback_classifier import (
    AMBIGUITY_THRESHOLD_KEY,
    THRESHOLD_KEY,
    FallbackClassifier,
)
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.training_data import TrainingData

logger = logging.getLogger(__name__)

FALSE_REJECTION = "false_rejection"
NOT_IN_SCOPE = "not_in_scope"
FOLDS = "folds"

_FILE = "threshold.json"

Features = npt.NDArray[np.float32]
Labels = npt.NDArray[np.str_]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CalibratedFallbackClassifier(FallbackClassifier):  # type: ignore[misc]
    """Predicts ``nlu_fallback`` when the classifier before it is less sure than the threshold.

    ``false_rejection`` is the tolerated share of understood messages, ``not_in_scope`` the intents
    that do not count as such, ``folds`` how many parts the data are split into.
    """

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        super().__init__(config)
        self._model_storage = model_storage
        self._resource = resource

    @classmethod
    def required_components(cls) -> list[type]:
        # A classifier must stand before it too; while training, Rasa leaves classifiers out.
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        # The threshold of an untrained model lets everything pass; closeness of the two best
        # intents is not judged, because it would turn away more than was tolerated.
        return {
            THRESHOLD_KEY: 0.0,
            AMBIGUITY_THRESHOLD_KEY: 0.0,
            FALSE_REJECTION: 0.05,
            NOT_IN_SCOPE: [],
            FOLDS: 3,
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CalibratedFallbackClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CalibratedFallbackClassifier:
        with model_storage.read_from(resource) as folder:
            measured = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls({**config, THRESHOLD_KEY: measured[THRESHOLD_KEY]}, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Measure the threshold and keep it, with what it costs, in the model."""
        examples = [
            (message.get_dense_features(attribute=TEXT)[1], message.get(INTENT))
            for message in training_data.intent_examples
            if message.get(INTENT) and message.get(TEXT)
        ]
        vectors = np.array([found.features[0] for found, _ in examples if found is not None])
        intents = np.array([intent for found, intent in examples if found is not None])
        config = self.component_config
        measured = calibrate(
            vectors,
            intents,
            not_in_scope=frozenset(config[NOT_IN_SCOPE]),
            false_rejection=config[FALSE_REJECTION],
            folds=config[FOLDS],
        )
        self.component_config[THRESHOLD_KEY] = measured[THRESHOLD_KEY]
        logger.info("Fallback threshold: %s", measured)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(measured, indent=1), encoding="utf-8")
        return self._resource


def calibrate(
    vectors: Features,
    intents: Labels,
    *,
    not_in_scope: frozenset[str],
    false_rejection: float,
    folds: int,
) -> dict[str, float]:
    """The highest threshold that rejects at most ``false_rejection`` of the unseen messages.

    ``vectors`` has the shape [examples, dimensions]. Also says on how many examples it was
    measured, their accuracy, and of those not in scope the share that is turned away or recognised
    as such. With too few examples for two folds the threshold is 0.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    counts = np.unique(intents, return_counts=True)[1]
    folds = min(folds, int(counts.max())) if len(counts) > 1 else 0
    if folds < 2:
        return {THRESHOLD_KEY: 0.0, "examples": 0}
    confidence = np.zeros(len(intents))
    correct = np.zeros(len(intents), dtype=bool)
    splitter = StratifiedKFold(folds, shuffle=True, random_state=42)
    for seen, unseen in splitter.split(vectors, intents):
        # As Rasa's LogisticRegressionClassifier fits it.
        model = LogisticRegression(class_weight="balanced", max_iter=100, random_state=42)
        model.fit(vectors[seen], intents[seen])
        probability = model.predict_proba(vectors[unseen])
        confidence[unseen] = probability.max(axis=1)
        correct[unseen] = model.classes_[probability.argmax(axis=1)] == intents[unseen]
    in_scope = ~np.isin(intents, sorted(not_in_scope))
    if not in_scope.any():
        return {THRESHOLD_KEY: 0.0, "examples": 0}
    ranked = np.sort(confidence[in_scope])
    threshold = float(ranked[int(len(ranked) * false_rejection)])
    result = {
        THRESHOLD_KEY: threshold,
        "examples": len(ranked),
        "accuracy": float(correct[in_scope].mean()),
        "false_rejection": float((ranked < threshold).mean()),
    }
    if not in_scope.all():
        kept_out = (confidence < threshold) | correct
        result["out_of_scope_kept_out"] = float(kept_out[~in_scope].mean())
    return result
