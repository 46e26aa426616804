"""The encoder behind an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from assistant.language.encoder import SentenceEncoder, Vectors
from assistant.language.queue import EncoderQueue


class Counting(SentenceEncoder):
    """An encoder that remembers what it was asked together, and fails at one text."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        if "bad" in texts:
            raise RuntimeError("cannot")
        return np.array([[len(text)] for text in texts], dtype=np.float32)


async def test_everybody_gets_the_vector_of_their_own_text() -> None:
    queue = EncoderQueue(Counting())
    texts = ["a" * length for length in range(1, 30)]
    vectors = await asyncio.gather(*[queue.encode(text) for text in texts])
    assert [float(vector[0, 0]) for vector in vectors] == list(range(1, 30))
    queue.close()


async def test_texts_that_wait_are_encoded_together() -> None:
    encoder = Counting()
    queue = EncoderQueue(encoder)
    await asyncio.gather(*[queue.encode(str(number)) for number in range(12)])
    assert len(encoder.asked) < 12
    assert sorted(text for asked in encoder.asked for text in asked) == sorted(
        str(number) for number in range(12)
    )
    queue.close()


async def test_a_failure_reaches_those_it_concerns_and_the_queue_goes_on() -> None:
    queue = EncoderQueue(Counting())
    with pytest.raises(RuntimeError):
        await queue.encode("bad")
    assert float((await queue.encode("good"))[0, 0]) == 4
    queue.close()


async def test_a_caller_that_gives_up_disturbs_nobody() -> None:
    queue = EncoderQueue(Counting())
    leaving = asyncio.create_task(queue.encode("leaving"))
    staying = asyncio.create_task(queue.encode("staying"))
    await asyncio.sleep(0)
    leaving.cancel()
    assert float((await staying)[0, 0]) == 7
    queue.close()


async def test_it_encodes_as_the_encoder_does(encoder: SentenceEncoder) -> None:
    queue = EncoderQueue(encoder)
    np.testing.assert_allclose(await queue.encode("hello"), encoder.encode(["hello"]), atol=1e-6)
    queue.close()
