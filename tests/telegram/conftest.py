"""The connector between a fake Bot API on a real socket and the real core over a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from assistant.service import Service
from assistant.settings import Settings
from connectors.telegram.bot import Timing
from connectors.telegram.connector import TelegramConnector
from tests.conftest import eventually
from tests.fakes.telegram import TOKEN, FakeTelegram, Person

# Short pauses, so that a test waits for events and not for the connector; the limits on calls stay
# long, so that a busy machine does not look like a lost line.
TIMING = Timing(
    poll=5,
    look=0.1,
    backoff_first=0.02,
    backoff_most=0.2,
    composing_after=0.05,
    composing_again=0.2,
    farewell=3,
)


@dataclass
class Line:
    """Everything a test needs: the other end, the core, and the connector between them."""

    api: FakeTelegram
    service: Service
    connector: TelegramConnector

    async def answers(self, person: Person, count: int) -> list[str]:
        """The texts the person has, once there are ``count``."""
        await self.api.until(lambda: len(person.texts) >= count)
        return person.texts

    async def messages(self, person: Person, *, out: bool = True) -> list[Any]:
        """The conversation of a person as the core keeps it."""
        conversation = await self.service.transcript.conversation_of(
            "telegram", str(person.chat.id)
        )
        if conversation is None:
            return []
        entries = await self.service.transcript.since(conversation, 0)
        direction = "out" if out else "in"
        return sorted(
            (entry for entry in entries if entry.direction == direction),
            key=lambda entry: entry.seq,
        )

    async def settled(self, person: Person, *statuses: str) -> None:
        """Until the messages to a person have these statuses, in order."""

        async def hold() -> bool:
            return await self.statuses(person) == list(statuses)

        await eventually(hold, 20)

    async def statuses(self, person: Person) -> list[str]:
        return [entry.status for entry in await self.messages(person)]


@pytest.fixture
async def api() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def telegram_settings(settings: Settings, api: FakeTelegram) -> Settings:
    return replace(settings, telegram_token=TOKEN, telegram_api_url=api.url)


@pytest.fixture
def timing() -> Timing:
    return TIMING


@pytest.fixture
async def line(
    service: Service, telegram_settings: Settings, api: FakeTelegram, timing: Timing
) -> AsyncIterator[Line]:
    """A connector that is up."""
    connector = TelegramConnector(service, telegram_settings, timing=timing)
    await connector.start()
    await api.until(lambda: connector.standing.state == "on" and api.commands)
    yield Line(api, service, connector)
    await connector.stop()
