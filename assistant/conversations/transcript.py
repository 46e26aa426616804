"""Reading a conversation: its messages since a revision, and how it stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, func, or_, select

from assistant import replies
from assistant.conversations.message import decode_said
from assistant.replies import Reply
from assistant.storage.database import Database
from assistant.storage.models import conversations, handoffs, messages, persons, staff
from assistant.storage.vault import Vault


class Entry(msgspec.Struct, frozen=True):
    """One message as a stream shows it. ``revision`` is what to resume after."""

    seq: int
    revision: int
    direction: str
    author: str
    author_name: str | None
    reply: Reply
    at: datetime
    status: str
    client_id: str | None
    answers: int | None
    turn: str | None
    finding_tier: str | None


class Standing(msgspec.Struct, frozen=True):
    """How a conversation stands now. ``ahead`` people wait before this one, when it waits."""

    owner: str
    version: int
    revision: int
    peer: str | None = None
    handoff: str | None = None
    ahead: int | None = None
    waiting_since: datetime | None = None
    risk_tier: str = "none"


class Transcript:
    """The read side; it changes nothing."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def conversation_of(self, channel: str, address: str) -> str | None:
        """The id of a sender's conversation, or None."""
        query = (
            select(conversations.c.id)
            .join(persons, persons.c.id == conversations.c.person_id)
            .where(
                persons.c.channel == channel,
                persons.c.lookup == self._vault.lookup(channel, address),
            )
        )
        async with self._database.read() as connection:
            found: str | None = (await connection.execute(query)).scalar_one_or_none()
        return found

    async def since(
        self, conversation: str, revision: int, limit: int = 200, *, after_seq: int = 0
    ) -> list[Entry]:
        """Messages changed after ``revision`` (and with a sequence above ``after_seq``).

        In order of revision, then sequence: resuming from the last one's revision loses nothing.
        A page never ends inside one revision, so it may be longer than ``limit``.
        """
        wanted = and_(
            messages.c.conversation_id == conversation,
            messages.c.revision > revision,
            messages.c.seq > after_seq,
        )
        query = (
            select(messages, staff.c.name)
            .outerjoin(staff, staff.c.id == messages.c.staff_id)
            .where(wanted)
            .order_by(messages.c.revision, messages.c.seq)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query.limit(limit))).mappings().all()
            if len(rows) == limit:
                last = rows[-1]["revision"]
                rows = (
                    (await connection.execute(query.where(messages.c.revision <= last)))
                    .mappings()
                    .all()
                )
        return [self._entry(row) for row in rows]

    async def answers(self, conversation: str, seq: int) -> list[Entry]:
        """What was said in answer to the person's message ``seq``, in order."""
        query = (
            select(messages, staff.c.name)
            .outerjoin(staff, staff.c.id == messages.c.staff_id)
            .where(messages.c.conversation_id == conversation, messages.c.answers_seq == seq)
            .order_by(messages.c.seq)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [self._entry(row) for row in rows]

    async def turn_of(self, conversation: str, seq: int) -> str | None:
        """How far the person's message is: pending, done, failed, held, or None."""
        query = select(messages.c.turn).where(
            messages.c.conversation_id == conversation, messages.c.seq == seq
        )
        async with self._database.read() as connection:
            found: str | None = (await connection.execute(query)).scalar_one_or_none()
        return found

    async def standing(self, conversation: str) -> Standing | None:
        """None when there is no such conversation (any more)."""
        query = (
            select(
                conversations,
                handoffs.c.id.label("handoff"),
                handoffs.c.priority,
                handoffs.c.requested_at,
                staff.c.name,
            )
            .outerjoin(
                handoffs,
                and_(
                    handoffs.c.conversation_id == conversations.c.id,
                    handoffs.c.status != "closed",
                ),
            )
            .outerjoin(staff, staff.c.id == handoffs.c.staff_id)
            .where(conversations.c.id == conversation)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
            if row is None:
                return None
            ahead = None
            if row["owner"] == "waiting" and row["handoff"]:
                before = (
                    select(func.count())
                    .select_from(handoffs)
                    .where(
                        handoffs.c.status == "waiting",
                        or_(
                            handoffs.c.priority > row["priority"],
                            and_(
                                handoffs.c.priority == row["priority"],
                                handoffs.c.requested_at < row["requested_at"],
                            ),
                        ),
                    )
                )
                ahead = (await connection.execute(before)).scalar_one()
        return Standing(
            owner=row["owner"],
            version=row["version"],
            revision=row["revision"],
            peer=row["name"],
            handoff=row["handoff"],
            ahead=ahead,
            waiting_since=row["requested_at"] if row["owner"] == "waiting" else None,
            risk_tier=row["risk_tier"],
        )

    def _entry(self, row: Any) -> Entry:
        data = self._vault.open(row["body_sealed"])
        inbound = row["direction"] == "in"
        reply = Reply(text=decode_said(data).shown) if inbound else replies.decode(data)
        return Entry(
            seq=row["seq"],
            revision=row["revision"],
            direction=row["direction"],
            author=row["author"],
            author_name=row["name"],
            reply=reply,
            at=row["at"],
            status=row["status"],
            client_id=row["provider_id"],
            answers=row["answers_seq"],
            turn=row["turn"],
            finding_tier=row["finding_tier"],
        )
