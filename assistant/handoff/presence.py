"""Who is on duty, and peers who vanish: heartbeats, and what happens when they stop."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update

from assistant.clock import Clock
from assistant.conversations.conversation import Conversation
from assistant.conversations.hub import Hub
from assistant.conversations.owner import Owner
from assistant.handoff.handoff import FRONT
from assistant.staff.people import Staff
from assistant.storage.database import Database
from assistant.storage.models import handoffs, staff
from assistant.storage.vault import Vault
from assistant.texts import Texts

ON_DUTY = timedelta(seconds=60)
"""A peer whose console was heard of within this time is on duty."""

VANISHED = timedelta(seconds=120)
"""A peer in a conversation who was not heard of for this long has vanished."""


def _gone(now: datetime) -> Any:
    """A peer not heard of for too long, or whose account was switched off."""
    return or_(handoffs.c.peer_seen_at <= now - VANISHED, staff.c.active.is_(False))


class Presence:
    """``available`` is the number of peers on duty at the last look."""

    def __init__(
        self, database: Database, vault: Vault, clock: Clock, hub: Hub, texts: Texts
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._hub = hub
        self._texts = texts
        self.available = 0

    async def heartbeat(self, peer: Staff) -> None:
        """The console of this peer is open; call it at least every 30 seconds."""
        now = self._clock.now()
        async with self._database.write() as connection:
            await connection.execute(update(staff).where(staff.c.id == peer.id).values(seen_at=now))
            await connection.execute(
                update(handoffs)
                .where(handoffs.c.staff_id == peer.id, handoffs.c.status == "claimed")
                .values(peer_seen_at=now)
            )
        if not self.available:
            await self.look()

    async def look(self) -> None:
        """Count who is on duty, and bring back everybody whose peer has vanished."""
        now = self._clock.now()
        async with self._database.read() as connection:
            count = await connection.execute(
                select(func.count())
                .select_from(staff)
                .where(staff.c.active.is_(True), staff.c.seen_at > now - ON_DUTY)
            )
            stranded = (
                await connection.execute(
                    select(handoffs.c.id, handoffs.c.conversation_id)
                    .join(staff, staff.c.id == handoffs.c.staff_id)
                    .where(handoffs.c.status == "claimed", _gone(now))
                )
            ).all()
        self.available = count.scalar_one()
        for handoff, conversation in stranded:
            await self._bring_back(handoff, conversation)

    async def _bring_back(self, handoff: str, identity: str) -> None:
        """To the front of the queue, with the waiting-since it had, and the person told."""
        now = self._clock.now()
        async with self._database.write() as connection:
            conversation = await Conversation.of_id(connection, self._vault, identity)
            if conversation is None or conversation.owner is not Owner.PEER:
                return
            row = (
                (
                    await connection.execute(
                        select(staff.c.name)
                        .join(handoffs, staff.c.id == handoffs.c.staff_id)
                        .where(handoffs.c.id == handoff, handoffs.c.status == "claimed", _gone(now))
                        .with_for_update(of=handoffs)
                    )
                )
                .mappings()
                .one_or_none()
            )
            if row is None:
                return  # the peer is back, or another gateway was first
            await connection.execute(
                update(handoffs)
                .where(handoffs.c.id == handoff, handoffs.c.status == "claimed")
                .values(status="waiting", staff_id=None, claimed_at=None, priority=FRONT)
            )
            conversation.change_owner(Owner.WAITING)
            conversation.say(self._texts.reply("peer_vanished", name=row["name"]), "system", now)
            await conversation.save()
        self._hub.wake(f"conversation:{conversation.id}")
        self._hub.wake(f"outbox:{conversation.channel}")
        self._hub.wake("staff")
