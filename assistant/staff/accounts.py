"""Accounts of peers, supervisors and administrators: added, signed in, switched off."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.clock import Clock
from assistant.staff import audit, links, passphrases, sessions, tokens
from assistant.staff.errors import BadName, WrongSignIn
from assistant.staff.passphrases import Passphrases
from assistant.staff.people import Account, Staff, checked, checked_role, tidy
from assistant.staff.throttle import Throttle
from assistant.storage import models
from assistant.storage.database import Database

_staff = models.staff


class StaffAccounts:
    """The one door for staff. Every error is a :class:`StaffError` whose text is a sentence."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        keeper: Passphrases | None = None,
        throttle: Throttle | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._keeper = keeper or Passphrases()
        self._throttle = throttle or Throttle(clock)

    async def add(self, name: str, role: str) -> str:
        """Make an account, or let one choose a new passphrase; returns a one-time link's token.

        For an account that was switched off it also sets the role and switches it on again. The
        token is shown once and cannot be had again; a new one makes it void.
        """
        name, role, now = checked(name), checked_role(role), self._clock.now()
        try:
            async with self._database.write() as connection:
                row = await _find(connection, name)
                if row is None:
                    staff_id = secrets.token_hex(16)
                    await connection.execute(
                        insert(_staff).values(
                            id=staff_id, name=name, role=role, active=True, created_at=now
                        )
                    )
                else:
                    staff_id = row.id
                    await self._readmit(connection, row, role)
                token = await links.make(connection, staff_id, now)
                await audit.record(connection, now, "staff_link_made", subject=staff_id)
        except IntegrityError:
            raise BadName(f"Somebody has just added {name}; try again.") from None
        return token

    async def invited(self, token: str) -> Staff:
        """Whom a link is for, leaving it unused; raises :class:`BadLink`."""
        async with self._database.read() as connection:
            return await links.named(connection, token, self._clock.now())

    async def redeem(self, token: str, passphrase: str) -> str:
        """Choose a passphrase with a link; returns a session's token.

        Raises :class:`BadPassphrase` (the link stays good) or :class:`BadLink`. Earlier sessions
        of the account end.
        """
        staff = await self.invited(token)
        passphrases.check(passphrase, staff.name)
        kept = await self._keeper.hash(passphrase)
        now = self._clock.now()
        async with self._database.write() as connection:
            # Looked at again: the account may have been switched off while the hash was made.
            await links.named(connection, token, now)
            await links.use_up(connection, token, now)
            await connection.execute(
                update(_staff).where(_staff.c.id == staff.id).values(passphrase_hash=kept)
            )
            await sessions.end_all(connection, staff.id)
            await audit.record(connection, now, "link_redeemed", staff_id=staff.id)
            return await sessions.begin(connection, staff.id, now)

    async def sign_in(self, name: str, passphrase: str) -> str:
        """A session's token; raises :class:`WrongSignIn` or :class:`TooManyTries`.

        An unknown name, an account without a passphrase, one that is off and a wrong passphrase
        all cost the same work and get the same answer.
        """
        key = tidy(name).casefold()[:80]
        self._throttle.check(key)
        self._throttle.begin(key)
        async with self._database.read() as connection:
            row = await _find(connection, tidy(name))
        kept = row.passphrase_hash if row is not None and row.active else None
        long = len(passphrase) > passphrases.LONGEST
        right = await self._keeper.verify(None if long else kept, "" if long else passphrase)
        now = self._clock.now()
        async with self._database.write() as connection:
            # Looked at again: the account may have been switched off, or given another
            # passphrase, while the old one was compared.
            current = await _find(connection, tidy(name)) if right else None
            if current is None or not current.active or current.passphrase_hash != kept:
                await audit.record(
                    connection, now, "sign_in_failed", subject=row.id if row is not None else None
                )
                token, staff_id = None, ""
            else:
                await audit.record(connection, now, "signed_in", staff_id=current.id)
                token, staff_id = await sessions.begin(connection, current.id, now), current.id
        if token is None:
            raise WrongSignIn("That name and passphrase don't match. Check both and try again.")
        self._throttle.succeeded(key)
        if self._keeper.outdated(kept or ""):
            await self._renew(staff_id, kept, passphrase)
        return token

    async def who(self, session: str | None, *, touch: bool = True) -> Staff | None:
        """Whose session this is, or None once it ended. One indexed read.

        ``touch=False`` looks without counting as activity, for a page that merely stays open.
        """
        if session is None or not tokens.plausible(session):
            return None
        return await sessions.holder(self._database, session, self._clock.now(), touch=touch)

    async def sign_out(self, session: str) -> None:
        """End one session. A session that is not there (any more) is no error."""
        if not tokens.plausible(session):
            return
        async with self._database.write() as connection:
            staff_id = await sessions.end(connection, session)
            if staff_id is not None:
                await audit.record(connection, self._clock.now(), "signed_out", staff_id=staff_id)

    async def off(self, name: str) -> None:
        """Switch an account off: its sessions and links end at once; raises :class:`BadName`."""
        now = self._clock.now()
        async with self._database.write() as connection:
            row = await _find(connection, tidy(name))
            if row is None:
                raise BadName(f"There is no account named {tidy(name)!r}; `staff list` shows all.")
            await connection.execute(
                update(_staff)
                .where(_staff.c.id == row.id)
                .values(active=False, passphrase_hash=None)
            )
            await sessions.end_all(connection, row.id)
            await links.void(connection, row.id)
            await audit.record(connection, now, "staff_off", subject=row.id)

    async def list(self) -> list[Account]:
        """Every account, by name; those that are off too."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(_staff).order_by(_staff.c.name))).all()
        return [
            Account(
                row.id,
                row.name,
                row.role,
                row.active,
                row.active and row.passphrase_hash is not None,
                row.created_at,
                row.seen_at,
            )
            for row in rows
        ]

    async def record(self, staff: Staff, action: str, subject: str | None = None) -> None:
        """Write an act of ``staff`` down in the audit trail."""
        async with self._database.write() as connection:
            await audit.record(
                connection, self._clock.now(), action, staff_id=staff.id, subject=subject
            )

    async def _readmit(self, connection: AsyncConnection, row: Any, role: str) -> None:
        if row.active and row.role != role:
            raise BadName(
                f"{row.name} already is a {row.role}. To change the role, switch the account off"
                " first, then add it again."
            )
        if not row.active:
            await connection.execute(
                update(_staff).where(_staff.c.id == row.id).values(active=True, role=role)
            )

    async def _renew(self, staff_id: str, kept: str | None, passphrase: str) -> None:
        """Keep the passphrase at today's cost, unless it was changed meanwhile."""
        fresh = await self._keeper.hash(passphrase)
        async with self._database.write() as connection:
            await connection.execute(
                update(_staff)
                .where(_staff.c.id == staff_id, _staff.c.passphrase_hash == kept)
                .values(passphrase_hash=fresh)
            )


async def _find(connection: AsyncConnection, name: str) -> Any | None:
    """The account of ``name``, whatever its capitals; an exact match is taken first."""
    if "\x00" in name:
        return None
    query = (
        select(_staff)
        .where(or_(_staff.c.name == name, func.lower(_staff.c.name) == name.lower()))
        .order_by((_staff.c.name == name).desc())
    )
    return (await connection.execute(query)).first()
