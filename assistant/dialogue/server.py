"""The dialogue process's door: a small ASGI application on a Unix socket, for the gateway alone.

``POST /turn`` takes a ``TurnRequest`` and answers with a ``TurnResult``. ``GET /ready`` answers 200
when the model is loaded, which it is as long as anybody can connect. Every other answer is an error
of the form ``{"error": sentence}``: 400 for a body that is no request, 422 for a state or a text
the dialogue cannot work with, 500 for a turn in which something broke. A turn that fails has
changed nothing and may be asked for again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from assistant.dialogue.contract import TurnRequest, TurnResult
from assistant.dialogue.deeds import ActionFailed
from assistant.dialogue.logs import where
from assistant.dialogue.machine import Machine
from assistant.dialogue.state import InvalidState

logger = logging.getLogger(__name__)

# Far above what the gateway lets in; here it keeps one request from holding up all others.
MAX_TEXT = 8_000
MAX_BODY = 2_000_000

# Turns that run when the process is told to stop have this long to finish, in seconds.
_GRACE = 10

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_requests = msgspec.json.Decoder(TurnRequest)
_encoder = msgspec.json.Encoder()


class Refused(Exception):
    """An answer that is not 200; the sentence is for the operator and has no text of a person."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Application:
    """The ASGI application of one machine."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            status, body = 200, await self._answer(scope["method"], scope["path"], receive)
        except Refused as refused:
            status, body = refused.status, _encoder.encode({"error": refused.sentence})
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, method: str, path: str, receive: Receive) -> bytes:
        if (method, path) == ("GET", "/ready"):
            return b'{"ready":true}'
        if (method, path) != ("POST", "/turn"):
            raise Refused(404, "The dialogue answers to POST /turn and GET /ready.")
        try:
            request = _requests.decode(await _read(receive))
        except msgspec.MsgspecError:
            raise Refused(400, "The body is not a turn request.") from None
        return _encoder.encode(await self._turn(request))

    async def _turn(self, request: TurnRequest) -> TurnResult:
        if len(request.text) > MAX_TEXT:
            raise Refused(422, f"The text is longer than {MAX_TEXT} characters.")
        try:
            return await self._machine.turn(request)
        except InvalidState:
            raise Refused(422, "The state was not made by this dialogue.") from None
        except ActionFailed as failed:
            logger.error("Turn %s failed: %s %s", request.turn, failed, where(failed))
            raise Refused(500, str(failed)) from None
        except Exception as error:
            logger.error("Turn %s failed: %s", request.turn, where(error))
            raise Refused(500, f"The turn failed with {type(error).__name__}.") from None


async def _read(receive: Receive) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "The caller went away.")
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise Refused(413, f"The body is longer than {MAX_BODY} bytes.")
        if not message.get("more_body", False):
            return body


def listen(path: Path) -> socket.socket:
    """A Unix socket that only this user can reach. A file left by a dead process is replaced.

    Raises ``OSError`` when the path is too long for a socket (about 100 characters) or cannot be
    written.
    """
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    mask = os.umask(0o177)
    try:
        draft.unlink(missing_ok=True)
        door.bind(str(draft))
        # From here a caller finds either the old door or the new one, never a closed gap.
        door.listen(128)
        draft.rename(path)
    except BaseException:
        door.close()
        draft.unlink(missing_ok=True)
        raise
    finally:
        os.umask(mask)
    return door


class _Server(uvicorn.Server):
    """Ends with what it was told, instead of dying of the signal a second time."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def serve(machine: Machine, path: Path) -> None:
    """Answer on the socket until the process is told to stop (SIGTERM, SIGINT)."""
    try:
        asyncio.run(machine.warm())
    except Exception as error:
        logger.warning("The first turn, for nobody, failed: %s", where(error))
    door = listen(path)
    config = uvicorn.Config(
        Application(machine),
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=_GRACE,
        timeout_keep_alive=3600,
    )
    logger.info("The dialogue is ready on %s", path)
    try:
        _Server(config).run(sockets=[door])
    finally:
        path.unlink(missing_ok=True)
        machine.close()
