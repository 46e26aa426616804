"""SQLite for SQLAlchemy's asyncio, with one change of thread for a statement instead of four.

SQLAlchemy's adapter asks aiosqlite's thread for a cursor, to execute, to fetch and to close, one
after the other. A turn has a dozen statements; measured with ``benchmarks/turns.py``, those
changes of thread were most of what the gateway did in it.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)


def _run(connection: sqlite3.Connection, statement: str, parameters: Any, many: bool) -> Any:
    """In aiosqlite's thread: the whole of one statement."""
    cursor = connection.cursor()
    try:
        if many:
            cursor.executemany(statement, parameters)
        else:
            cursor.execute(statement, parameters or ())
        rows = cursor.fetchall() if cursor.description else []
        return rows, cursor.description, cursor.lastrowid, cursor.rowcount
    finally:
        cursor.close()


class _Cursor(AsyncAdapt_aiosqlite_cursor):  # type: ignore[misc]
    __slots__ = ()

    def execute(self, operation: str, parameters: Any = None) -> None:
        self._whole(operation, parameters, many=False)

    def executemany(self, operation: str, seq_of_parameters: Any) -> None:
        self._whole(operation, list(seq_of_parameters), many=True)

    def _whole(self, operation: str, parameters: Any, *, many: bool) -> None:
        # aiosqlite has no public call for "all of a statement"; this is what its own are made of.
        connection = self._connection
        try:
            outcome = self.await_(
                connection._execute(_run, connection._conn, operation, parameters, many)
            )
        except Exception as error:  # the adapter sorts them, as for its own calls
            self._adapt_connection._handle_exception(error)
        else:
            self._rows, self.description, self.lastrowid, self.rowcount = outcome  # type: ignore[misc]


class _Connection(AsyncAdapt_aiosqlite_connection):  # type: ignore[misc]
    __slots__ = ()

    def cursor(self, server_side: bool = False) -> _Cursor:
        return _Cursor(self)

    def rollback(self) -> None:
        # The pool rolls back whatever it gets back; after a commit there is nothing to do.
        if self._connection._conn.in_transaction:
            super().rollback()


class Driver(AsyncAdapt_aiosqlite_dbapi):  # type: ignore[misc]
    """Given to ``create_async_engine`` as ``module``."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arguments: Any, **named: Any) -> _Connection:
        connection = super().connect(*arguments, **named)
        return _Connection(self, connection._connection)
