"""Clients of Rasa's REST shape: each keeps one connection and writes its next message when the
answer to the last has come. Raw sockets, so that the clients take little of the machine."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from dataclasses import dataclass

PLAIN = ("thanks", "hello there", "thank you so much", "good morning", "bye for now")
"""Answered by a response of the domain."""

ACTION = ("is there any hope", "what helps with depression", "what do i do now", "what is anxiety")
"""Answered by a custom action."""


@dataclass
class Sample:
    """Latencies in seconds, how many turns there were in all, and how long they took."""

    latencies: list[float]
    turns: int
    seconds: float

    @property
    def p50(self) -> float:
        return _quantile(self.latencies, 0.50)

    @property
    def p95(self) -> float:
        return _quantile(self.latencies, 0.95)

    @property
    def throughput(self) -> float:
        return self.turns / self.seconds


class Client:
    """One sender over one kept connection."""

    def __init__(self, port: int, sender: str) -> None:
        self._port = port
        self._sender = sender
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def say(self, text: str) -> float:
        """Send ``text``; returns the seconds until the whole answer has come."""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        assert self._reader is not None
        body = json.dumps({"sender": self._sender, "message": text}).encode()
        head = (
            f"POST /webhooks/rest/webhook HTTP/1.1\r\nhost: localhost\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        begin = time.perf_counter()
        self._writer.write(head.encode() + body)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        content = await self._reader.readexactly(length)
        taken = time.perf_counter() - begin
        if b" 200 " not in answer.split(b"\r\n", 1)[0] or b'"text"' not in content:
            raise SystemExit(f"not an answer: {answer[:80]!r}")
        if b"connection: close" in answer:
            self._writer.close()
            self._writer = None
        return taken


async def measure(port: int, texts: tuple[str, ...], clients: int, turns: int) -> Sample:
    """``clients`` at once, ``turns`` each, in conversations of twelve turns.

    Latencies are those of turns 8 to 12 of each conversation, "around turn 10"; throughput counts
    every turn.
    """
    latencies: list[float] = []

    async def talk() -> None:
        for number in range(turns):
            turn = number % 12
            if turn == 0:
                person = Client(port, f"bench-{uuid.uuid4().hex[:12]}")
            taken = await person.say(texts[number % len(texts)])
            if turn >= 7:
                latencies.append(taken)

    begin = time.perf_counter()
    await asyncio.gather(*(talk() for _ in range(clients)))
    return Sample(latencies, clients * turns, time.perf_counter() - begin)


async def long_conversation(port: int, marks: tuple[int, ...]) -> dict[int, float]:
    """One conversation up to the last mark; the median seconds of the ten turns up to each."""
    person = Client(port, f"bench-{uuid.uuid4().hex[:12]}")
    taken = [await person.say(PLAIN[number % len(PLAIN)]) for number in range(max(marks))]
    return {mark: _quantile(taken[max(0, mark - 10) : mark], 0.5) for mark in marks}


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
