"""The line as peers see it: who waits, who is with whom, and what each agreed to share."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import select

from assistant.handoff.handoff import Gone, Shared, Waiting, mask
from assistant.storage.database import Database
from assistant.storage.models import conversations, handoffs, persons, staff
from assistant.storage.vault import Vault

_shared = msgspec.json.Decoder(Shared)
_open_rows = (
    select(
        handoffs,
        conversations.c.risk_tier,
        persons.c.channel,
        staff.c.name,
    )
    .join(conversations, conversations.c.id == handoffs.c.conversation_id)
    .join(persons, persons.c.id == conversations.c.person_id)
    .outerjoin(staff, staff.c.id == handoffs.c.staff_id)
    .where(handoffs.c.status != "closed")
)


class Line:
    """The read side of the desk; it changes nothing."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def queue(self) -> list[Waiting]:
        """Everybody who waits or is being talked with: by risk, then by waiting-since."""
        query = _open_rows.order_by(handoffs.c.priority.desc(), handoffs.c.requested_at)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [self._waiting(row) for row in rows]

    async def get(self, handoff: str) -> tuple[Waiting, Shared, int]:
        """An open hand-off, what was shared, and the sequence the consent was given at."""
        async with self._database.read() as connection:
            row = (
                (await connection.execute(_open_rows.where(handoffs.c.id == handoff)))
                .mappings()
                .one_or_none()
            )
        if row is None:
            raise Gone("This conversation is over.")
        return self._waiting(row), self._opened(row), row["asked_seq"]

    def _opened(self, row: Any) -> Shared:
        return _shared.decode(self._vault.open(row["shared_sealed"]))

    def _waiting(self, row: Any) -> Waiting:
        return Waiting(
            id=row["id"],
            conversation=row["conversation_id"],
            mask=mask(row["conversation_id"]),
            channel=row["channel"],
            status=row["status"],
            requested_at=row["requested_at"],
            risk_tier=row["risk_tier"],
            summary=self._opened(row).summary,
            staff_id=row["staff_id"],
            staff_name=row["name"],
        )
