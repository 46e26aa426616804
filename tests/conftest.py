"""What the tests share: a real database each, a service over it, a gateway on a real socket.

Every test that asks for ``database_url`` (most do, through ``service``) runs twice: on SQLite and
on PostgreSQL. Without a PostgreSQL the second is skipped with one line that says what to do.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest
import uvicorn

from assistant.conversations.inbox import Received
from assistant.conversations.message import Inbound
from assistant.safety.screen import Screen
from assistant.service import Service
from assistant.settings import Settings
from assistant.storage.database import Database
from assistant.storage.models import metadata
from tests.fakes.dialogue import FakeDialogue

# Tests that share one costly process run on one worker, one after the other.
_TOGETHER = {"dialogue": "dialogue", "journeys": "journeys", "language": "dialogue"}

# A reason to skip that is not a program this machine could have.
_FINE = ("half of it is Spanish", "CMU dictionary", "are not beside", "../shared")

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
NO_POSTGRES = "no PostgreSQL at TEST_POSTGRES_URL; install one or set it to run these tests on it"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        room = item.path.relative_to(Path(__file__).parent).parts[0]
        if room in _TOGETHER:
            item.add_marker(pytest.mark.xdist_group(_TOGETHER[room]))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where ``TEST_NOTHING_SKIPPED`` is set, a test skipped for want of a program is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not os.environ.get("TEST_NOTHING_SKIPPED"):
        return
    reasons = {str(report.longrepr) for report in reporter.stats.get("skipped", [])}
    missing = [reason for reason in reasons if not any(fine in reason for fine in _FINE)]
    if missing and session.exitstatus == 0:
        reporter.write_line(f"skipped where nothing may be: {missing}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


async def _on_postgres(statement: str) -> None:
    connection = await asyncpg.connect(POSTGRES, timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _postgres_url(name: str) -> str:
    return f"{POSTGRES.rpartition('/')[0]}/{name}"


@pytest.fixture(scope="session")
def postgres_database() -> Iterator[str]:
    """The name of a migrated PostgreSQL database that this run's tests use one after the other."""
    name = f"beside_test_{uuid.uuid4().hex[:12]}"

    async def make() -> None:
        await _on_postgres(f"CREATE DATABASE {name}")
        await _migrate(name)

    try:
        asyncio.run(make())
    except (OSError, asyncpg.PostgresError, asyncio.TimeoutError):
        if os.environ.get("TEST_NOTHING_SKIPPED"):
            raise
        pytest.skip(NO_POSTGRES)
    yield name
    asyncio.run(_on_postgres(f"DROP DATABASE {name} WITH (FORCE)"))


async def _migrate(name: str) -> None:
    database = Database(_postgres_url(name).replace("postgresql://", "postgresql+asyncpg://"))
    await database.migrate()
    await database.close()


async def _empty(name: str) -> None:
    """Everything the last test wrote is gone; making a database anew each time costs a second."""
    await _migrate(name)
    connection = await asyncpg.connect(_postgres_url(name), timeout=5)
    for table in reversed(metadata.sorted_tables):
        await connection.execute(f"DELETE FROM {table.name}")
    await connection.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that each test's own is copied from."""
    path = tmp_path_factory.mktemp("template") / "beside.db"

    async def make() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await database.migrate()
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database of this test's own."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "beside.db")
        yield f"sqlite:///{tmp_path / 'beside.db'}"
        return
    name = request.getfixturevalue("postgres_database")
    asyncio.run(_empty(name))
    yield _postgres_url(name)


@pytest.fixture
def socket_path() -> Iterator[str]:
    """A path for a Unix socket; pytest's own folders are too long for one."""
    folder = tempfile.mkdtemp(prefix="bs")
    yield f"{folder}/d.sock"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def settings(tmp_path: Path, database_url: str, socket_path: str) -> Settings:
    return Settings.read(
        {
            "BESIDE_DATA_DIR": str(tmp_path),
            "BESIDE_DATABASE_URL": database_url,
            "BESIDE_DIALOGUE_SOCKET": socket_path,
            "BESIDE_PROGRAMME": "the Example Recovery Centre",
        }
    )


@pytest.fixture
async def dialogue(socket_path: str) -> AsyncIterator[FakeDialogue]:
    """The scripted stand-in for the dialogue process, up and ready."""
    fake = FakeDialogue(socket_path)
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture(scope="session")
def screen() -> Screen:
    """The real screen, compiled once: that takes most of a second."""
    made = Screen.load()
    made.warm()
    return made


@pytest.fixture
async def service(
    settings: Settings, dialogue: FakeDialogue, screen: Screen
) -> AsyncIterator[Service]:
    """The gateway's core, started, with the dialogue up."""
    made = Service(settings, screen=screen)
    await made.start()
    await eventually(lambda: made.turns.ready)
    yield made
    await made.stop()


@dataclass
class Server:
    """A gateway on a real socket."""

    url: str
    service: Service


@pytest.fixture
async def server(service: Service) -> AsyncIterator[Server]:
    from connectors.gateway import create_app

    config = uvicorn.Config(
        create_app(service), port=0, ws="none", lifespan="off", log_config=None, access_log=False
    )
    gateway = uvicorn.Server(config)
    task = asyncio.create_task(gateway._serve())
    await eventually(lambda: gateway.started)
    port = gateway.servers[0].sockets[0].getsockname()[1]
    yield Server(f"http://127.0.0.1:{port}", service)
    gateway.should_exit = True
    gateway.force_exit = True
    await task


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gateway over a real socket."""
    async with httpx.AsyncClient(base_url=server.url, timeout=15) as made:
        yield made


async def eventually(holds: object, seconds: float = 10.0) -> None:
    """Wait until ``holds()`` is true (or an awaitable of true); fail after ``seconds``."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        value = holds()  # type: ignore[operator]
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return
        if asyncio.get_running_loop().time() > end:
            raise AssertionError(f"it did not happen within {seconds} seconds")
        await asyncio.sleep(0.02)


async def write(
    service: Service, text: str, *, address: str = "anna", channel: str = "web", **fields: object
) -> Received:
    """A person writes ``text``; returns when the message is stored."""
    message = Inbound(
        channel=channel,  # type: ignore[arg-type]
        address=address,
        provider_id=str(fields.pop("provider_id", uuid.uuid4().hex)),
        text=text,
        **fields,  # type: ignore[arg-type]
    )
    return await service.inbox.receive(message)


async def answered(service: Service, received: Received) -> list[str]:
    """Wait for the turn of a message, then the texts said in answer to it."""

    async def done() -> bool:
        turn = await service.transcript.turn_of(received.conversation, received.seq)
        return turn != "pending"

    await eventually(done)
    entries = await service.transcript.answers(received.conversation, received.seq)
    return [entry.reply.text for entry in entries]
