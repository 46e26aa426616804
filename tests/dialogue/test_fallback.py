"""The threshold below which Beside does not claim to have understood."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from assistant.dialogue.slim import without_tensorflow

with without_tensorflow():
    from assistant.dialogue.fallback import calibrate


def messages(intents: int, each: int, noise: float, seed: int = 0) -> tuple[Any, Any]:
    """Vectors around one centre for each intent; more ``noise``, less certain."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(intents, 16))
    labels = np.repeat(np.arange(intents), each)
    vectors = centres[labels] + noise * random.normal(size=(len(labels), 16))
    vectors *= 5 / np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), np.array([f"intent {label}" for label in labels])


@pytest.mark.parametrize("noise", [0.1, 0.6, 1.2])
@pytest.mark.parametrize("tolerated", [0.0, 0.05, 0.2])
def test_no_more_are_turned_away_than_is_tolerated(noise: float, tolerated: float) -> None:
    vectors, intents = messages(10, 20, noise)
    found = calibrate(
        vectors, intents, not_in_scope=frozenset(), false_rejection=tolerated, folds=5
    )
    assert found["examples"] == 200
    assert tolerated - 0.01 <= found["false_rejection"] <= tolerated


def test_the_threshold_follows_the_certainty() -> None:
    def threshold(noise: float) -> float:
        vectors, intents = messages(10, 20, noise)
        found = calibrate(vectors, intents, not_in_scope=frozenset(), false_rejection=0.05, folds=5)
        return found["threshold"]

    assert threshold(0.1) > threshold(0.6) > threshold(1.2)


def test_what_is_not_in_scope_may_be_turned_away() -> None:
    vectors, intents = messages(10, 20, 0.3)
    random = np.random.default_rng(1)
    strays = random.normal(size=(20, 16)).astype(np.float32)
    strays *= 5 / np.linalg.norm(strays, axis=1, keepdims=True)
    found = calibrate(
        np.concatenate([vectors, strays]),
        np.concatenate([intents, np.array(["out_of_scope"] * 20)]),
        not_in_scope=frozenset({"out_of_scope"}),
        false_rejection=0.05,
        folds=5,
    )
    assert found["examples"] == 200
    assert found["false_rejection"] <= 0.05
    assert found["out_of_scope_kept_out"] > 0.5


def test_without_enough_examples_nothing_is_turned_away() -> None:
    vectors, intents = messages(1, 5, 0.1)
    found = calibrate(vectors, intents, not_in_scope=frozenset(), false_rejection=0.05, folds=5)
    assert found["threshold"] == 0
