"""The inbox: one transaction stores a message, numbers it, screens it and refuses a repeat."""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from assistant.clock import Clock
from assistant.conversations.conversation import Conversation, Spoken
from assistant.conversations.hub import Hub
from assistant.conversations.message import Inbound, TooFast, checked
from assistant.conversations.owner import Owner
from assistant.conversations.pace import Pace
from assistant.conversations.pending import Work
from assistant.conversations.reception import Reception
from assistant.conversations.turns import Turns
from assistant.replies import Reply
from assistant.safety.finding import Finding
from assistant.safety.screen import Screen
from assistant.storage.database import Database
from assistant.storage.models import conversations, messages, persons
from assistant.storage.vault import Vault
from assistant.texts import Texts

FULL = 20
"""Messages of one conversation that may wait for an answer at a time."""


class Received(msgspec.Struct, frozen=True):
    """Where a message went, and what was said to it at once.

    ``duplicate``: it was seen before, and this is where it went then. ``awaits_turn``: the
    dialogue's answer follows. ``owner`` has the conversation now.
    """

    conversation: str
    seq: int
    duplicate: bool = False
    awaits_turn: bool = False
    spoken: tuple[Spoken, ...] = ()
    owner: str = ""


class Inbox:
    """Where connectors bring what a person wrote."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        hub: Hub,
        screen: Screen,
        reception: Reception,
        turns: Turns,
        texts: Texts,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._hub = hub
        self._screen = screen
        self._reception = reception
        self._turns = turns
        self._texts = texts
        self._pace = Pace(clock)

    async def receive(self, message: Inbound) -> Received:
        """Store and handle a message. When this returns, it cannot be lost any more.

        Raises :class:`~assistant.conversations.message.BadMessage` when it is refused at the
        door, :class:`~assistant.conversations.message.TooFast` when the sender must slow down.
        Telegram cannot be told to slow down: what it brings too fast is kept, and answered once.
        """
        message = checked(message)
        # Danger is read in everything that was sent, a button's payload included.
        finding = self._screen.read("\n".join(filter(None, (message.title, message.text))))
        if message.channel == "web" and not finding and not self._pace.allow(message.address):
            raise TooFast(self._texts("slow_down"), retry_after=2)
        for _ in range(3):
            try:
                return await self._store(message, finding)
            except IntegrityError:
                # Either this message is here already, or its sender is: look, else try again.
                seen = await self._seen(message)
                if seen is not None:
                    return seen
        raise TooFast(self._texts("slow_down"), retry_after=1)

    async def _store(self, message: Inbound, finding: Finding) -> Received:
        now = self._clock.now()
        work: Work | None = None
        if message.text.casefold() == "/forget_confirmed":
            return await self._forget(message)
        async with self._database.write() as connection:
            conversation = await Conversation.of_sender(
                connection, self._vault, message.channel, message.address
            )
            if conversation is None:
                conversation = await Conversation.begin(
                    connection, self._vault, message.channel, message.address, now
                )
            backlog = await self._turns.backlog(connection, conversation)
            if backlog >= FULL and message.channel != "telegram" and not finding:
                raise TooFast(self._texts("slow_down"), retry_after=2)
            seq = await self._reception.meet(
                connection,
                conversation,
                message,
                finding,
                now,
                backlog_full=backlog >= FULL,
            )
            if conversation.awaits(seq):
                work = await self._turns.begin(connection, conversation, seq, message, now)
            await conversation.save()
        self._hub.wake(f"conversation:{conversation.id}")
        if conversation.spoken:
            self._hub.wake(f"outbox:{conversation.channel}")
        if conversation.owner is not Owner.ASSISTANT or conversation.moved:
            self._hub.wake("staff")
        if work is not None:
            self._turns.run(conversation.id, work)
        return Received(
            conversation=conversation.id,
            seq=seq,
            awaits_turn=conversation.awaits(seq),
            spoken=tuple(conversation.spoken),
            owner=conversation.owner.value,
        )

    async def _seen(self, message: Inbound) -> Received | None:
        query = (
            select(messages.c.conversation_id, messages.c.seq)
            .join(conversations, conversations.c.id == messages.c.conversation_id)
            .join(persons, persons.c.id == conversations.c.person_id)
            .where(
                persons.c.channel == message.channel,
                persons.c.lookup == self._vault.lookup(message.channel, message.address),
                messages.c.provider_id == message.provider_id,
            )
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else Received(row[0], row[1], duplicate=True)

    async def _forget(self, message: Inbound) -> Received:
        """Erase the person; what is left is an empty conversation that says so."""
        now = self._clock.now()
        async with self._database.write() as connection:
            old = await Conversation.of_sender(
                connection, self._vault, message.channel, message.address
            )
            if old is not None:
                await connection.execute(delete(persons).where(persons.c.id == old.person_id))
            fresh = await Conversation.begin(
                connection, self._vault, message.channel, message.address, now
            )
            # Streams resume after a revision; a new count from zero would look like the past.
            fresh.revision = old.revision + 1 if old is not None else 1
            seq = fresh.revision
            fresh.say(Reply(text=self._texts("forgotten")), "system", now, answers=seq)
            await fresh.save()
        for gone in (old, fresh):
            if gone is not None:
                self._hub.wake(f"conversation:{gone.id}")
        self._hub.wake(f"outbox:{message.channel}")
        self._hub.wake("staff")
        return Received(
            conversation=fresh.id,
            seq=seq,
            spoken=tuple(fresh.spoken),
            owner=fresh.owner.value,
        )
