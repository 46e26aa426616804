"""Passes wake-ups between gateways over PostgreSQL's LISTEN and NOTIFY.

A lost connection loses wake-ups, never data: every waiter also looks by itself now and then.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import asyncpg
import structlog

from assistant.conversations.hub import Hub

_CHANNEL = "beside_wake"
_log = structlog.get_logger(__name__)


class Relay:
    """One connection that listens and tells. ``url`` is SQLAlchemy's, driver included."""

    def __init__(self, url: str, hub: Hub, gateway: str) -> None:
        self._url = url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._hub = hub
        self._gateway = gateway
        self._outgoing: asyncio.Queue[tuple[str, str]] = asyncio.Queue(maxsize=10_000)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._hub.relay = self._tell
        self._task = asyncio.create_task(self._run(), name="relay")

    async def stop(self) -> None:
        self._hub.relay = None
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def _tell(self, topic: str, note: str) -> None:
        # A full queue means the connection is down; waiters will look by themselves.
        with contextlib.suppress(asyncio.QueueFull):
            self._outgoing.put_nowait((topic, note))

    def _hear(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        gateway, topic, note = payload.split("\x1f", 2)
        if gateway != self._gateway:
            self._hub.wake_here(topic, note)

    async def _run(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(self._url, timeout=10)
            except (OSError, asyncpg.PostgresError, asyncio.TimeoutError):
                await asyncio.sleep(1)
                continue
            try:
                await connection.add_listener(_CHANNEL, self._hear)
                while True:
                    topic, note = await self._outgoing.get()
                    payload = "\x1f".join((self._gateway, topic, note))
                    await connection.execute("SELECT pg_notify($1, $2)", _CHANNEL, payload)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                _log.warning("relay_lost", error=type(error).__name__)
                await asyncio.sleep(0.5)
            finally:
                with contextlib.suppress(OSError, asyncpg.PostgresError, asyncio.TimeoutError):
                    await connection.close(timeout=2)
