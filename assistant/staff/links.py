"""One-time links: made by an administrator, opened once within 48 hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.staff import tokens
from assistant.staff.errors import BadLink
from assistant.staff.people import Staff
from assistant.storage import models

LIFE = timedelta(hours=48)
_links = models.staff_links
_staff = models.staff


async def make(connection: AsyncConnection, staff_id: str, now: datetime) -> str:
    """A new link's token for the account; every earlier link of it stops working."""
    await void(connection, staff_id)
    token = tokens.fresh()
    await connection.execute(
        insert(_links).values(
            token_hash=tokens.digest(token),
            staff_id=staff_id,
            created_at=now,
            expires_at=now + LIFE,
        )
    )
    return token


async def named(connection: AsyncConnection, token: str, now: datetime) -> Staff:
    """Whom the link is for, without using it up; raises :class:`BadLink`."""
    query = (
        select(_staff.c.id, _staff.c.name, _staff.c.role, _links.c.used_at, _links.c.expires_at)
        .join(_links, _links.c.staff_id == _staff.c.id)
        .where(_links.c.token_hash == tokens.digest(token), _staff.c.active.is_(True))
    )
    row = (await connection.execute(query)).first() if tokens.plausible(token) else None
    if row is None:
        raise BadLink("This link doesn't open anything. Ask for a new one.")
    if row.used_at is not None:
        raise BadLink("This link has been used. Sign in, or ask for a new link.")
    if row.expires_at <= now:
        raise BadLink("This link is too old. Ask for a new one.")
    return Staff(row.id, row.name, row.role)


async def use_up(connection: AsyncConnection, token: str, now: datetime) -> None:
    """Mark the link used; raises :class:`BadLink` when somebody else was first."""
    done: Any = await connection.execute(
        update(_links)
        .where(_links.c.token_hash == tokens.digest(token), _links.c.used_at.is_(None))
        .values(used_at=now)
    )
    if done.rowcount != 1:
        raise BadLink("This link has been used. Sign in, or ask for a new link.")


async def void(connection: AsyncConnection, staff_id: str) -> None:
    """Make every link of an account worthless."""
    await connection.execute(delete(_links).where(_links.c.staff_id == staff_id))
