"""The gateway's side of the dialogue call. Imports no Rasa.

It speaks HTTP/1.1 over the Unix socket by hand, over connections that stay open: one request with a
length, one answer with a length. A general client costs more than a button press takes to answer.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from assistant.dialogue.contract import TurnRequest, TurnResult

_results = msgspec.json.Decoder(TurnResult)
_encoder = msgspec.json.Encoder()

_TOO_LONG = 16 * 1024 * 1024

# No connection, one that ended, or an answer that is not HTTP as we speak it.
_BROKEN = (OSError, EOFError, ValueError, LookupError, asyncio.LimitOverrunError)

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class DialogueError(Exception):
    """Something between the gateway and the dialogue went wrong.

    * DialogueDown: nobody is there, or it went away, or it took too long; ask again later.
    * DialogueFailed: it answered that this turn cannot be taken; asking again may not help.
    """


class DialogueDown(DialogueError):
    """The dialogue process cannot be reached. The turn may be asked for again, unchanged."""


class DialogueFailed(DialogueError):
    """The dialogue process could not take this turn; ``sentence`` says why, without any text."""

    def __init__(self, sentence: str, status: int = 500) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


class _Error(msgspec.Struct):
    error: str = "The dialogue gave no reason."


class DialogueClient:
    """Calls one dialogue process. Use it in one event loop; any number of turns at once."""

    def __init__(self, socket_path: Path | str, timeout: float = 20.0) -> None:
        """``timeout`` is what one call may take in all, in seconds."""
        self._path = str(socket_path)
        self._timeout = timeout
        self._idle: list[Connection] = []

    async def ready(self) -> bool:
        """True when the dialogue has loaded its model and answers."""
        try:
            status, _ = await self._call(b"GET", b"/ready", b"")
        except DialogueDown:
            return False
        return status == 200

    async def turn(self, request: TurnRequest) -> TurnResult:
        """The outcome of one turn. Raises :class:`DialogueDown` or :class:`DialogueFailed`."""
        try:
            asked = _encoder.encode(request)
        except UnicodeEncodeError:
            raise DialogueFailed("The text is not valid Unicode.", 422) from None
        status, body = await self._call(b"POST", b"/turn", asked)
        try:
            if status == 200:
                return _results.decode(body)
            sentence = msgspec.json.decode(body, type=_Error).error
        except msgspec.MsgspecError:
            raise DialogueFailed("The dialogue's answer cannot be read.", status) from None
        raise DialogueFailed(sentence, status)

    async def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop()[1].close()

    async def _call(self, method: bytes, path: bytes, body: bytes) -> tuple[int, bytes]:
        head = b"%s %s HTTP/1.1\r\nhost: dialogue\r\ncontent-length: %d\r\n\r\n"
        data = head % (method, path, len(body)) + body
        try:
            return await asyncio.wait_for(self._exchange(data), self._timeout)
        except (asyncio.TimeoutError, TimeoutError):
            raise DialogueDown("The dialogue took too long to answer.") from None
        except _BROKEN as error:
            kind = type(error).__name__
            raise DialogueDown(f"The dialogue cannot be reached ({kind}).") from None

    async def _exchange(self, data: bytes) -> tuple[int, bytes]:
        while self._idle:
            # The process may have been restarted since this connection was last used. Asking
            # again is harmless: a turn changes nothing on the other side.
            connection = self._idle.pop()
            try:
                return await self._ask(connection, data)
            except (OSError, EOFError):
                continue
        return await self._ask(await asyncio.open_unix_connection(self._path), data)

    async def _ask(self, connection: Connection, data: bytes) -> tuple[int, bytes]:
        reader, writer = connection
        try:
            writer.write(data)
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            status = int(head[9:12])
            length = int(head.split(b"\r\ncontent-length:", 1)[1].split(b"\r\n", 1)[0])
            if length > _TOO_LONG:
                raise ValueError("answer too long")
            body = await reader.readexactly(length)
        except BaseException:
            # Also when the caller is cancelled: an answer may still be on its way.
            writer.close()
            raise
        if b"\r\nconnection: close" in head:
            writer.close()
        else:
            self._idle.append(connection)
        return status, body
