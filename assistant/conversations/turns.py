"""Turns: the person's messages go to the dialogue one at a time, and its answer is committed whole.

Between two transactions there is only the call: the first stores the message and takes the turn,
the second commits replies, state, effects and the next turn together. A crash in between leaves
the message pending; it is asked again, and only one answer can be committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.clock import Clock
from assistant.conversations.conversation import Conversation, Spoken
from assistant.conversations.hub import Hub
from assistant.conversations.message import Inbound
from assistant.conversations.owner import Owner
from assistant.conversations.pending import Pending, Work
from assistant.dialogue.client import DialogueClient, DialogueDown, DialogueFailed
from assistant.dialogue.contract import RequestPeer, SaveQuestions, TurnRequest, TurnResult
from assistant.handoff.desk import Desk
from assistant.replies import Reply
from assistant.storage.database import Database
from assistant.storage.models import conversations, messages
from assistant.storage.vault import Vault
from assistant.texts import Texts

MOST_ATTEMPTS = 3
"""A message over which the dialogue died so often gets a plain apology instead."""

_AT_ONCE = 32
_log = structlog.get_logger(__name__)


_finish = (
    update(messages)
    .where(
        messages.c.conversation_id == bindparam("which"),
        messages.c.seq == bindparam("number"),
        messages.c.turn == "pending",
    )
    .values(turn=bindparam("outcome"))
)


class Outcome(msgspec.Struct, frozen=True):
    """What became of a turn: everything said in answer, and who has the conversation now."""

    spoken: tuple[Spoken, ...]
    owner: Owner


class Turns:
    """Runs turns. ``ready`` says whether the dialogue answers; the watch looks after it."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        hub: Hub,
        client: DialogueClient,
        desk: Desk,
        texts: Texts,
        gateway: str,
        pending: Pending,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._hub = hub
        self._client = client
        self._desk = desk
        self._texts = texts
        self._gateway = gateway
        self._pending = pending
        self._tasks: set[asyncio.Task[None]] = set()
        self._broken: set[str] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._awaited: dict[tuple[str, int], asyncio.Future[Outcome]] = {}
        self.ready = False

    async def backlog(self, connection: AsyncConnection, conversation: Conversation) -> int:
        """How many messages of a conversation wait for their answer."""
        if self.ready and conversation.turn_holder is None:
            return 0
        return await self._pending.count(connection, conversation)

    async def begin(
        self,
        connection: AsyncConnection,
        conversation: Conversation,
        seq: int,
        message: Inbound,
        now: datetime,
    ) -> Work | None:
        """Take the turn inside the inbox's transaction, if it is free and the dialogue is up.

        The turn taken is that of the oldest message, which after a crash is not this one. When
        the dialogue is not up, the person is told at once (and once) that an answer is coming.
        """
        if not self.ready:
            if not conversation.told_starting:
                conversation.told_starting = True
                conversation.say(Reply(text=self._texts("starting")), "system", now, answers=seq)
            return None
        if conversation.turn_holder is not None:
            return None
        conversation.turn_holder = self._gateway
        oldest = await self._pending.oldest(connection, conversation)
        return oldest or self._pending.work(conversation, seq, message.text, message.kind)

    def run(self, conversation: str, work: Work) -> None:
        """Run a turn that :meth:`begin` took; call it once the transaction is committed."""
        self._spawn(conversation, self._drain(conversation, work))

    async def free_broken(self) -> None:
        """Give up turns that the database failed over, so that the watch takes them again."""
        for identity in tuple(self._broken):
            async with self._database.write() as connection:
                await connection.execute(
                    update(conversations)
                    .where(
                        conversations.c.id == identity,
                        conversations.c.turn_holder == self._gateway,
                    )
                    .values(turn_holder=None)
                )
            self._broken.discard(identity)

    async def outcome(self, conversation: str, seq: int, timeout: float) -> Outcome | None:
        """The outcome of a turn that is run here; None when it is not known in ``timeout`` s.

        Ask right after the message was received: an outcome is told once and not kept.
        """
        key = (conversation, seq)
        future = self._awaited.setdefault(key, asyncio.get_running_loop().create_future())
        try:
            return await asyncio.wait_for(asyncio.shield(future), timeout)
        except asyncio.TimeoutError:
            return None
        finally:
            self._awaited.pop(key, None)

    async def resume(self, identity: str) -> None:
        """Take the turn of a conversation whose messages wait and that nobody serves."""
        async with self._database.write() as connection:
            conversation = await Conversation.of_id(connection, self._vault, identity)
            if (
                conversation is None
                or conversation.turn_holder is not None
                or conversation.owner is not Owner.ASSISTANT
            ):
                return
            work = await self._pending.oldest(connection, conversation)
            if work is None:
                return
            conversation.turn_holder = self._gateway
            await conversation.save()
        self._spawn(identity, self._drain(identity, work))

    async def stop(self) -> None:
        """Let running turns end, briefly; what does not end is asked again at the next start."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, identity: str, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(partial(self._done, identity))

    def _done(self, identity: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            # The message stays pending; the watch frees the turn, and it is asked again.
            self._broken.add(identity)
            _log.error("turn_broken", error=type(task.exception()).__name__)

    async def _drain(self, identity: str, work: Work | None) -> None:
        """Turn after turn of one conversation, until nothing of it is pending."""
        while work is not None:
            async with self._slots:
                self._hub.wake_here(f"conversation:{identity}", "typing:assistant")

                try:
                    result = await self._ask(work.request)
                except DialogueDown as error:
                    self.ready = False
                    _log.warning("dialogue_down", reason=str(error))
                    await self._give_back(identity, work)
                    return
            work = await self._commit(identity, work, result)

    async def _ask(self, request: TurnRequest) -> TurnResult | None:
        """The dialogue's result; None when it failed twice over this message."""
        for attempt in (1, 2):
            try:
                return await self._client.turn(request)
            except DialogueFailed as error:
                _log.error("turn_failed", attempt=attempt, reason=error.sentence)
        return None

    async def _commit(self, identity: str, work: Work, result: TurnResult | None) -> Work | None:
        """All of the result or none of it; returns the next turn of this conversation."""
        now = self._clock.now()
        async with self._database.write() as connection:
            conversation = await Conversation.of_id(connection, self._vault, identity)
            if conversation is None or conversation.turn_holder != self._gateway:
                return None  # erased, or taken over by another gateway
            following = None
            if conversation.owner is Owner.ASSISTANT and conversation.version == work.version:
                done: Any = await connection.execute(
                    _finish,
                    {
                        "which": identity,
                        "number": work.seq,
                        "outcome": "failed" if result is None else "done",
                    },
                )
                if done.rowcount == 1:
                    await self._apply(connection, conversation, work, result, now)
                if conversation.owner is Owner.ASSISTANT:
                    following = await self._pending.oldest(connection, conversation)
            if following is None:
                conversation.turn_holder = None
                conversation.shown.pop("too_many", None)
            conversation.told_starting = False
            await conversation.save()
        awaited = self._awaited.get((identity, work.seq))
        if awaited is not None and not awaited.done():
            awaited.set_result(Outcome(tuple(conversation.spoken), conversation.owner))
        self._hub.wake(f"conversation:{identity}")
        self._hub.wake(f"outbox:{conversation.channel}")
        if conversation.moved:
            self._hub.wake("staff")
        return following

    async def _apply(
        self,
        connection: AsyncConnection,
        conversation: Conversation,
        work: Work,
        result: TurnResult | None,
        now: datetime,
    ) -> None:
        if result is None:
            conversation.say(self._texts.reply("turn_failed"), "system", now, answers=work.seq)
            return
        conversation.state = result.state
        for reply in result.replies:
            conversation.say(reply, "assistant", now, answers=work.seq)
        for effect in result.effects:
            if isinstance(effect, SaveQuestions):
                conversation.questions = effect.items
            elif isinstance(effect, RequestPeer):
                await self._desk.open(connection, conversation, effect, now, answers=work.seq)

    async def _give_back(self, identity: str, work: Work) -> None:
        """The dialogue is down: the message waits, and the person is told so once."""
        now = self._clock.now()
        async with self._database.write() as connection:
            conversation = await Conversation.of_id(connection, self._vault, identity)
            if conversation is None or conversation.turn_holder != self._gateway:
                return
            conversation.turn_holder = None
            await self._count_attempt(connection, conversation, work, now)
            if not conversation.told_starting and conversation.owner is Owner.ASSISTANT:
                conversation.told_starting = True
                conversation.say(
                    Reply(text=self._texts("interrupted")), "system", now, answers=work.seq
                )
            await conversation.save()
        self._hub.wake(f"conversation:{identity}")
        self._hub.wake(f"outbox:{conversation.channel}")

    async def _count_attempt(
        self, connection: AsyncConnection, conversation: Conversation, work: Work, now: datetime
    ) -> None:
        """A message that brings the dialogue down again and again must not do so for ever."""
        which = (messages.c.conversation_id == conversation.id) & (messages.c.seq == work.seq)
        row = await connection.execute(select(messages.c.turn_attempts).where(which))
        attempts = (row.scalar_one_or_none() or 0) + 1
        values: dict[str, object] = {"turn_attempts": attempts}
        if attempts >= MOST_ATTEMPTS and conversation.owner is Owner.ASSISTANT:
            values["turn"] = "failed"
            conversation.say(self._texts.reply("turn_failed"), "system", now, answers=work.seq)
        await connection.execute(update(messages).where(which).values(**values))
