"""The tables come from migrations, and go again."""

from __future__ import annotations

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from assistant.settings import Settings
from assistant.storage import database as databases
from assistant.storage.database import Database
from assistant.storage.models import metadata


def _async_url(url: str) -> str:
    return Settings.read({"BESIDE_DATABASE_URL": url}).database_url


async def _tables(database: Database) -> set[str]:
    async with database.read() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    return set(names) - {"alembic_version"}


async def test_up_makes_every_table_and_down_removes_them(database_url: str) -> None:
    database = Database(_async_url(database_url))
    await database.migrate("base")
    assert await _tables(database) == set()
    await database.migrate()
    assert await _tables(database) == set(metadata.tables)
    await database.migrate("base")
    assert await _tables(database) == set()
    await database.close()


async def test_the_migrations_make_exactly_what_the_models_say(database_url: str) -> None:
    database = Database(_async_url(database_url))
    await database.migrate()
    async with database.read() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )
    await database.close()
    assert differences == []


async def test_the_revision_the_code_expects_is_the_newest_migration(database_url: str) -> None:
    config = Config()
    config.set_main_option("script_location", "assistant/storage/migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == databases.NEWEST
    database = Database(_async_url(database_url))
    await database.migrate()
    assert await database.revision() == databases.NEWEST
    await database.close()


async def test_migrating_twice_changes_nothing(database_url: str) -> None:
    database = Database(_async_url(database_url))
    await database.migrate()
    await database.migrate()
    assert await _tables(database) == set(metadata.tables)
    await database.close()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_gateways_that_start_at_the_same_moment_migrate_once(database_url: str) -> None:
    databases_ = [Database(_async_url(database_url)) for _ in range(3)]
    await databases_[0].migrate("base")
    await asyncio.gather(*(database.migrate() for database in databases_))
    assert await _tables(databases_[0]) == set(metadata.tables)
    for database in databases_:
        await database.close()
