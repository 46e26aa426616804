"""One conversation inside one transaction: read locked, changed in memory, written once.

Everything that changes a conversation goes through this class, so that sequence numbers, the
owner's version and the streams' revision cannot drift apart.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import msgspec
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant import replies
from assistant.conversations.message import Inbound, Said
from assistant.conversations.owner import Owner, check_change
from assistant.replies import Reply
from assistant.storage.models import conversations, messages, persons
from assistant.storage.vault import Vault

Author = Literal["person", "assistant", "peer", "system"]


class Spoken(msgspec.Struct, frozen=True):
    """Something said to the person in this transaction; ``answers`` is the message it answers."""

    seq: int
    author: Author
    reply: Reply
    answers: int | None


_first_status = {
    # Pulled by the person's own client, whose acknowledgement moves it on.
    "web": "pending",
    "telegram": "pending",
    # Carried by the open request, or fetched by the caller; there is nobody to push to.
    "rest": "sent",
}

_person_of = persons.join(conversations, conversations.c.person_id == persons.c.id)
_columns = [*conversations.c, persons.c.channel]
# Nothing but the row itself may be read here: on PostgreSQL a subquery beside FOR UPDATE still
# sees what was there before the lock was waited for.
_read = select(*_columns).select_from(_person_of).with_for_update(of=conversations)
_read_of_sender = _read.where(
    persons.c.channel == bindparam("channel"), persons.c.lookup == bindparam("lookup")
)
_read_of_id = _read.where(conversations.c.id == bindparam("id"))


# Statements are built once: building them was a fifth of the gateway's work in a turn.
_insert = insert(messages)
_hold = (
    update(messages)
    .where(messages.c.conversation_id == bindparam("which"), messages.c.turn == "pending")
    .values(turn="held")
)


@lru_cache(maxsize=16)
def _update_of(*columns: str) -> Any:
    changed: dict[str, Any] = {column: bindparam(column) for column in columns}
    return update(conversations).where(conversations.c.id == bindparam("which")).values(changed)


class Conversation:
    """A locked conversation. Read it with :meth:`of_sender` or :meth:`of_id`; then change, save.

    Attributes named as the columns of ``conversations`` hold the opened values.
    """

    def __init__(self, connection: AsyncConnection, vault: Vault, row: Any) -> None:
        self._connection = connection
        self._vault = vault
        self.id: str = row["id"]
        self.person_id: str = row["person_id"]
        self.channel: str = row["channel"]
        self.owner = Owner(row["owner"])
        self.version: int = row["version"]
        self.revision: int = row["revision"]
        self.turn_holder: str | None = row["turn_holder"]
        self.risk_tier: str = row["risk_tier"]
        self.risk_category: str | None = row["risk_category"]
        self.risk_at: datetime | None = row["risk_at"]
        self.safety_step: str | None = row["safety_step"]
        self.shown: dict[str, int] = msgspec.json.decode(row["shown"])
        self.disclosed_at: datetime | None = row["disclosed_at"]
        self.last_inbound_at: datetime | None = row["last_inbound_at"]
        self.told_starting: bool = row["told_starting"]
        self._row = row
        self._fresh_sealed: dict[str, bytes | None] = {}
        self._inserts: list[dict[str, Any]] = []
        self._left_assistant = False
        self._awaited: int | None = None
        self.spoken: list[Spoken] = []

    @classmethod
    async def of_sender(
        cls, connection: AsyncConnection, vault: Vault, channel: str, address: str
    ) -> Conversation | None:
        """The conversation of a sender, locked; None when they never wrote."""
        wanted = {"channel": channel, "lookup": vault.lookup(channel, address)}
        row = (await connection.execute(_read_of_sender, wanted)).mappings().one_or_none()
        return None if row is None else cls(connection, vault, row)

    @classmethod
    async def of_id(
        cls, connection: AsyncConnection, vault: Vault, conversation: str
    ) -> Conversation | None:
        """The conversation of that id, locked; None when there is none (any more)."""
        wanted = {"id": conversation}
        row = (await connection.execute(_read_of_id, wanted)).mappings().one_or_none()
        return None if row is None else cls(connection, vault, row)

    @classmethod
    async def begin(
        cls, connection: AsyncConnection, vault: Vault, channel: str, address: str, now: datetime
    ) -> Conversation:
        """A new person and conversation. ``IntegrityError``: somebody else was first."""
        person = uuid.uuid4().hex
        await connection.execute(
            insert(persons).values(
                id=person,
                channel=channel,
                lookup=vault.lookup(channel, address),
                address_sealed=vault.seal(address.encode("utf-8", "replace")),
                created_at=now,
            )
        )
        identity = uuid.uuid4().hex
        await connection.execute(
            insert(conversations).values(
                id=identity,
                person_id=person,
                owner=Owner.ASSISTANT.value,
                version=1,
                revision=0,
                risk_tier="none",
                shown="{}",
                told_starting=False,
                created_at=now,
            )
        )
        made = await cls.of_id(connection, vault, identity)
        assert made is not None  # noqa: S101 - inserted two statements ago in this transaction
        return made

    @property
    def state(self) -> str | None:
        """The dialogue's own state, opaque here."""
        data = self._sealed("state_sealed")
        return None if data is None else data.decode()

    @state.setter
    def state(self, value: str | None) -> None:
        self._seal("state_sealed", None if value is None else value.encode())

    @property
    def questions(self) -> tuple[str, ...]:
        """The person's question list, in their order."""
        data = self._sealed("questions_sealed")
        return () if data is None else msgspec.json.decode(data, type=tuple[str, ...])

    @questions.setter
    def questions(self, items: tuple[str, ...]) -> None:
        self._seal("questions_sealed", msgspec.json.encode(items) if items else None)

    @property
    def place(self) -> tuple[float, float] | None:
        """Where the person last said they are: degrees, two decimals."""
        data = self._sealed("place_sealed")
        return None if data is None else msgspec.json.decode(data, type=tuple[float, float])

    @place.setter
    def place(self, value: tuple[float, float] | None) -> None:
        self._seal("place_sealed", None if value is None else msgspec.json.encode(value))

    def add_inbound(
        self, message: Inbound, now: datetime, finding: tuple[str, str] | None = None
    ) -> int:
        """Store what the person wrote, with the screen's tier and category; returns its sequence.

        :meth:`await_turn` then says that the dialogue is to answer it.
        """
        said = Said(message.text, message.title, message.kind, message.place)
        tier, category = finding or (None, None)
        self.last_inbound_at = now
        return self._add(
            now,
            direction="in",
            author="person",
            provider_id=message.provider_id,
            body=msgspec.json.encode(said),
            turn=None,
            status="sent",
            finding_tier=tier,
            finding_category=category,
        )

    def await_turn(self, seq: int) -> None:
        """The message just added waits for the dialogue's answer."""
        self._awaited = seq
        for row in self._inserts:
            if row["seq"] == seq:
                row["turn"] = "pending"

    def awaits(self, seq: int) -> bool:
        """Whether :meth:`await_turn` was called for that message in this transaction."""
        return self._awaited == seq

    @property
    def moved(self) -> bool:
        """Whether the owner was changed in this transaction."""
        return bool(self.version != self._row["version"])

    def say(
        self,
        reply: Reply,
        author: Author,
        now: datetime,
        *,
        answers: int | None = None,
        staff_id: str | None = None,
        provider_id: str | None = None,
    ) -> int:
        """Queue a message to the person in the outbox; returns its sequence number."""
        seq = self._add(
            now,
            direction="out",
            author=author,
            provider_id=provider_id,
            body=replies.encode(reply),
            turn=None,
            status=_first_status[self.channel],
            answers_seq=answers,
            staff_id=staff_id,
        )
        self.spoken.append(Spoken(seq, author, reply, answers))
        return seq

    def change_owner(self, new: Owner) -> None:
        """Raises :class:`~assistant.conversations.owner.WrongOwner` when that cannot be."""
        check_change(self.owner, new)
        self._left_assistant = self.owner is Owner.ASSISTANT
        self.owner = new
        self.version += 1
        self.revision += 1

    def count_shown(self, block: str) -> int:
        """How often the prepared block of that name was shown before now; counts this one."""
        seen = self.shown.get(block, 0)
        self.shown[block] = seen + 1
        return seen

    async def save(self) -> None:
        """Write everything: one insert for all messages, one update. Commits nothing itself."""
        if self._inserts:
            await self._connection.execute(_insert, self._inserts)
            self._inserts = []
        if self._left_assistant:
            # What the assistant did not get to is for the peer; it is never answered later.
            await self._connection.execute(_hold, {"which": self.id})
            self._left_assistant = False
        values: dict[str, Any] = {
            "owner": self.owner.value,
            "version": self.version,
            "revision": self.revision,
            "turn_holder": self.turn_holder,
            "risk_tier": self.risk_tier,
            "risk_category": self.risk_category,
            "risk_at": self.risk_at,
            "safety_step": self.safety_step,
            "shown": msgspec.json.encode(self.shown).decode(),
            "disclosed_at": self.disclosed_at,
            "last_inbound_at": self.last_inbound_at,
            "told_starting": self.told_starting,
            **self._fresh_sealed,
        }
        await self._connection.execute(_update_of(*values), {**values, "which": self.id})
        self._fresh_sealed = {}

    def _add(self, now: datetime, **values: Any) -> int:
        self.revision += 1
        row = {
            "conversation_id": self.id,
            "seq": self.revision,
            "revision": self.revision,
            "at": now,
            "channel": self.channel,
            "body_sealed": self._vault.seal(values.pop("body")),
            "answers_seq": None,
            "staff_id": None,
            "finding_tier": None,
            "finding_category": None,
            **values,
        }
        self._inserts.append(row)
        return self.revision

    def _sealed(self, column: str) -> bytes | None:
        data = self._fresh_sealed.get(column, self._row[column])
        return None if data is None else self._vault.open(data)

    def _seal(self, column: str, data: bytes | None) -> None:
        self._fresh_sealed[column] = None if data is None else self._vault.seal(data)
