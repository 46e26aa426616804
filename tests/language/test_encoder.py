"""The sentence encoder: what it makes of texts, good and bad ones."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from assistant.language.encoder import SentenceEncoder
from assistant.language.weights import DIMENSIONS, HEADS, LAYERS, MAX_TOKENS, Weights

TEXTS = [
    "i was just diagnosed with bipolar, what do i do now",
    "they told me i have bipolar disorder. what happens next?",
    "where is the nearest rehab that takes medicaid",
    "ok",
    "¿Hay esperanza? 希望 🙂",
]


def test_it_works(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), DIMENSIONS)
    assert vectors.dtype == np.float32


def test_close_meanings_are_close_and_far_ones_far(encoder: SentenceEncoder) -> None:
    diagnosed, told, rehab, ok, _ = encoder.encode(TEXTS)
    assert diagnosed @ told > 0.7
    assert diagnosed @ rehab < 0.4
    assert diagnosed @ ok < 0.4


def test_every_vector_has_length_one(encoder: SentenceEncoder) -> None:
    np.testing.assert_allclose(np.linalg.norm(encoder.encode(TEXTS), axis=1), 1, atol=1e-5)


def test_a_text_has_the_same_vector_alone_and_among_others(encoder: SentenceEncoder) -> None:
    many = [*TEXTS, "a much longer text " * 30] * 8
    alone = np.concatenate([encoder.encode([text]) for text in many])
    np.testing.assert_allclose(encoder.encode(many), alone, atol=2e-6)


def test_the_fused_graph_computes_what_the_published_model_computes(
    encoder: SentenceEncoder,
) -> None:
    expected = np.stack([_reference(text) for text in TEXTS])
    np.testing.assert_allclose(encoder.encode(TEXTS), expected, atol=2e-6)


@pytest.mark.parametrize(
    "text", ["", " ", "\x00\x07", "lone \ud83d surrogate", "\u202eright to left", "🙂" * 50]
)
def test_it_handles_text_that_is_hardly_text(encoder: SentenceEncoder, text: str) -> None:
    vector = encoder.encode([text])[0]
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_of_a_very_long_text_the_beginning_counts(encoder: SentenceEncoder) -> None:
    beginning = "word " * (MAX_TOKENS - 2)
    first, second = encoder.encode([beginning, beginning + "something else entirely " * 5000])
    np.testing.assert_allclose(first, second, atol=2e-6)


def test_no_texts_make_no_vectors(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSIONS)


def _reference(text: str) -> Any:
    """The model written out plainly, from the weights as published."""
    weights = load_file(Weights.find().tensors)
    tokenizer = Tokenizer.from_file(str(Weights.find().tokenizer))
    tokenizer.no_padding()
    ids = tokenizer.encode(text).ids
    count = len(ids)

    def norm(x: Any, name: str) -> Any:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def linear(x: Any, name: str) -> Any:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def heads(x: Any) -> Any:
        return x.reshape(count, HEADS, DIMENSIONS // HEADS).transpose(1, 0, 2)

    erf = np.vectorize(math.erf)
    x = weights["embeddings.word_embeddings.weight"][ids]
    x = x + weights["embeddings.position_embeddings.weight"][:count]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        query, key, value = (
            heads(linear(x, f"{layer}.attention.self.{part}")) for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(DIMENSIONS // HEADS)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ value
        mixed = mixed.transpose(1, 0, 2).reshape(count, DIMENSIONS)
        attended = linear(mixed, f"{layer}.attention.output.dense")
        x = norm(x + attended, f"{layer}.attention.output.LayerNorm")
        wide = linear(x, f"{layer}.intermediate.dense")
        wide = wide * 0.5 * (1 + erf(wide / math.sqrt(2)))
        x = norm(x + linear(wide, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)
