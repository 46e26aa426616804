"""The Telegram connector: what the gateway starts, stops and asks how it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

import structlog
from litestar.handlers import HTTPRouteHandler
from telegram import BotCommand
from telegram.error import TelegramError

from assistant.service import Service
from assistant.settings import Settings
from assistant.texts import Texts
from connectors.telegram.bot import Timing, make_bot
from connectors.telegram.composing import Composing
from connectors.telegram.failure import failure
from connectors.telegram.incoming import COMMANDS, KINDS
from connectors.telegram.line import Line, Standing
from connectors.telegram.receiver import Receiver
from connectors.telegram.sender import Sender
from connectors.telegram.tasks import end
from connectors.telegram.webhook import PATH, webhook

_log = structlog.get_logger(__name__)


class TelegramConnector:
    """Receives by long poll, or by the webhook when ``telegram_webhook_secret`` is set.

    ``settings.telegram_token`` must be set. ``start`` returns at once, whether or not Telegram can
    be reached; ``standing`` says how it is.
    """

    def __init__(
        self, service: Service, settings: Settings, *, timing: Timing | None = None
    ) -> None:
        timing = timing or Timing()
        texts = Texts.load(Path(__file__).with_name("texts.yml"), service.directory)
        self._settings = settings
        self._timing = timing
        self._texts = texts
        self._bot = make_bot(settings.telegram_token, settings.telegram_api_url, timing)
        self._by_webhook = bool(settings.telegram_webhook_secret)
        mode: Literal["polling", "webhook"] = "webhook" if self._by_webhook else "polling"
        self._line = Line(self._bot, service.clock, timing, mode)
        self._composing = Composing(self._bot, service.hub, service.transcript, timing)
        self._receiver = Receiver(
            self._bot,
            service.inbox,
            service.transcript,
            self._composing,
            self._line,
            texts,
            timing,
        )
        self._sender = Sender(
            self._bot,
            service.outbox,
            service.transcript,
            service.documents,
            service.hub,
            self._composing,
            self._line,
            texts,
            timing,
        )
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def standing(self) -> Standing:
        """Whether Telegram is on, and if not, why and what to do."""
        return self._line.standing

    def routes(self) -> list[HTTPRouteHandler]:
        """Handlers to mount: the webhook's, when there is a secret for it."""
        secret = self._settings.telegram_webhook_secret
        return [webhook(secret, self._receiver.keep)] if self._by_webhook else []

    async def start(self) -> None:
        """Begin to connect, receive and send, in the background. ``service`` must be started."""
        self._line.start()
        self._tasks = [
            asyncio.create_task(self._for_ever(self._receive), name="telegram-receive"),
            asyncio.create_task(self._for_ever(self._sender.run), name="telegram-send"),
        ]

    async def stop(self) -> None:
        """Stop receiving, finish what is being sent, and close. Stop ``service`` after this."""
        await end(*self._tasks)
        await self._sender.stop()
        await self._composing.stop()
        await self._receiver.stop()
        await self._line.stop()
        await self._bot.shutdown()

    async def _receive(self) -> None:
        await self._set_up()
        if self._by_webhook:
            # Updates come by themselves now; the task only has to stay.
            await asyncio.Event().wait()
        await self._receiver.poll()

    async def _set_up(self) -> None:
        """Tell Telegram the menu and how updates shall come, until it has taken both."""
        failures = 0
        while True:
            await self._line.up.wait()
            try:
                await self._bot.set_my_commands(
                    [BotCommand(name, self._texts(f"menu.{name}")) for name in COMMANDS]
                )
                await self._choose_way()
            except TelegramError as error:
                what = failure(error)
                _log.warning("telegram_set_up_failed", reason=what.reason)
                if what.kind in ("down", "refused"):
                    self._line.lost(what)
                elif what.malformed:
                    self._line.say("refused")
                await asyncio.sleep(what.seconds or self._timing.backoff(failures))
                failures += 1
            else:
                self._line.say("on")
                return

    async def _choose_way(self) -> None:
        if not self._by_webhook:
            await self._bot.delete_webhook(drop_pending_updates=False)
            return
        await self._bot.set_webhook(
            self._settings.public_url + PATH,
            secret_token=self._settings.telegram_webhook_secret,
            allowed_updates=list(KINDS),
            # One after the other, so that a person's messages are kept in their order.
            max_connections=1,
            drop_pending_updates=False,
        )

    async def _for_ever(self, work: Callable[[], Awaitable[None]]) -> None:
        """A loop that ends by an error nobody foresaw begins again; the rest must not starve."""
        while True:
            try:
                await work()
            except Exception as error:  # the database may be away, for instance
                _log.error("telegram_loop_broken", error=type(error).__name__)
                await asyncio.sleep(self._timing.backoff(1))
