"""A real database with real migrations, a clock that stands still, and a cheap hasher."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from assistant.clock import FakeClock
from assistant.staff import StaffAccounts
from assistant.staff.passphrases import Passphrases
from assistant.storage.database import Database

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'staff.db'}")
    await database.migrate()
    yield database
    await database.close()


@pytest.fixture
def accounts(database: Database, clock: FakeClock) -> StaffAccounts:
    return StaffAccounts(database, clock, keeper=Passphrases(CHEAP))
