"""The line to Telegram: whether it is up, what is said about it, and getting it up again."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import structlog

from assistant.clock import Clock
from connectors.telegram.bot import TelegramBot, Timing
from connectors.telegram.failure import Failure, failure
from connectors.telegram.tasks import end

State = Literal["off", "connecting", "on", "unreachable", "refused", "conflict"]

_log = structlog.get_logger(__name__)
_SENTENCES: dict[State, str] = {
    "off": "Telegram is off.",
    "connecting": "Connecting to Telegram.",
    "on": "Telegram is on.",
    "unreachable": (
        "Telegram cannot be reached; check the network and BESIDE_TELEGRAM_API_URL. Messages wait."
    ),
    "refused": (
        "Telegram refuses the token or the webhook; check BESIDE_TELEGRAM_TOKEN, and that"
        " BESIDE_PUBLIC_URL is an https:// address when a webhook is used."
    ),
    "conflict": (
        "Another program fetches the updates of this bot; stop it, or give it a token of its own."
    ),
}


@dataclass(frozen=True)
class Standing:
    """How it stands, for ``doctor`` and ``/readyz``. ``name`` is the bot's user name."""

    state: State
    since: datetime
    mode: Literal["polling", "webhook"] = "polling"
    name: str = ""

    @property
    def sentence(self) -> str:
        """The state and its cure, in one sentence or two."""
        return _SENTENCES[self.state]


class Line:
    """``up`` is set while Telegram can be reached. Whoever notices otherwise says ``lost``."""

    def __init__(
        self, bot: TelegramBot, clock: Clock, timing: Timing, mode: Literal["polling", "webhook"]
    ) -> None:
        self._bot = bot
        self._clock = clock
        self._timing = timing
        self._reconnecting: asyncio.Task[None] | None = None
        self.up = asyncio.Event()
        self.standing = Standing("off", clock.now(), mode)

    def start(self) -> None:
        """Begin to connect, in the background."""
        self.say("connecting")
        self._reconnect()

    async def stop(self) -> None:
        if self._reconnecting is not None:
            await end(self._reconnecting)
        self.up.clear()
        self.say("off")

    def lost(self, what: Failure) -> None:
        """A call showed that Telegram is out of reach, or refuses the token."""
        self.up.clear()
        self.say("refused" if what.kind == "refused" else "unreachable")
        self._reconnect()

    def say(self, state: State, name: str | None = None) -> None:
        """Change what is said about the line."""
        old = self.standing
        if old.state == state and name in (None, old.name):
            return
        self.standing = Standing(
            state, self._clock.now(), old.mode, old.name if name is None else name
        )
        _log.info("telegram", state=state)

    def _reconnect(self) -> None:
        if self._reconnecting is None or self._reconnecting.done():
            self._reconnecting = asyncio.create_task(self._connect(), name="telegram-connect")

    async def _connect(self) -> None:
        failures = 0
        while True:
            try:
                await self._bot.initialize()
                me = await self._bot.get_me()
            except Exception as error:  # whatever answers there, it is not Telegram
                what = failure(error)
                self.say("refused" if what.kind == "refused" else "unreachable")
                pause = what.seconds or self._timing.backoff(failures)
                failures += 1
                await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
                continue
            self.say("on", me.username or "")
            self.up.set()
            return
