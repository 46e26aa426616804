"""Sessions: a token in a cookie, its digest in the database, an idle and an absolute end."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.staff import tokens
from assistant.staff.people import Staff
from assistant.storage import models
from assistant.storage.database import Database

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
# Activity is written down at most this often, so that asking who somebody is stays a read.
_STEP = timedelta(minutes=1)

_sessions = models.staff_sessions
_staff = models.staff


async def begin(connection: AsyncConnection, staff_id: str, now: datetime) -> str:
    """A new session's token; sessions of anybody that have run out are swept away."""
    await connection.execute(
        delete(_sessions).where(
            or_(_sessions.c.expires_at <= now, _sessions.c.seen_at <= now - IDLE)
        )
    )
    token = tokens.fresh()
    await connection.execute(
        insert(_sessions).values(
            token_hash=tokens.digest(token),
            staff_id=staff_id,
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE,
        )
    )
    return token


async def holder(database: Database, token: str, now: datetime, *, touch: bool) -> Staff | None:
    """Whose session this is, or None. With ``touch`` the idle time begins again."""
    key = tokens.digest(token)
    query = (
        select(_staff.c.id, _staff.c.name, _staff.c.role, _sessions.c.seen_at)
        .join(_sessions, _sessions.c.staff_id == _staff.c.id)
        .where(
            _sessions.c.token_hash == key,
            _sessions.c.expires_at > now,
            _sessions.c.seen_at > now - IDLE,
            _staff.c.active.is_(True),
        )
    )
    async with database.read() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        return None
    if touch and now - row.seen_at >= _STEP:
        async with database.write() as connection:
            await connection.execute(
                update(_sessions).where(_sessions.c.token_hash == key).values(seen_at=now)
            )
    return Staff(row.id, row.name, row.role)


async def end(connection: AsyncConnection, token: str) -> str | None:
    """End one session; returns whose it was."""
    key = tokens.digest(token)
    staff_id = (
        await connection.execute(select(_sessions.c.staff_id).where(_sessions.c.token_hash == key))
    ).scalar_one_or_none()
    await connection.execute(delete(_sessions).where(_sessions.c.token_hash == key))
    return str(staff_id) if staff_id is not None else None


async def end_all(connection: AsyncConnection, staff_id: str) -> None:
    """End every session of an account, at once."""
    await connection.execute(delete(_sessions).where(_sessions.c.staff_id == staff_id))
