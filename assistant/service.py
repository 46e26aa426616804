"""The gateway's core, put together once: every room gets what it needs, nothing is global."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from pathlib import Path

import structlog

from assistant.clock import Clock, SystemClock
from assistant.conversations.documents import Documents
from assistant.conversations.hub import Hub
from assistant.conversations.inbox import Inbox
from assistant.conversations.outbox import Outbox
from assistant.conversations.pending import Pending
from assistant.conversations.reception import Reception
from assistant.conversations.relay import Relay
from assistant.conversations.transcript import Transcript
from assistant.conversations.turns import Turns
from assistant.conversations.watch import Watch
from assistant.dialogue.client import DialogueClient
from assistant.handoff.desk import Desk
from assistant.handoff.presence import Presence
from assistant.safety.directory import Directory
from assistant.safety.screen import Screen
from assistant.settings import Settings
from assistant.staff.accounts import StaffAccounts
from assistant.storage.database import Database
from assistant.storage.models import gateways
from assistant.storage.vault import Vault, load_keys
from assistant.texts import Texts

_HERE = Path(__file__).parent
_SWEEP_SECONDS = 1.0
_READY_SECONDS = 0.25
_STOP_SECONDS = 10.0
_log = structlog.get_logger(__name__)


class Service:
    """The rooms of one gateway. ``start`` opens the database; nothing runs before it."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        *,
        screen: Screen | None = None,
        turn_timeout: float = 30.0,
    ) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.gateway = uuid.uuid4().hex
        self.hub = Hub()
        self.database = Database(settings.database_url)
        self.vault = Vault(load_keys(settings.encryption_keys, settings.data_dir))
        self.directory = Directory.load()
        self.screen = screen or Screen.load()
        texts = Texts.load(_HERE / "conversations" / "texts.yml", self.directory)
        handoff_texts = Texts.load(_HERE / "handoff" / "texts.yml", self.directory)
        core = (self.database, self.vault, self.clock, self.hub)
        self.presence = Presence(*core, handoff_texts)
        self.handoffs = Desk(*core, handoff_texts, self.presence)
        self.outbox = Outbox(*core, self.gateway)
        self.transcript = Transcript(self.database, self.vault)
        self.documents = Documents(self.database, self.vault, self.clock)
        self.staff = StaffAccounts(self.database, self.clock)
        self.dialogue = DialogueClient(settings.dialogue_socket, timeout=turn_timeout)
        pending = Pending(self.vault, self.presence, settings.programme)
        self.turns = Turns(*core, self.dialogue, self.handoffs, texts, self.gateway, pending)
        self._watch = Watch(self.database, self.clock, self.turns, self.outbox, self.gateway)
        reception = Reception(self.directory, texts, self.handoffs)
        self.inbox = Inbox(*core, self.screen, reception, self.turns, texts)
        self._relay = (
            None if settings.sqlite else Relay(settings.database_url, self.hub, self.gateway)
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Migrate, free what a dead gateway held, and begin to look after everything."""
        await self.database.migrate()
        await self.database.open_vault(self.vault)
        await self._watch.begin(alone=self.settings.sqlite)
        await self.presence.look()
        if self._relay is not None:
            await self._relay.start()
        self._tasks = [
            asyncio.create_task(self._every(_SWEEP_SECONDS, self._look_after), name="sweep"),
            asyncio.create_task(self._every(_READY_SECONDS, self._look_for_dialogue), name="ready"),
            # Compiling every pattern of the screen takes most of a second, which no message waits.
            asyncio.create_task(asyncio.to_thread(self.screen.warm), name="screen"),
        ]

    async def stop(self) -> None:
        """Finish what can be finished; what cannot is found again at the next start."""
        self._stopping.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_STOP_SECONDS)
        await self.turns.stop()
        if self._relay is not None:
            await self._relay.stop()
        await self.dialogue.close()
        await self.database.close()

    async def database_answers(self) -> bool:
        """Whether the database can be read now; for ``/readyz``."""
        try:
            async with self.database.read() as connection:
                await connection.execute(gateways.select().limit(1))
        except Exception:
            return False  # drivers' own errors are of no common class
        return True

    async def _look_after(self) -> None:
        await self._watch.look()
        await self.presence.look()

    async def _look_for_dialogue(self) -> None:
        was = self.turns.ready
        self.turns.ready = await self.dialogue.ready()
        if self.turns.ready and not was:
            _log.info("dialogue_up")
            await self._watch.take_turns()

    async def _every(self, seconds: float, look: object) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), seconds)
                return
            try:
                await look()  # type: ignore[operator]
            except Exception as error:
                # Whatever it is, the next look must come: turns and peers are found again by it.
                # (A driver's own errors are of no common class.) readyz says it meanwhile.
                _log.error("look_failed", error=type(error).__name__)
