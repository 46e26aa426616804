"""The "typing…" under the bot's name: while the assistant works on an answer, or a peer writes."""

from __future__ import annotations

import asyncio

from telegram.constants import ChatAction
from telegram.error import TelegramError

from assistant.conversations.hub import Hub, Subscription
from connectors.telegram.bot import TelegramBot, Timing

_WATCHED = 600.0
_MOST_SIGNS = 20


class Composing:
    """Watches the conversations in which something may be written soon."""

    def __init__(self, bot: TelegramBot, hub: Hub, timing: Timing) -> None:
        self._bot = bot
        self._hub = hub
        self._timing = timing
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._waiting: set[str] = set()

    def expect(self, conversation: str, address: str) -> None:
        """A message came in or went out: watch for somebody who writes the next one.

        Subscribes before it returns, so that no note of a turn just begun is missed.
        """
        if conversation in self._watchers:
            return
        news = self._hub.subscribe(f"conversation:{conversation}")
        task = asyncio.create_task(self._watch(conversation, int(address), news))
        self._watchers[conversation] = task
        task.add_done_callback(lambda _: self._watchers.pop(conversation, None))

    def answered(self, conversation: str) -> None:
        """A message goes out; Telegram ends the sign by itself."""
        self._waiting.discard(conversation)

    async def stop(self) -> None:
        tasks = tuple(self._watchers.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, conversation: str, chat: int, news: Subscription) -> None:
        with news:
            while await news.wait(_WATCHED):
                notes = news.take_notes()
                if "typing:assistant" in notes:
                    await self._while_waiting(conversation, chat)
                elif "typing:peer" in notes:
                    await self._show(chat)
                    await asyncio.sleep(self._timing.composing_again)

    async def _while_waiting(self, conversation: str, chat: int) -> None:
        self._waiting.add(conversation)
        await asyncio.sleep(self._timing.composing_after)
        for _ in range(_MOST_SIGNS):
            if conversation not in self._waiting:
                return
            await self._show(chat)
            await asyncio.sleep(self._timing.composing_again)
        self._waiting.discard(conversation)

    async def _show(self, chat: int) -> None:
        try:
            await self._bot.send_chat_action(chat, ChatAction.TYPING)
        except TelegramError:
            return  # a sign, not a message: the next one may come through
