"""Replies out: claimed from the outbox, drawn, sent, and what became of them written down.

The rule of the outbox holds here: what may have reached the person is never sent again. So only a
failure that proves that nothing arrived leads to another try.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
)

from assistant.conversations.documents import Documents, NoDocument
from assistant.conversations.hub import Hub
from assistant.conversations.outbox import Delivery, Outbox
from assistant.conversations.transcript import Transcript
from assistant.texts import Texts
from connectors.telegram import buttons
from connectors.telegram.bot import TelegramBot, Timing
from connectors.telegram.composing import Composing
from connectors.telegram.failure import Failure, failure
from connectors.telegram.line import Line
from connectors.telegram.outgoing import File, Piece, draw
from connectors.telegram.tasks import end

AT_ONCE = 20
TOPIC = "outbox:telegram"

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_log = structlog.get_logger(__name__)


class Sender:
    """Sends what the outbox holds for Telegram, each conversation in its order."""

    def __init__(
        self,
        bot: TelegramBot,
        outbox: Outbox,
        transcript: Transcript,
        documents: Documents,
        hub: Hub,
        composing: Composing,
        line: Line,
        texts: Texts,
        timing: Timing,
    ) -> None:
        self._bot = bot
        self._outbox = outbox
        self._transcript = transcript
        self._documents = documents
        self._hub = hub
        self._composing = composing
        self._line = line
        self._texts = texts
        self._timing = timing
        self._sending: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Claim and send until cancelled. A conversation never has two messages on their way."""
        with self._hub.subscribe(TOPIC) as news:
            while True:
                await self._line.up.wait()
                room = AT_ONCE - len(self._sending)
                for delivery in await self._claim(room) if room else ():
                    task = asyncio.create_task(self._deliver(delivery))
                    self._sending.add(task)
                    task.add_done_callback(self._done)
                await news.wait(self._timing.look)

    async def stop(self) -> None:
        """Let go out what is on its way; what does not make it in time is marked unknown."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=self._timing.farewell)
        await end(*self._sending)

    async def _claim(self, room: int) -> list[Delivery]:
        claim = asyncio.ensure_future(self._outbox.claim("telegram", room))
        try:
            return await asyncio.shield(claim)
        except asyncio.CancelledError:
            # Stopped just now: what was claimed goes back untouched, instead of becoming unknown.
            for delivery in await claim:
                await self._outbox.later(delivery.id, 0, "stopped before sending")
            raise

    def _done(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        # The conversation's next message may be claimed now, and there is room for one more.
        self._hub.wake_here(TOPIC)

    async def _deliver(self, delivery: Delivery) -> None:
        identity = delivery.id
        try:
            pieces = await self._pieces(delivery)
        except asyncio.CancelledError:
            await self._outbox.later(identity, 0, "stopped before sending")
            raise
        except Exception as error:
            # Nothing has been sent, so trying again is safe.
            _log.error("telegram_drawing_failed", error=type(error).__name__)
            outcome: str | Failure = Failure("wait", "the message could not be drawn")
        else:
            try:
                outcome = await self._send_all(delivery, pieces)
            except asyncio.CancelledError:
                await self._outbox.unknown(identity, "stopped while sending")
                raise
        await self._write_down(delivery, outcome)

    async def _write_down(self, delivery: Delivery, outcome: str | Failure) -> None:
        """Until the database takes it: a row left as ``sending`` would hold up all that follow."""
        identity, failures = delivery.id, 0
        while True:
            try:
                if isinstance(outcome, str):
                    await self._outbox.sent(identity, outcome)
                elif outcome.kind == "unknown":
                    await self._outbox.unknown(identity, outcome.reason)
                elif outcome.kind == "permanent":
                    await self._outbox.failed(identity, permanent=True, reason=outcome.reason)
                else:
                    seconds = outcome.seconds or self._pause(delivery.attempts)
                    await self._outbox.later(identity, seconds, outcome.reason)
            except Exception as error:
                _log.error("telegram_outcome_not_written", error=type(error).__name__)
                await asyncio.sleep(self._pause(failures))
                failures += 1
            else:
                return

    async def _pieces(self, delivery: Delivery) -> list[Piece]:
        reply, peer, file, missing = delivery.reply, None, None, ""
        if delivery.author == "peer":
            entry = await buttons.message(delivery.conversation, delivery.seq, self._transcript)
            peer = entry.author_name if entry else None
        if reply.document is not None:
            try:
                file = File(*await self._documents.render(delivery.conversation, reply.document))
            except NoDocument as nothing:
                missing = str(nothing)
            except Exception:
                if delivery.attempts < 2:
                    raise
                missing = self._texts("document_missing")
        pieces = draw(reply, delivery.seq, self._texts, peer=peer, file=file)
        return [*pieces, Piece(missing)] if missing else pieces

    async def _send_all(self, delivery: Delivery, pieces: list[Piece]) -> str | Failure:
        """Send the pieces in order: Telegram's id of the first one, or what went wrong."""
        reference = ""
        doubt: Failure | None = None
        for number, piece in enumerate(pieces):
            outcome = await self._send(delivery, piece, first=number == 0)
            if isinstance(outcome, Message):
                reference = reference or str(outcome.message_id)
            elif (number == 0 and outcome.kind != "unknown") or outcome.person_gone:
                return outcome
            else:
                # A part of it may be missing; the rest is worth more than nothing.
                doubt = doubt or Failure("unknown", f"sent in part: {outcome.reason}")
        if delivery.author == "peer":
            self._composing.expect(delivery.conversation, delivery.address)
        return doubt or reference

    async def _send(self, delivery: Delivery, piece: Piece, *, first: bool) -> Message | Failure:
        """Send one piece. Only the first one can go back to the outbox: later ones wait here."""
        until = asyncio.get_running_loop().time() + self._timing.patience
        attempt = 0
        while True:
            outcome = await self._try(int(delivery.address), piece)
            if isinstance(outcome, Message):
                return outcome
            if outcome.malformed and piece != piece.plain():
                piece = piece.plain()
                continue
            if outcome.kind in ("down", "refused"):
                self._line.lost(outcome)
            pause = outcome.seconds or self._pause(attempt)
            over = asyncio.get_running_loop().time() + pause > until
            if first or over or outcome.kind in ("permanent", "unknown"):
                return outcome
            attempt += 1
            await asyncio.sleep(pause)

    async def _try(self, chat: int, piece: Piece) -> Message | Failure:
        call: Callable[[], Awaitable[Message]]
        if piece.file is not None:
            file = piece.file

            async def call() -> Message:
                return await self._bot.send_document(chat, file.content, filename=file.name)
        else:

            async def call() -> Message:
                return await self._bot.send_message(
                    chat, piece.text, reply_markup=_markup(piece), link_preview_options=_NO_PREVIEW
                )

        try:
            return await call()
        except Exception as error:  # each becomes a failure, told apart there
            return failure(error)

    def _pause(self, failures: int) -> float:
        return self._timing.backoff(failures) * random.uniform(1, 1.3)  # noqa: S311 - jitter


def _markup(piece: Piece) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    if piece.ask_location:
        return ReplyKeyboardMarkup(
            [[KeyboardButton(piece.ask_location, request_location=True)]],
            resize_keyboard=True,
            one_time_keyboard=True,
        )
    rows = [
        [InlineKeyboardButton(key.title, url=key.url or None, callback_data=key.data or None)]
        for key in piece.keys
    ]
    return InlineKeyboardMarkup(rows) if rows else None
