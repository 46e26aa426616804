"""The tables. Columns that end in ``_sealed`` hold text of a person, encrypted by the vault.

Times are aware UTC datetimes. Changes go through a migration in ``migrations/versions``; a test
holds the migrations against this file.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """An aware UTC datetime on every database; SQLite itself would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value


Id = String(32)
Key = BigInteger().with_variant(Integer, "sqlite")

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value_sealed", LargeBinary, nullable=False),
)

persons = Table(
    "persons",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(16), nullable=False),
    # A keyed hash: finds the person of an address without keeping the address in clear.
    Column("lookup", String(64), nullable=False),
    Column("address_sealed", LargeBinary, nullable=False),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("channel", "lookup"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False),
    Column("owner", String(10), nullable=False),
    # Counts changes of owner; a turn is committed only if it is what it was at its beginning.
    Column("version", Integer, nullable=False),
    # Counts every change that a stream must show; a message's sequence is taken from it.
    Column("revision", BigInteger, nullable=False),
    Column("turn_holder", Id),
    Column("state_sealed", LargeBinary),
    Column("questions_sealed", LargeBinary),
    Column("place_sealed", LargeBinary),
    Column("risk_tier", String(16), nullable=False),
    Column("risk_category", String(40)),
    Column("risk_at", Utc),
    Column("safety_step", String(40)),
    # How often each prepared block was shown, as JSON; never text of a person.
    Column("shown", Text, nullable=False),
    Column("disclosed_at", Utc),
    Column("last_inbound_at", Utc),
    Column("told_starting", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("person_id"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column(
        "conversation_id", Id, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False
    ),
    Column("seq", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("direction", String(3), nullable=False),
    Column("author", String(10), nullable=False),
    Column("staff_id", Id),
    # What the sender named the message; a repeat of it is refused.
    Column("provider_id", String(120)),
    Column("body_sealed", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False),
    # The person's message on its way through the dialogue: pending, done, failed, held
    # (for a peer), or none.
    Column("turn", String(8)),
    Column("turn_attempts", Integer, nullable=False, server_default=text("0")),
    # Which message of the person this one answers.
    Column("answers_seq", BigInteger),
    Column("channel", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("try_at", Utc),
    Column("holder", Id),
    Column("reason", String(200)),
    Column("provider_ref", String(120)),
    Column("finding_tier", String(16)),
    Column("finding_category", String(40)),
    UniqueConstraint("conversation_id", "seq"),
    UniqueConstraint("conversation_id", "provider_id"),
    Index("ix_messages_conversation_id_revision", "conversation_id", "revision"),
    Index(
        "ix_messages_outbox",
        "channel",
        "status",
        "conversation_id",
        "seq",
        sqlite_where=text("status IN ('pending', 'sending')"),
        postgresql_where=text("status IN ('pending', 'sending')"),
    ),
    Index(
        "ix_messages_turn",
        "conversation_id",
        "seq",
        sqlite_where=text("turn = 'pending'"),
        postgresql_where=text("turn = 'pending'"),
    ),
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", Id, primary_key=True),
    Column(
        "conversation_id", Id, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False
    ),
    Column("status", String(10), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("shared_sealed", LargeBinary, nullable=False),
    # The person's messages up to this sequence number were written before the consent.
    Column("asked_seq", BigInteger, nullable=False),
    Column("requested_at", Utc, nullable=False),
    Column("claimed_at", Utc),
    Column("staff_id", Id, ForeignKey("staff.id")),
    Column("peer_seen_at", Utc),
    Column("closed_at", Utc),
    Column("end_reason", String(20)),
    # One open hand-off a person, whatever is clicked twice.
    Index(
        "uq_handoffs_open",
        "conversation_id",
        unique=True,
        sqlite_where=text("status <> 'closed'"),
        postgresql_where=text("status <> 'closed'"),
    ),
    Index("ix_handoffs_status", "status"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("role", String(12), nullable=False),
    Column("passphrase_hash", String(200)),
    Column("active", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    # The last sign of a peer at the console; who was seen lately is on duty.
    Column("seen_at", Utc),
    UniqueConstraint("name"),
)

staff_links = Table(
    "staff_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("at", Utc, nullable=False),
    Column("staff_id", Id),
    Column("action", String(40), nullable=False),
    Column("subject", String(64)),
    Index("ix_audit_at", "at"),
)

gateways = Table(
    "gateways",
    metadata,
    Column("id", Id, primary_key=True),
    Column("seen_at", Utc, nullable=False),
)
