"""Looks after what dead gateways left behind: turns nobody runs, sendings nobody finished."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from assistant.clock import Clock
from assistant.conversations.outbox import Outbox
from assistant.conversations.owner import Owner
from assistant.conversations.turns import Turns
from assistant.storage.database import Database
from assistant.storage.models import conversations, gateways, messages

DEAD_AFTER = timedelta(seconds=10)
"""A gateway not heard of for this long has lost its turns and sendings to the others."""

_waiting = (
    select(messages.c.conversation_id)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(
        messages.c.turn == "pending",
        conversations.c.turn_holder.is_(None),
        conversations.c.owner == Owner.ASSISTANT.value,
    )
    .distinct()
    .limit(200)
)


class Watch:
    """One gateway's look at itself and the others; call :meth:`look` every second."""

    def __init__(
        self, database: Database, clock: Clock, turns: Turns, outbox: Outbox, gateway: str
    ) -> None:
        self._database = database
        self._clock = clock
        self._turns = turns
        self._outbox = outbox
        self._gateway = gateway

    async def begin(self, *, alone: bool) -> None:
        """The first look. ``alone``: whoever else is in the table of gateways is dead."""
        if alone:
            async with self._database.write() as connection:
                await connection.execute(delete(gateways))
        await self.look()

    async def look(self) -> None:
        """Say that this gateway lives, free what the dead held, take turns nobody runs."""
        now = self._clock.now()
        async with self._database.write() as connection:
            mine: Any = await connection.execute(
                update(gateways).where(gateways.c.id == self._gateway).values(seen_at=now)
            )
            if not mine.rowcount:
                await connection.execute(insert(gateways).values(id=self._gateway, seen_at=now))
            await connection.execute(delete(gateways).where(gateways.c.seen_at < now - DEAD_AFTER))
            await connection.execute(
                update(conversations)
                .where(
                    conversations.c.turn_holder.is_not(None),
                    conversations.c.turn_holder.not_in(select(gateways.c.id)),
                )
                .values(turn_holder=None)
            )
        await self._turns.free_broken()
        await self._outbox.recover(await self._alive())
        await self.take_turns()

    async def take_turns(self) -> None:
        """Resume every conversation whose messages wait, if the dialogue is up."""
        if not self._turns.ready:
            return
        async with self._database.read() as connection:
            waiting = (await connection.execute(_waiting)).scalars().all()
        for identity in waiting:
            await self._turns.resume(identity)

    async def _alive(self) -> set[str]:
        async with self._database.read() as connection:
            query = select(gateways.c.id).where(
                or_(
                    gateways.c.id == self._gateway,
                    gateways.c.seen_at >= self._clock.now() - DEAD_AFTER,
                )
            )
            return {self._gateway, *(await connection.execute(query)).scalars()}
