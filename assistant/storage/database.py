"""The one database: SQLite in WAL mode by default, PostgreSQL by ``BESIDE_DATABASE_URL``.

``async with database.write() as connection`` is one transaction that may write;
``database.read()`` one that does not. Both roll back on an exception.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from assistant.storage import models
from assistant.storage.sqlite import Driver
from assistant.storage.vault import Vault

_BUSY_SECONDS = 10
_MIGRATING = 7130421

NEWEST = "0001"
"""The revision this code expects; a test holds it against the migrations."""


class Database:
    """An engine, its transactions and its migrations. Nothing is opened before first use."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self._engine = self._create()
        self._writer = self._engine.execution_options(beside_write=True)
        # SQLite lets one transaction write; waiting here is fair and costs no polling.
        self._gate = asyncio.Lock() if self.sqlite else None

    def _create(self) -> AsyncEngine:
        if self.sqlite:
            engine = create_async_engine(
                self.url,
                module=Driver(),
                poolclass=AsyncAdaptedQueuePool,
                pool_size=4,
                max_overflow=4,
                connect_args={"timeout": _BUSY_SECONDS},
                hide_parameters=True,
            )
            event.listen(engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
            return engine
        return create_async_engine(
            self.url,
            pool_size=10,
            max_overflow=10,
            pool_pre_ping=True,
            pool_timeout=30,
            hide_parameters=True,
        )

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that writes; committed at the end, rolled back on an exception."""
        if self._gate is None:
            async with self._writer.begin() as connection:
                yield connection
        else:
            async with self._gate, self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One consistent view of the data."""
        async with self._engine.begin() as connection:
            yield connection

    async def migrate(self, revision: str = "head") -> None:
        """Bring the tables to ``revision``; ``base`` removes them all."""
        if self.sqlite:
            path = self._engine.url.database
            if path and path != ":memory:":
                Path(path).parent.mkdir(parents=True, exist_ok=True)
        if revision == "head" and await self.revision() == NEWEST:
            return
        async with self.write() as connection:
            if not self.sqlite:
                # Of several gateways that start at once one migrates, the others wait and look.
                await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")
            await connection.run_sync(_run_migrations, revision)

    async def revision(self) -> str | None:
        """The revision the tables are at, asked without Alembic, which is slow to import."""
        version = sa.table("alembic_version", sa.column("version_num"))
        try:
            async with self.read() as connection:
                found = await connection.execute(select(version.c.version_num))
                revision: str | None = found.scalar_one_or_none()
                return revision
        except DBAPIError:
            return None  # no such table: a new database

    async def open_vault(self, vault: Vault) -> None:
        """Give the vault its look-up key, made once for the life of the database."""
        for _ in range(2):
            async with self.read() as connection:
                row = await connection.execute(
                    select(models.secrets.c.value_sealed).where(models.secrets.c.name == "lookup")
                )
                sealed = row.scalar_one_or_none()
            if sealed is not None:
                vault.use_lookup_key(vault.open(sealed))
                return
            try:
                async with self.write() as connection:
                    await connection.execute(
                        insert(models.secrets).values(
                            name="lookup", value_sealed=vault.seal(os.urandom(32))
                        )
                    )
            except IntegrityError:
                continue  # another process made it first; read theirs

    async def reseal(self, vault: Vault, *, batch: int = 100) -> int:
        """Seal everything anew with the newest key; returns how many values were resealed."""
        done = 0
        for table in models.metadata.sorted_tables:
            sealed = [column for column in table.c if column.name.endswith("_sealed")]
            if not sealed:
                continue
            key = next(iter(table.primary_key.columns))
            last: Any = None
            while True:
                async with self.write() as connection:
                    query = select(key, *sealed).order_by(key).limit(batch).with_for_update()
                    if last is not None:
                        query = query.where(key > last)
                    rows = (await connection.execute(query)).all()
                    for row in rows:
                        fresh = {
                            column.name: vault.reseal(value)
                            for column, value in zip(sealed, row[1:], strict=True)
                            if value is not None
                        }
                        if fresh:
                            await connection.execute(
                                update(table).where(key == row[0]).values(**fresh)
                            )
                            done += len(fresh)
                if not rows:
                    break
                last = rows[-1][0]
        return done

    async def close(self) -> None:
        await self._engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # Transactions are begun by us: the driver's own begin would come too late to lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=FAST")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("beside_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _run_migrations(connection: Connection, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    if revision == "base":
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)
