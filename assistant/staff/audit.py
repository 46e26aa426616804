"""The audit trail: who did what, when, to which conversation. Never any text of anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.storage import models
from assistant.storage.database import Database


@dataclass(frozen=True)
class Act:
    """One row. ``staff_id`` is None for the command line; ``subject`` is an id, never a text."""

    at: datetime
    staff_id: str | None
    action: str
    subject: str | None


async def record(
    connection: AsyncConnection,
    at: datetime,
    action: str,
    *,
    staff_id: str | None = None,
    subject: str | None = None,
) -> None:
    """Write one row within the caller's transaction, so that act and record stand together."""
    await connection.execute(
        insert(models.audit).values(at=at, staff_id=staff_id, action=action, subject=subject)
    )


async def trail(database: Database, *, subject: str | None = None, limit: int = 200) -> list[Act]:
    """The newest rows first, of one ``subject`` (a conversation or an account) or of all."""
    query = select(models.audit).order_by(models.audit.c.id.desc()).limit(limit)
    if subject is not None:
        query = query.where(models.audit.c.subject == subject)
    async with database.read() as connection:
        rows = (await connection.execute(query)).all()
    return [Act(row.at, row.staff_id, row.action, row.subject) for row in rows]
