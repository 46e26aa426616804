"""A dialogue process in miniature: the published call over a real Unix socket, with a script.

It answers ``You wrote: …`` unless a text is in ``script``. It can be told to fail, to stall, and
to die in the middle of a turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
import uvicorn

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
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        config = uvicorn.Config(
            self._app, interface="asgi3", uds=self.socket, ws="none", log_config=None, lifespan="off", access_log=False
        )
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        self._task = asyncio.create_task(self._server._serve())
        while not self._server.started and not self._task.done():  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            await self._task
            self._server = None

    async def _app(self, scope: dict, receive: Callable, send: Callable) -> None:  # type: ignore[type-arg]
        if scope["path"] == "/ready":
            await _respond(send, 200, b'{"ready": true}')
            return
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        request = msgspec.json.decode(body, type=TurnRequest)
        self.asked.append(request)
        if self.die_during_next:
            self.die_during_next -= 1
            task = asyncio.create_task(self.stop())
            await task
            return
        if self.stall:
            await asyncio.sleep(self.stall)
        if self.fail_next:
            self.fail_next -= 1
            await _respond(send, 500, b'{"error": "The action broke."}')
            return
        answer = self.script.get(request.text) or _say(f"You wrote: {request.text}")
        await _respond(send, 200, msgspec.json.encode(answer(request)))


async def _respond(send: Callable, status: int, body: bytes) -> None:  # type: ignore[type-arg]
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
