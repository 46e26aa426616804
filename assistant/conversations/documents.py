"""Files made on delivery: nothing a person wrote lies about as a file."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Literal

import msgspec
from sqlalchemy import select

from assistant.clock import Clock
from assistant.storage.database import Database
from assistant.storage.models import conversations
from assistant.storage.vault import Vault


class NoDocument(LookupError):
    """There is nothing to make the document of; the text is a sentence for the person."""


class Documents:
    """Renders what a reply's ``document`` names, as it stands now."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    async def render(self, conversation: str, document: Literal["questions"]) -> tuple[str, bytes]:
        """File name and PDF bytes. Raises :class:`NoDocument` when the list is empty."""
        query = select(conversations.c.questions_sealed).where(conversations.c.id == conversation)
        async with self._database.read() as connection:
            sealed = (await connection.execute(query)).scalar_one_or_none()
        if sealed is None:
            raise NoDocument("The question list is empty.")
        items = msgspec.json.decode(self._vault.open(sealed), type=tuple[str, ...])
        data = await asyncio.to_thread(_questions_pdf, items, self._clock.now().date())
        return "questions-for-my-visit.pdf", data


def _questions_pdf(items: tuple[str, ...], made_on: date) -> bytes:
    # Imported here: the PDF library is a third of the gateway's start, and seldom needed.
    from assistant.questions import sheet

    return sheet.pdf(items, made_on=made_on)
