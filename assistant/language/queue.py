"""The encoder for an event loop: off the loop, and several waiting texts in one go.

Most of an encoding's time goes into reading the weights from memory, so two texts together take
little longer than one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from assistant.language.encoder import SentenceEncoder, Vectors

_TOGETHER = 8


class EncoderQueue:
    """Encodes for any number of callers of one event loop, on a thread of its own."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encoder")
        self._waiting: deque[tuple[str, asyncio.Future[Vectors]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def encode(self, text: str) -> Vectors:
        """The unit vector of one text, as float32 of shape [1, 384]."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Vectors] = loop.create_future()
        self._waiting.append((text, future))
        if self._running is None:
            self._running = loop.create_task(self._run())
        return await future

    def close(self) -> None:
        """Let go of the thread, after the texts it has in hand."""
        self._thread.shutdown(wait=False)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                count = min(len(self._waiting), _TOGETHER)
                taken = [self._waiting.popleft() for _ in range(count)]
                texts = [text for text, _ in taken]
                try:
                    vectors = await loop.run_in_executor(self._thread, self._encoder.encode, texts)
                except Exception as error:  # whoever waits has to be told
                    for _, future in taken:
                        if not future.done():
                            future.set_exception(error)
                    continue
                for row, (_, future) in enumerate(taken):
                    if not future.done():  # its caller may have been cancelled
                        future.set_result(vectors[row : row + 1])
        finally:
            self._running = None
