"""A dialogue process in miniature: the published call over a real Unix socket, with a script.

It answers ``You wrote: …`` unless a text is in ``script``. It can be told to fail, to stall, and
to die in the middle of a turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec

from assistant.dialogue.contract import RequestPeer, SaveQuestions, TurnRequest, TurnResult
from assistant.replies import Button, Reply, Source

Answer = Callable[[TurnRequest], TurnResult]


def _say(text: str, *effects: object, **fields: object) -> Answer:
    def answer(request: TurnRequest) -> TurnResult:
        return TurnResult(
            state=str(int(request.state or 0) + 1),
            replies=(Reply(text=text, **fields),) if text else (),  # type: ignore[arg-type]
            effects=effects,  # type: ignore[arg-type]
        )

    return answer


def default_script() -> dict[str, Answer]:
    """What the stand-in knows; the texts are what a person or a button sends."""
    person = Button("A person", "/ask_human")
    return {
        "/ask_human": _say(
            "A peer may read a short note from you. Share it?",
            buttons=(Button("Yes, share", "/affirm"), Button("Not now", "/deny")),
        ),
        "/affirm": _say(
            "",
            RequestPeer(summary="I was told today.", share_transcript=True, share_questions=True),
        ),
        "/share_note_only": _say("", RequestPeer(summary="Only this note.")),
        "what is bipolar": _say(
            "Bipolar disorder means moods that swing further than usual.",
            buttons=(Button("What helps", '/ask_what_helps{"topic": "bipolar"}'), person),
            sources=(Source("NIMH", "https://www.nimh.nih.gov/", "2026-11-22"),),
        ),
        "keep two questions": _say(
            "Kept.", SaveQuestions(("Will I always need it?", "Can I drive?")), document="questions"
        ),
    }


class FakeDialogue:
    """Serves ``socket`` until :meth:`stop`. ``asked`` lists every request it has seen."""

    def __init__(self, socket: str) -> None:
        self.socket = socket
        self.script = default_script()
        self.asked: list[TurnRequest] = []
        self.fail_next = 0
        self.stall = 0.0
        self.die_during_next = 0
        self._server: asyncio.AbstractServer | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def up(self) -> bool:
        return self._server is not None

    async def start(self) -> None:
        Path(self.socket).unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self.socket)

    async def stop(self) -> None:
        """As a killed process: the socket is gone and every connection is cut."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or b"0")
                body = await reader.readexactly(length)
                ready = head.startswith(b"get /ready")
                status, answer = (200, b"{}") if ready else await self._turn(body)
                writer.write(
                    b"HTTP/1.1 %d x\r\ncontent-length: %d\r\n\r\n" % (status, len(answer)) + answer
                )
                await writer.drain()
        except (OSError, EOFError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _turn(self, body: bytes) -> tuple[int, bytes]:
        request = msgspec.json.decode(body, type=TurnRequest)
        self.asked.append(request)
        if self.die_during_next:
            self.die_during_next -= 1
            await self.stop()
            raise ConnectionAbortedError
        if self.stall:
            await asyncio.sleep(self.stall)
        if self.fail_next:
            self.fail_next -= 1
            return 500, b'{"error": "The action broke."}'
        answer = self.script.get(request.text) or _say(f"You wrote: {request.text}")
        return 200, msgspec.json.encode(answer(request))
