"""Updates in: fetched by long poll or brought by the webhook, kept before they are confirmed.

Telegram forgets an update when the next ``getUpdates`` asks for later ones. So an update is
confirmed only after the inbox has committed it; what a crash leaves unconfirmed comes again, and
the inbox knows it by its id. A person whose update fails waits with everything they wrote after
it, while others go on.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import structlog
from telegram import Update
from telegram.error import TelegramError

from assistant.conversations.inbox import Inbox
from assistant.conversations.message import BadMessage, Inbound, TooFast
from assistant.conversations.transcript import Transcript
from assistant.texts import Texts
from connectors.telegram import buttons
from connectors.telegram.bot import TelegramBot, Timing
from connectors.telegram.composing import Composing
from connectors.telegram.failure import failure
from connectors.telegram.incoming import translate
from connectors.telegram.line import Line
from connectors.telegram.tasks import end

BATCH = 100
MOST_TRIES = 5
"""An update that failed so often while others went through is given up, and the person told."""

_log = structlog.get_logger(__name__)


class Receiver:
    """Takes updates in, one by one."""

    def __init__(
        self,
        bot: TelegramBot,
        inbox: Inbox,
        transcript: Transcript,
        composing: Composing,
        line: Line,
        texts: Texts,
        timing: Timing,
    ) -> None:
        self._bot = bot
        self._inbox = inbox
        self._transcript = transcript
        self._composing = composing
        self._line = line
        self._texts = texts
        self._timing = timing
        self._offset = 0
        self._kept: set[int] = set()
        self._failures: Counter[int] = Counter()
        self._albums: dict[str, str] = {}
        self._asides: set[asyncio.Task[None]] = set()

    async def poll(self) -> None:
        """Fetch and keep updates until cancelled."""
        troubles = 0
        while True:
            await self._line.up.wait()
            try:
                # With updates left over the answer would come at once; so does the question.
                wait = 0 if self._failures else self._timing.poll
                updates = await self._bot.raw_updates(self._offset, wait, BATCH, self._timing.read)
            except TelegramError as error:
                troubles = await self._fetch_failed(error, troubles)
                continue
            troubles = 0
            self._line.say("on")
            await self._keep_all(updates)
            if self._failures:
                tries = max(self._failures.values())
                await asyncio.sleep(min(self._timing.backoff(tries), 5))

    async def keep(self, raw: dict[str, Any]) -> bool:
        """Bring one update to the inbox; True when it is done with and may be confirmed."""
        try:
            update = Update.de_json(raw, self._bot)
            messages = translate(update)
        except Exception as error:  # whatever one strange update breaks
            _log.warning("telegram_update_unreadable", error=type(error).__name__)
            return True
        query = update.callback_query
        note = None
        for message in messages:
            if self._in_seen_album(update, message):
                continue
            try:
                await self._receive(message)
            except TooFast:
                return False
            except BadMessage as refusal:
                note = refusal.sentence
            except Exception as error:  # the update must not be lost, whatever it is
                _log.error("telegram_update_failed", error=type(error).__name__)
                return False
        if query is not None:
            self.aside(self._bot.answer_callback_query(query.id, note and note[:200]))
        elif note is not None:
            self.tell(messages[0].address, note)
        return True

    def tell(self, address: str, sentence: str) -> None:
        """A word about a message that could not be stored, so that no outbox can hold it."""
        self.aside(self._bot.send_message(int(address), sentence))

    def aside(self, call: Coroutine[Any, Any, Any]) -> None:
        """A call that nothing waits for, and that may fail."""

        async def attempt() -> None:
            try:
                await call
            except TelegramError as error:
                _log.info("telegram_aside_failed", reason=failure(error).reason)

        task = asyncio.create_task(attempt())
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def stop(self) -> None:
        """Give asides a moment; they matter little."""
        if self._asides:
            await asyncio.wait(self._asides, timeout=1)
        await end(*self._asides)

    async def _keep_all(self, updates: list[dict[str, Any]]) -> None:
        held: set[str] = set()
        failed: list[dict[str, Any]] = []
        progress = False
        for raw in updates:
            identity = raw["update_id"]
            if identity in self._kept:
                continue
            sender = _sender(raw)
            if sender in held:
                failed.append(raw)
            elif await self.keep(raw):
                self._kept.add(identity)
                self._failures.pop(identity, None)
                progress = True
            else:
                self._failures[identity] += 1
                held.add(sender)
                failed.append(raw)
        # While nothing at all goes through, the fault is not the update's, and all of them wait;
        # unless one person's fill the whole batch, behind which nobody else would be heard.
        alone = len(failed) == BATCH and len(held) == 1
        if progress or alone:
            for raw in failed:
                self._give_up(raw, 4 * MOST_TRIES if alone else MOST_TRIES)
        self._confirm(updates)

    def _give_up(self, raw: dict[str, Any], tries: int) -> None:
        """Let go of an update that fails although others do not."""
        identity = raw["update_id"]
        if self._failures[identity] < tries:
            return
        _log.error("telegram_update_given_up", tries=self._failures.pop(identity))
        self._kept.add(identity)
        if _sender(raw):
            self.tell(_sender(raw), self._texts("unreadable"))

    def _confirm(self, updates: list[dict[str, Any]]) -> None:
        """Move on to the first update that is not kept yet."""
        for raw in updates:
            if raw["update_id"] not in self._kept:
                break
            self._offset = max(self._offset, raw["update_id"] + 1)
        self._kept = {identity for identity in self._kept if identity >= self._offset}

    async def _receive(self, message: Inbound) -> None:
        if message.kind == "button" and buttons.is_reference(message.text):
            button = await buttons.find(message.text, message.address, self._transcript)
            if button is None:
                return  # erased meanwhile, or never there
            message = Inbound(
                message.channel,
                message.address,
                message.provider_id,
                button.payload,
                button.title,
                "button",
            )
        received = await self._inbox.receive(message)
        if not received.duplicate:
            self._composing.expect(received.conversation, message.address, received.seq)

    def _in_seen_album(self, update: Update, message: Inbound) -> bool:
        """Pictures sent together come one by one; one kind answer for all of them is enough."""
        album = update.message.media_group_id if update.message else None
        if album is None or message.text:
            return False
        seen = self._albums.get(message.address) == album
        self._albums[message.address] = album
        while len(self._albums) > 1000:
            del self._albums[next(iter(self._albums))]
        return seen

    async def _fetch_failed(self, error: TelegramError, troubles: int) -> int:
        what = failure(error)
        if what.kind == "conflict":
            self._line.say("conflict")
        elif what.kind != "wait":
            self._line.lost(what)
        elif troubles:
            self._line.say("unreachable")
        # Telegram may answer getMe and cut getUpdates; that must not become a busy loop. A single
        # cut is common, and not worth a pause.
        at_once = not troubles and what.kind == "unknown"
        await asyncio.sleep(what.seconds or (0 if at_once else self._timing.backoff(troubles)))
        return troubles + 1


def _sender(raw: dict[str, Any]) -> str:
    """The chat an update comes from; empty when it cannot be told."""
    for kind in ("message", "edited_message"):
        if kind in raw:
            return str(raw[kind].get("chat", {}).get("id", ""))
    query = raw.get("callback_query", {})
    return str(query.get("message", {}).get("chat", {}).get("id", ""))
