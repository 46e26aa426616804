"""A tiny project, trained once and kept between sessions, and its dialogue process.

The process under test runs beside this one, as it does beside the gateway. Rasa itself, as it
comes, runs in here, as what the process is compared with.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.dialogue.client import DialogueClient
from assistant.dialogue.contract import Context, TurnRequest, TurnResult
from assistant.dialogue.training import project_root, train

PROJECT = Path(__file__).with_name("project")
ACTIONS = "tests.dialogue.deeds"


@pytest.fixture(scope="session")
def data_dir(request: pytest.FixtureRequest) -> Path:
    """Models and encoder of the tests; a model is found again by its fingerprint."""
    return Path(request.config.cache.mkdir("dialogue"))


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny project with the real ``config.yml``."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(PROJECT, root, dirs_exist_ok=True)
    shutil.copy(project_root() / "config.yml", root)
    return root


@pytest.fixture(scope="session")
def trained_model(data_dir: Path, project: Path) -> Path:
    """The model of the tiny project, trained when there is none of its fingerprint."""
    os.environ["BESIDE_DATA_DIR"] = str(data_dir)
    return train(data_dir, project)


@dataclass(frozen=True)
class Process:
    """A dialogue process and what it wrote to standard error."""

    pid: int
    socket: Path
    errors: Path


@pytest.fixture(scope="session")
def process(trained_model: Path, data_dir: Path) -> Iterator[Process]:
    """The dialogue process of the tiny model, ready; told to stop when the session ends."""
    folder = Path(tempfile.mkdtemp(prefix="dlg"))
    socket, errors = folder / "d.sock", folder / "errors.log"
    command = [sys.executable, "-m", "assistant.dialogue", "--socket", str(socket)]
    command += ["--model", str(trained_model), "--data-dir", str(data_dir), "--actions", ACTIONS]
    with errors.open("wb") as log:
        running = subprocess.Popen([*command, "--log-level", "debug"], stderr=log)
    client = DialogueClient(socket)
    end = time.monotonic() + 90
    while not asyncio.run(client.ready()):
        if running.poll() is not None or time.monotonic() > end:
            running.kill()
            pytest.fail(f"the dialogue process did not start: {errors.read_text()[-2000:]}")
        time.sleep(0.2)
    yield Process(running.pid, socket, errors)
    running.terminate()
    assert running.wait(timeout=30) == 0
    assert not socket.exists()
    shutil.rmtree(folder)


class Person:
    """One conversation: remembers the state as the gateway does, and nothing else."""

    def __init__(self, client: DialogueClient, name: str = "anna") -> None:
        self.client = client
        self.name = name
        self.state: str | None = None
        self.context = Context()
        self.said = 0

    async def write(self, text: str) -> TurnResult:
        """Take a turn; the state is kept only when it succeeds."""
        self.said += 1
        request = TurnRequest(f"{self.name}-{self.said}", self.name, text, self.state, self.context)
        result = await self.client.turn(request)
        self.state = result.state
        return result

    async def hear(self, text: str) -> list[str]:
        """The texts that answer ``text``."""
        return [reply.text for reply in (await self.write(text)).replies]


@pytest.fixture
async def client(process: Process) -> AsyncIterator[DialogueClient]:
    made = DialogueClient(process.socket, timeout=60)
    yield made
    await made.close()


@pytest.fixture
def person(client: DialogueClient) -> Person:
    return Person(client)
