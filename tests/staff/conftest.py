"""A real database with real migrations, a clock that stands still, and a cheap hasher."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher

from assistant.clock import FakeClock
from assistant.settings import Settings
from assistant.staff import StaffAccounts
from assistant.staff.passphrases import Passphrases
from assistant.storage.database import Database

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url)
    await database.migrate()
    yield database
    await database.close()


@pytest.fixture
def accounts(database: Database, clock: FakeClock) -> StaffAccounts:
    return StaffAccounts(database, clock, keeper=Passphrases(CHEAP))
