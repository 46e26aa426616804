"""Conversations with the trained dialogue itself: its process, its rules, forms and actions."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from assistant.dialogue.client import DialogueClient
from assistant.dialogue.contract import Context, Effect, SaveQuestions, TurnRequest
from assistant.dialogue.training import current_model
from assistant.replies import Reply
from tests.fakes.findtreatment import FakeFindTreatment, town

NO_MODEL = "no current dialogue model; train one with `beside train` (make test does)"
# Read now: other tests of this run give themselves a data directory of their own.
DATA_DIR = Path(os.environ.get("BESIDE_DATA_DIR") or "data").resolve()
STARTS_WITHIN = 90  # seconds, on a busy machine


@pytest.fixture(scope="session")
def data_dir() -> Path:
    return DATA_DIR


@pytest.fixture(scope="session")
def listing() -> Iterator[FakeFindTreatment]:
    """The treatment listing, at the other end of a real socket."""
    with FakeFindTreatment().threaded() as started:
        yield started


@pytest.fixture
def source(listing: FakeFindTreatment) -> FakeFindTreatment:
    """The listing as it is on a good day."""
    listing.rows = town()
    return listing


@pytest.fixture(scope="session")
def dialogue_socket(data_dir: Path, listing: FakeFindTreatment) -> Iterator[Path]:
    """The dialogue process with the current model, ready; ended with the session."""
    model = current_model(data_dir)
    if model is None:
        pytest.skip(NO_MODEL)
    folder = Path(tempfile.mkdtemp(prefix="jrn"))
    socket, errors = folder / "d.sock", folder / "errors.log"
    command = [sys.executable, "-m", "assistant.dialogue", "--socket", str(socket)]
    command += ["--model", str(model), "--data-dir", str(data_dir)]
    environment = {**os.environ, "BESIDE_FINDTREATMENT_URL": listing.url}
    with errors.open("wb") as log:
        running = subprocess.Popen(command, stderr=log, env=environment)
    client = DialogueClient(socket)
    end = time.monotonic() + STARTS_WITHIN
    while not asyncio.run(client.ready()):
        if running.poll() is not None or time.monotonic() > end:
            running.kill()
            pytest.fail(f"the dialogue process did not start: {errors.read_text()[-2000:]}")
        time.sleep(0.2)
    yield socket
    running.terminate()
    running.wait(timeout=30)
    shutil.rmtree(folder, ignore_errors=True)


class Person:
    """Somebody in a conversation; the state and the list are kept as the gateway keeps them."""

    def __init__(self, client: DialogueClient) -> None:
        self._client = client
        self._state: str | None = None
        self._turn = 0
        self.facts: dict[str, object] = {"peers_available": 1}
        self.questions: tuple[str, ...] = ()
        self.effects: list[Effect] = []

    async def writes(self, text: str) -> list[Reply]:
        """Write ``text`` (or press the button with that payload); the replies."""
        self._turn += 1
        context = Context(questions=self.questions, **self.facts)  # type: ignore[arg-type]
        request = TurnRequest(f"turn-{self._turn}", "anna", text, self._state, context)
        result = await self._client.turn(request)
        self._state = result.state
        self.effects = list(result.effects)
        for effect in result.effects:
            if isinstance(effect, SaveQuestions):
                self.questions = effect.items
        return list(result.replies)

    async def reads(self, *texts: str) -> str:
        """Write each of ``texts``; what the last of them was answered, in one piece."""
        replies: list[Reply] = []
        for text in texts:
            replies = await self.writes(text)
        return "\n".join(reply.text for reply in replies)


@pytest.fixture
async def person(dialogue_socket: Path) -> AsyncIterator[Person]:
    client = DialogueClient(dialogue_socket, timeout=60)
    yield Person(client)
    await client.close()
