"""The desk: people ask for a person, wait, are claimed by one peer, and are handed back.

The owner of a conversation and its open hand-off change together, in one transaction. Methods
that take a ``connection`` run inside the caller's; the others make their own.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.clock import Clock
from assistant.conversations.conversation import Conversation
from assistant.conversations.hub import Hub
from assistant.conversations.message import BadMessage, clean
from assistant.conversations.owner import Owner
from assistant.dialogue.contract import RequestPeer
from assistant.handoff.handoff import (
    PEER_REASONS,
    PRIORITY,
    EndReason,
    Gone,
    HandoffError,
    Shared,
    Taken,
    Waiting,
)
from assistant.handoff.line import Line
from assistant.handoff.presence import Presence
from assistant.replies import Reply
from assistant.staff.people import Staff
from assistant.storage.database import Database
from assistant.storage.models import handoffs, messages, staff
from assistant.storage.vault import Vault
from assistant.texts import Texts

MOST_PEER_TEXT = 4_000
"""Characters a peer may send at once."""


class Desk:
    """Every path to and from a peer goes through here."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        hub: Hub,
        texts: Texts,
        presence: Presence,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._hub = hub
        self._texts = texts
        self.presence = presence
        self._line = Line(database, vault)

    async def open(
        self,
        connection: AsyncConnection,
        conversation: Conversation,
        request: RequestPeer,
        now: datetime,
        *,
        answers: int | None = None,
    ) -> None:
        """Put the person in the queue with what they agreed to share; asking twice keeps it."""
        if conversation.owner is not Owner.ASSISTANT:
            conversation.say(self._texts.reply("already_waiting"), "system", now, answers=answers)
            return
        shared = Shared(
            summary=clean(request.summary)[:2_000],
            transcript=request.share_transcript,
            questions=conversation.questions if request.share_questions else None,
        )
        priority = PRIORITY.get(conversation.risk_tier, 0)
        ahead = await connection.execute(
            select(func.count())
            .select_from(handoffs)
            .where(handoffs.c.status == "waiting", handoffs.c.priority >= priority)
        )
        await connection.execute(
            insert(handoffs).values(
                id=uuid.uuid4().hex,
                conversation_id=conversation.id,
                status="waiting",
                priority=priority,
                shared_sealed=self._vault.seal(msgspec.json.encode(shared)),
                # The consent is the message that is answered here; what was written after it
                # is for the peer.
                asked_seq=conversation.revision if answers is None else answers,
                requested_at=now,
            )
        )
        conversation.change_owner(Owner.WAITING)
        conversation.shown.pop("waiting_note", None)
        status = self.waiting_status(ahead.scalar_one())
        conversation.say(status, "system", now, answers=answers)

    def waiting_status(self, ahead: int) -> Reply:
        """The honest status of somebody who waits behind ``ahead`` others."""
        if not self.presence.available:
            return self._texts.reply("waiting.nobody")
        if ahead == 0:
            return self._texts.reply("waiting.first")
        return self._texts.reply("waiting.behind", ahead=ahead)

    async def leave(
        self,
        connection: AsyncConnection,
        conversation: Conversation,
        now: datetime,
        *,
        answers: int | None = None,
    ) -> bool:
        """The person leaves the line or the peer; False when they were with neither."""
        row = await self._open_handoff(connection, conversation.id)
        if row is None or conversation.owner not in (Owner.WAITING, Owner.PEER):
            return False
        waiting = conversation.owner is Owner.WAITING
        reason = EndReason.LEFT_LINE if waiting else EndReason.PERSON_ENDED
        await self._end(connection, row["id"], reason, now)
        conversation.change_owner(Owner.ASSISTANT)
        conversation.state = None
        reply = (
            self._texts.reply("left_line")
            if waiting
            else self._texts.reply("person_ended", name=row["name"])
        )
        conversation.say(reply, "system", now, answers=answers)
        return True

    async def raise_priority(self, connection: AsyncConnection, conversation: Conversation) -> None:
        """Danger moves somebody who waits ahead of those in less danger."""
        priority = PRIORITY.get(conversation.risk_tier, 0)
        await connection.execute(
            update(handoffs)
            .where(
                handoffs.c.conversation_id == conversation.id,
                handoffs.c.status != "closed",
                handoffs.c.priority < priority,
            )
            .values(priority=priority)
        )

    async def queue(self) -> list[Waiting]:
        """Everybody who waits or is being talked with: by risk, then by waiting-since."""
        return await self._line.queue()

    async def get(self, handoff: str) -> tuple[Waiting, Shared, int]:
        """An open hand-off, what was shared, and the sequence the consent was given at."""
        return await self._line.get(handoff)

    async def claim(self, handoff: str, peer: Staff) -> None:
        """Take the person over. Raises :class:`Taken` or :class:`Gone`; one of two peers wins."""
        now = self._clock.now()
        async with self._database.write() as connection:
            conversation = await self._locked(connection, handoff)
            won: Any = await connection.execute(
                update(handoffs)
                .where(handoffs.c.id == handoff, handoffs.c.status == "waiting")
                .values(status="claimed", staff_id=peer.id, claimed_at=now, peer_seen_at=now)
            )
            if won.rowcount != 1:
                row = await self._open_handoff(connection, conversation.id)
                if row is not None and row["staff_id"] == peer.id:
                    return  # a double click of the same peer
                if row is None:
                    raise Gone("This person is not waiting any more.")
                raise Taken(f"{row['name']} has taken this conversation.")
            conversation.change_owner(Owner.PEER)
            conversation.say(Reply(text=self._texts("joined", name=peer.name)), "system", now)
            await conversation.save()
        self._tell(conversation)

    async def say(self, handoff: str, peer: Staff, text: str, client_id: str) -> int:
        """A peer's message to the person; the same ``client_id`` twice is one message."""
        text = clean(text)
        if not text:
            raise BadMessage("The message is empty.")
        if len(text) > MOST_PEER_TEXT:
            raise BadMessage(f"At most {MOST_PEER_TEXT} characters go in one message.", 413)
        if not 1 <= len(client_id) <= 100 or clean(client_id) != client_id:
            raise BadMessage("The message needs a client_id of 1 to 100 characters.", 400)
        now = self._clock.now()
        name = f"peer:{peer.id[:8]}:{client_id}"
        try:
            async with self._database.write() as connection:
                conversation = await self._held(connection, handoff, peer)
                seq = conversation.say(
                    Reply(text=text), "peer", now, staff_id=peer.id, provider_id=name
                )
                await conversation.save()
        except (IntegrityError, HandoffError):
            # Repeated after its answer was lost: it was sent then, even if all is over now.
            before = await self._said_before(handoff, name)
            if before is None:
                raise
            return before
        self._tell(conversation)
        return seq

    async def close(self, handoff: str, peer: Staff, reason: EndReason) -> None:
        """The peer leaves; the person is told and is with the assistant again, as new."""
        if reason not in PEER_REASONS:
            raise HandoffError("Choose one of the reasons in the list.")
        now = self._clock.now()
        async with self._database.write() as connection:
            conversation = await self._held(connection, handoff, peer)
            await self._end(connection, handoff, reason, now)
            conversation.change_owner(Owner.ASSISTANT)
            # A form left half filled before the hand-off must not be asked on after it.
            conversation.state = None
            conversation.say(self._texts.reply("peer_left", name=peer.name), "system", now)
            await conversation.save()
        self._tell(conversation)

    async def held_conversation(self, handoff: str, peer: Staff) -> str:
        """The conversation id of a hand-off that this peer holds; raises :class:`HandoffError`."""
        waiting, _, _ = await self.get(handoff)
        if waiting.staff_id != peer.id:
            raise Taken("You do not have this conversation.")
        return waiting.conversation

    def _tell(self, conversation: Conversation) -> None:
        self._hub.wake(f"conversation:{conversation.id}")
        self._hub.wake(f"outbox:{conversation.channel}")
        self._hub.wake("staff")

    async def _locked(self, connection: AsyncConnection, handoff: str) -> Conversation:
        """The conversation of a hand-off, locked: always before the hand-off's own row."""
        row = await connection.execute(
            select(handoffs.c.conversation_id).where(handoffs.c.id == handoff)
        )
        identity = row.scalar_one_or_none()
        conversation = identity and await Conversation.of_id(connection, self._vault, identity)
        if not conversation:
            raise Gone("This conversation is over.")
        return conversation

    async def _held(self, connection: AsyncConnection, handoff: str, peer: Staff) -> Conversation:
        conversation = await self._locked(connection, handoff)
        row = await self._open_handoff(connection, conversation.id)
        if row is None or row["id"] != handoff:
            raise Gone("This conversation is over; your message was not sent.")
        if row["staff_id"] != peer.id or conversation.owner is not Owner.PEER:
            raise Taken("You do not have this conversation; your message was not sent.")
        return conversation

    async def _open_handoff(self, connection: AsyncConnection, conversation: str) -> Any:
        query = (
            select(handoffs.c.id, handoffs.c.staff_id, staff.c.name)
            .outerjoin(staff, staff.c.id == handoffs.c.staff_id)
            .where(handoffs.c.conversation_id == conversation, handoffs.c.status != "closed")
        )
        return (await connection.execute(query)).mappings().one_or_none()

    async def _end(
        self, connection: AsyncConnection, handoff: str, reason: EndReason, now: datetime
    ) -> None:
        await connection.execute(
            update(handoffs)
            .where(handoffs.c.id == handoff)
            .values(status="closed", closed_at=now, end_reason=reason.value)
        )

    async def _said_before(self, handoff: str, name: str) -> int | None:
        query = (
            select(messages.c.seq)
            .join(handoffs, handoffs.c.conversation_id == messages.c.conversation_id)
            .where(handoffs.c.id == handoff, messages.c.provider_id == name)
        )
        async with self._database.read() as connection:
            seq: int | None = (await connection.execute(query)).scalar_one_or_none()
        return seq
