"""A Telegram Bot API server for tests: the real contract, over a real socket.

It knows people and groups, checks what it is given as the public server does, and can be told to
fail. Everything it was sent can be looked at::

    async with FakeTelegram() as telegram:
        ada = telegram.person()
        ada.writes("hello")
        await telegram.until(lambda: ada.texts)
        telegram.next("sendMessage", Flood(retry_after=2))
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import HTTP
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.telegram_methods import Methods
from tests.fakes.telegram_rules import Refusal
from tests.fakes.telegram_troubles import (
    Broken,
    Flood,
    Refuse,
    Sever,
    Slow,
    Stall,
    Trouble,
    Troubles,
)
from tests.fakes.telegram_updates import Updates
from tests.fakes.telegram_wire import Answer, Cut, Request, Wire
from tests.fakes.telegram_world import Chat, Json, Person, Sent, World

__all__ = [
    "TOKEN",
    "Broken",
    "Call",
    "FakeTelegram",
    "Flood",
    "Person",
    "Refuse",
    "Sent",
    "Sever",
    "Slow",
    "Stall",
]

TOKEN = "4242:a-token-for-tests"


@dataclass(frozen=True)
class Call:
    """One call of the bot, failed ones included."""

    method: str
    params: Json


class FakeTelegram:
    """The server. ``url`` is what ``BESIDE_TELEGRAM_API_URL`` takes."""

    def __init__(self, token: str = TOKEN, port: int = 0) -> None:
        self.token = token
        self.updates = Updates()
        self.world = World(self.updates.push)
        self.methods = Methods(self.world)
        self.calls: list[Call] = []
        self._troubles = Troubles()
        self._wire = Wire(self._serve, port)

    @property
    def url(self) -> str:
        return self._wire.url

    async def start(self) -> None:
        await self._wire.start()

    async def stop(self) -> None:
        await self.updates.stop()
        await self._wire.stop()

    async def __aenter__(self) -> FakeTelegram:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def person(self, chat_id: int = 1001, name: str = "Ada") -> Person:
        """A person who opened a private chat with the bot."""
        return self.world.person(chat_id, name)

    def group(self, chat_id: int = -1001, name: str = "Team", *, forum: bool = False) -> Chat:
        return self.world.group(chat_id, name, forum=forum)

    @property
    def sent(self) -> list[Sent]:
        """Every message the bot sent, in order."""
        return self.world.sent

    @property
    def commands(self) -> list[dict[str, str]]:
        """The bot's menu."""
        return self.methods.commands

    def called(self, method: str) -> list[Json]:
        """The parameters of every call of ``method``, failed ones included."""
        return [call.params for call in self.calls if call.method == method]

    def next(
        self, method: str, trouble: Trouble, *, times: int = 1, chat: int | None = None
    ) -> None:
        """The next ``times`` calls of ``method`` (for that chat) meet ``trouble``."""
        self._troubles.order(method, trouble, times, chat)

    def repeat(self, update: Json) -> None:
        """Hand out an update once more, confirmed or not."""
        self.updates.repeat(update)

    async def until(self, condition: Callable[[], object], limit: float = 30) -> None:
        """Wait until ``condition()`` holds; ``limit`` only ends a test that would hang."""

        async def hold() -> None:
            while not condition():
                await asyncio.sleep(0.01)

        await asyncio.wait_for(hold(), limit)

    async def _serve(self, request: Request) -> Answer:
        prefix, file_prefix = f"/bot{self.token}/", f"/file/bot{self.token}/"
        if request.path.startswith(file_prefix):
            return self._file(request.path.removeprefix(file_prefix))
        if not request.path.startswith(prefix):
            return _failed(Refusal(401, "Unauthorized"))
        method = request.path.removeprefix(prefix)
        name = f"on_{method.lower()}"
        handle = getattr(self.methods, name, None) or getattr(self.updates, name, None)
        try:
            if handle is None:
                raise Refusal(404, "Not Found: method not found")
            params = _params(request)
            self.calls.append(Call(method, params))
            return await self._troubled(self._troubles.take(method, params), handle, params)
        except Refusal as refusal:
            return _failed(refusal)

    async def _troubled(
        self, trouble: Trouble | None, handle: Callable[[Json], Any], params: Json
    ) -> Answer:
        if isinstance(trouble, Flood):
            wait = trouble.retry_after
            raise Refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        if isinstance(trouble, Refuse):
            raise Refusal(trouble.code, trouble.description)
        if isinstance(trouble, Broken):
            if trouble.body is not None:
                return Answer(trouble.status, trouble.body, "text/html")
            raise Refusal(trouble.status, "Internal Server Error")
        if isinstance(trouble, (Stall, Sever)):
            if trouble.processed:
                await _result(handle, params)
            if isinstance(trouble, Sever):
                raise Cut
            await asyncio.Event().wait()
        result = await _result(handle, params)
        if isinstance(trouble, Slow):
            await asyncio.sleep(trouble.seconds)
        return _answer(200, {"ok": True, "result": result})

    def _file(self, path: str) -> Answer:
        for name, content in self.world.files.values():
            if name == path:
                return Answer(body=content, content_type="application/octet-stream")
        return _failed(Refusal(404, "Not Found"))


async def _result(handle: Callable[[Json], Any], params: Json) -> Any:
    found = handle(params)
    return await found if isinstance(found, Awaitable) else found


def _params(request: Request) -> Json:
    """The parameters of a call, given in any of the ways the Bot API takes them."""
    params: Json = dict(request.query)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        params |= json.loads(request.body or b"{}")
    elif kind.startswith("application/x-www-form-urlencoded"):
        params |= dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    elif kind.startswith("multipart/form-data"):
        head = f"Content-Type: {kind}\r\n\r\n".encode()
        for part in message_from_bytes(head + request.body, policy=HTTP).iter_parts():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            file = part.get_filename()
            params[str(name)] = content.decode() if file is None else (file, content)
    return params


def _answer(status: int, content: Json) -> Answer:
    return Answer(status, json.dumps(content).encode())


def _failed(refusal: Refusal) -> Answer:
    content: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        content["parameters"] = refusal.parameters
    return _answer(refusal.code, content)
