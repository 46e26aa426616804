"""A small HTTP/1.1 server for fakes that must be able to misbehave on the wire.

An ASGI server always answers. The failures worth testing are the other ones: a connection that is
cut after the work was done, and a request that is read and never answered.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import parse_qsl, unquote, urlsplit

import h11

_CHUNK = 65_536


@dataclass(frozen=True)
class Request:
    """One request, read to its end. Header names are lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """One answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Cut(Exception):
    """Raised by a handler to close the connection without an answer."""


Handler = Callable[[Request], Awaitable[Answer]]


class Wire:
    """``async with Wire(handler) as wire`` serves on a free port at ``wire.url``."""

    def __init__(self, handler: Handler, port: int = 0) -> None:
        self._handler = handler
        self._port = port
        self._server: asyncio.AbstractServer | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    async def start(self) -> None:
        """Listen; a second start after a stop listens on the same port again."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and cut what is open."""
        if self._server is None:
            return
        self._server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*tuple(self._open), return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    async def __aenter__(self) -> Wire:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = writer
        try:
            await self._converse(reader, writer)
        except (Cut, ConnectionError, h11.RemoteProtocolError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            del self._open[task]
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=_CHUNK)
        while True:
            request = await _read(connection, reader)
            if request is None:
                return
            answer = await self._answer(request, connection, reader)
            if answer is None:
                return
            head = [
                ("content-type", answer.content_type),
                ("content-length", str(len(answer.body))),
                *answer.headers.items(),
            ]
            for event in (
                h11.Response(status_code=answer.status, headers=head),
                h11.Data(data=answer.body),
                h11.EndOfMessage(),
            ):
                writer.write(connection.send(event) or b"")
            await writer.drain()
            if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                return
            connection.start_next_cycle()

    async def _answer(
        self, request: Request, connection: h11.Connection, reader: asyncio.StreamReader
    ) -> Answer | None:
        """The handler's answer; None when the client went away while it was being made."""
        work = asyncio.ensure_future(self._handler(request))
        watch = asyncio.ensure_future(reader.read(_CHUNK))
        try:
            await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
            if watch.done():
                connection.receive_data(watch.result())
                if not watch.result() and not work.done():
                    return None
            return await work
        finally:
            work.cancel()
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await watch


async def _read(connection: h11.Connection, reader: asyncio.StreamReader) -> Request | None:
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(_CHUNK))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            assert head is not None
            parts = urlsplit(head.target.decode())
            return Request(
                method=head.method.decode(),
                path=unquote(parts.path),
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                headers={name.decode(): value.decode() for name, value in head.headers},
                body=bytes(body),
            )
        else:  # the connection is closed
            return None
