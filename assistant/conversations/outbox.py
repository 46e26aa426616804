"""The outbox: messages to people, delivered in sequence, their status moving forward only.

pending → sending → sent → delivered → seen, or failed_permanent, failed_temporary, unknown.
``unknown`` is a message that may or may not have arrived: its sender was cut off in the middle.
It is shown as such and never sent again, since a person in distress must not get an answer twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant import replies
from assistant.clock import Clock
from assistant.conversations.hub import Hub
from assistant.replies import Reply
from assistant.storage.database import Database
from assistant.storage.models import conversations, messages, persons
from assistant.storage.vault import Vault

MOST_ATTEMPTS = 8
"""After so many temporary failures a message is given up, visibly."""

_RANK = {
    "pending": 0,
    "sending": 1,
    "unknown": 2,
    "failed_temporary": 2,
    "failed_permanent": 2,
    "sent": 3,
    "delivered": 4,
    "seen": 5,
}


class Delivery(msgspec.Struct, frozen=True):
    """One message to be sent now. ``attempts`` counts earlier tries."""

    id: int
    conversation: str
    address: str
    seq: int
    reply: Reply
    author: str
    attempts: int


class Outbox:
    """What connectors use to deliver. ``gateway`` names this process in rows it has claimed."""

    def __init__(
        self, database: Database, vault: Vault, clock: Clock, hub: Hub, gateway: str
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._hub = hub
        self._gateway = gateway

    async def claim(self, channel: str, limit: int = 20) -> list[Delivery]:
        """Up to ``limit`` messages to send: of each conversation only its first unsent one."""
        now = self._clock.now()
        earlier = messages.alias("earlier")
        blocked = exists().where(
            and_(
                earlier.c.conversation_id == messages.c.conversation_id,
                earlier.c.channel == channel,
                earlier.c.direction == "out",
                earlier.c.status.in_(("pending", "sending")),
                earlier.c.seq < messages.c.seq,
            )
        )
        query = (
            select(
                messages.c.id,
                messages.c.conversation_id,
                messages.c.seq,
                messages.c.body_sealed,
                messages.c.author,
                messages.c.attempts,
                persons.c.address_sealed,
            )
            .join(conversations, conversations.c.id == messages.c.conversation_id)
            .join(persons, persons.c.id == conversations.c.person_id)
            .where(
                messages.c.channel == channel,
                messages.c.status == "pending",
                messages.c.direction == "out",
                or_(messages.c.try_at.is_(None), messages.c.try_at <= now),
                ~blocked,
            )
            .order_by(messages.c.id)
            .limit(limit)
            .with_for_update(of=messages, skip_locked=True)
        )
        async with self._database.write() as connection:
            rows = (await connection.execute(query)).mappings().all()
            # Opened before the commit: a row that no key opens must not leave the others claimed.
            deliveries = [self._delivery(row) for row in rows]
            if rows:
                await connection.execute(
                    update(messages)
                    .where(messages.c.id.in_([row["id"] for row in rows]))
                    .values(status="sending", holder=self._gateway)
                )
        return deliveries

    def _delivery(self, row: Any) -> Delivery:
        return Delivery(
            id=row["id"],
            conversation=row["conversation_id"],
            address=self._vault.open(row["address_sealed"]).decode(),
            seq=row["seq"],
            reply=replies.decode(self._vault.open(row["body_sealed"])),
            author=row["author"],
            attempts=row["attempts"],
        )

    async def sent(self, message: int, provider_ref: str = "") -> None:
        """The provider took it; ``provider_ref`` is the provider's id of it."""
        await self._move(message, "sent", provider_ref=provider_ref[:120] or None)

    async def failed(self, message: int, *, permanent: bool, reason: str) -> None:
        """It will not arrive. ``reason`` is a short phrase of ours, never message text."""
        status = "failed_permanent" if permanent else "failed_temporary"
        await self._move(message, status, reason=reason[:200])

    async def unknown(self, message: int, reason: str) -> None:
        """It may have arrived: the line was cut after it was written out."""
        await self._move(message, "unknown", reason=reason[:200])

    async def later(self, message: int, seconds: float, reason: str = "") -> None:
        """Not now: try again in ``seconds``; given up visibly after ``MOST_ATTEMPTS``."""
        async with self._database.write() as connection:
            row = await connection.execute(
                select(messages.c.attempts).where(messages.c.id == message)
            )
            attempts = (row.scalar_one_or_none() or 0) + 1
            if attempts < MOST_ATTEMPTS:
                await connection.execute(
                    update(messages)
                    .where(messages.c.id == message, messages.c.status == "sending")
                    .values(
                        status="pending",
                        holder=None,
                        attempts=attempts,
                        reason=reason[:200] or None,
                        try_at=self._clock.now() + timedelta(seconds=seconds),
                    )
                )
                return
        await self.failed(message, permanent=False, reason=reason or "too many attempts")

    async def acknowledge(
        self, conversation: str, status: Literal["delivered", "seen"], up_to_seq: int
    ) -> None:
        """The person's client has received (or shown) everything up to that sequence number."""
        below = [name for name, rank in _RANK.items() if rank < _RANK[status]]
        async with self._database.write() as connection:
            await self._change(
                connection,
                conversation,
                and_(
                    messages.c.direction == "out",
                    messages.c.seq <= up_to_seq,
                    messages.c.status.in_(below),
                ),
                {"status": status, "holder": None},
            )
        self._hub.wake(f"conversation:{conversation}")

    async def read_by_peer(
        self,
        conversation: str,
        status: Literal["delivered", "seen"],
        up_to_seq: int,
        *,
        after_seq: int,
    ) -> None:
        """The peer's console has received (or shown) what the person wrote up to there.

        ``after_seq`` is where the consent was given: what came before it is not called seen.
        """
        below = [name for name, rank in _RANK.items() if rank < _RANK[status]]
        async with self._database.write() as connection:
            await self._change(
                connection,
                conversation,
                and_(
                    messages.c.direction == "in",
                    messages.c.seq > after_seq,
                    messages.c.seq <= up_to_seq,
                    messages.c.status.in_(below),
                ),
                {"status": status},
            )
        self._hub.wake(f"conversation:{conversation}")

    async def recover(self, alive: set[str]) -> int:
        """Rows that a gateway died over become ``unknown``; returns how many."""
        async with self._database.write() as connection:
            rows = (
                await connection.execute(
                    select(messages.c.id).where(
                        messages.c.status == "sending", messages.c.holder.not_in(alive)
                    )
                )
            ).all()
        for (message,) in rows:
            await self.unknown(message, "the sender was cut off while sending")
        return len(rows)

    async def _move(self, message: int, status: str, **values: Any) -> None:
        below = [name for name, rank in _RANK.items() if rank < _RANK[status]]
        async with self._database.write() as connection:
            row = await connection.execute(
                select(messages.c.conversation_id).where(messages.c.id == message)
            )
            conversation = row.scalar_one_or_none()
            if conversation is None:
                return  # erased meanwhile
            await self._change(
                connection,
                conversation,
                and_(messages.c.id == message, messages.c.status.in_(below)),
                {"status": status, "holder": None, **values},
            )
        self._hub.wake(f"conversation:{conversation}")

    async def _change(
        self, connection: AsyncConnection, conversation: str, which: Any, values: dict[str, Any]
    ) -> None:
        """Change rows and give them the conversation's next revision, so streams show it."""
        revision = await connection.execute(
            select(conversations.c.revision)
            .where(conversations.c.id == conversation)
            .with_for_update()
        )
        following = (revision.scalar_one_or_none() or 0) + 1
        changed: Any = await connection.execute(
            update(messages)
            .where(messages.c.conversation_id == conversation, which)
            .values(revision=following, **values)
        )
        if changed.rowcount:
            await connection.execute(
                update(conversations)
                .where(conversations.c.id == conversation)
                .values(revision=following)
            )
