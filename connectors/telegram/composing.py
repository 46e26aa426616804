"""The "typing…" under the bot's name: while the assistant works on an answer, or a peer writes."""

from __future__ import annotations

import asyncio

import structlog
from telegram.constants import ChatAction
from telegram.error import TelegramError

from assistant.conversations.hub import Hub, Subscription
from assistant.conversations.transcript import Transcript
from connectors.telegram.bot import TelegramBot, Timing
from connectors.telegram.tasks import end

_WATCHED = 600.0
_MOST_SIGNS = 20
_log = structlog.get_logger(__name__)


class Composing:
    """Watches the conversations in which something may be written soon."""

    def __init__(self, bot: TelegramBot, hub: Hub, transcript: Transcript, timing: Timing) -> None:
        self._bot = bot
        self._hub = hub
        self._transcript = transcript
        self._timing = timing
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._asked: dict[str, int] = {}

    def expect(self, conversation: str, address: str, asked: int | None = None) -> None:
        """A message came in or went out: watch for somebody who writes the next one.

        ``asked`` is the sequence number of what the person wrote. Subscribes before it returns,
        so that no note of a turn just begun is missed.
        """
        if asked is not None:
            self._asked[conversation] = asked
        if conversation in self._watchers:
            return
        news = self._hub.subscribe(f"conversation:{conversation}")
        task = asyncio.create_task(self._watch(conversation, int(address), news))
        self._watchers[conversation] = task
        task.add_done_callback(lambda ended: self._ended(conversation, ended))

    async def stop(self) -> None:
        await end(*self._watchers.values())

    def _ended(self, conversation: str, task: asyncio.Task[None]) -> None:
        self._watchers.pop(conversation, None)
        self._asked.pop(conversation, None)
        if not task.cancelled() and task.exception() is not None:
            _log.warning("telegram_sign_broken", error=type(task.exception()).__name__)

    async def _watch(self, conversation: str, chat: int, news: Subscription) -> None:
        with news:
            while await news.wait(_WATCHED):
                notes = news.take_notes()
                if "typing:assistant" in notes:
                    await self._while_asked(conversation, chat)
                elif "typing:peer" in notes:
                    await self._show(chat)
                    await asyncio.sleep(self._timing.composing_again)

    async def _while_asked(self, conversation: str, chat: int) -> None:
        await asyncio.sleep(self._timing.composing_after)
        for _ in range(_MOST_SIGNS):
            asked = self._asked.get(conversation, 0)
            if await self._transcript.turn_of(conversation, asked) != "pending":
                return
            await self._show(chat)
            await asyncio.sleep(self._timing.composing_again)

    async def _show(self, chat: int) -> None:
        try:
            await self._bot.send_chat_action(chat, ChatAction.TYPING)
        except TelegramError:
            return  # a sign, not a message: the next one may come through
