"""``beside run``: both processes up, either one brought back, both gone at the end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet

from tests.conftest import eventually

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = """
import asyncio, sys
sys.path.insert(0, {root!r})
from assistant.parent import die_with_parent
from tests.fakes.dialogue import FakeDialogue
die_with_parent()
async def main():
    await FakeDialogue(sys.argv[sys.argv.index("--socket") + 1]).start()
    await asyncio.Event().wait()
asyncio.run(main())
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Run:
    """A ``beside run`` whose dialogue is the stand-in, so that it starts at once."""

    def __init__(self, folder: Path, dialogue: str = STAND_IN, **environment: str) -> None:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # The supervisor starts `python -m assistant.dialogue`; this is that module for a test.
        script = folder / "stand_in.py"
        script.write_text(dialogue.replace("{root!r}", repr(str(ROOT))))
        self._command = [
            sys.executable, "-c",
            "import assistant.supervisor as s, assistant.cli as c, sys\n"
            "class Child(s.Child):\n"
            "    def __init__(self, name, command, environment, **more):\n"
            f"        new = [{str(script)!r}, *command[2:]] if name == 'dialogue' else command\n"
            "        super().__init__(name, new, environment, **more)\n"
            "s.Child = Child\nsys.argv = ['beside', 'run']\nc.main()",
        ]  # fmt: skip
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("BESIDE_")},
            "BESIDE_DATA_DIR": str(folder),
            "BESIDE_PORT": str(self.port),
            **environment,
        }
        self.process: asyncio.subprocess.Process

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            *self._command, cwd=ROOT, env=self._environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip

    async def ready(self) -> bool:
        async with httpx.AsyncClient(timeout=2) as http:
            try:
                return (await http.get(f"{self.url}/readyz")).status_code == 200
            except httpx.HTTPError:
                return False


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Run]:
    run = Run(tmp_path)
    await run.start()
    await eventually(run.ready, 25)
    yield run
    if run.process.returncode is None:
        run.process.send_signal(signal.SIGTERM)
        await run.process.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc; run it on Linux")
async def test_each_process_that_is_killed_is_started_again(running: Run) -> None:
    before = set(_children(running.process.pid))
    assert len(before) == 2
    for victim in before:
        os.kill(victim, signal.SIGKILL)
        await eventually(lambda v=victim: v not in _children(running.process.pid))
        await eventually(lambda: len(_children(running.process.pid)) == 2)
        await eventually(running.ready, 25)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc; run it on Linux")
async def test_nothing_is_left_when_it_is_told_to_stop(running: Run) -> None:
    children = _children(running.process.pid)
    running.process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(running.process.wait(), 20) == 0
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc; run it on Linux")
async def test_the_processes_do_not_outlive_a_supervisor_that_is_killed(running: Run) -> None:
    children = _children(running.process.pid)
    running.process.kill()
    await running.process.wait()
    await eventually(lambda: not [pid for pid in children if Path(f"/proc/{pid}").exists()], 15)


async def test_it_says_where_everything_is_and_gives_the_first_sign_in_link(
    running: Run,
) -> None:
    assert running.process.stdout is not None
    said = b""
    while b"Channels" not in said:
        said += await asyncio.wait_for(running.process.stdout.readline(), 25)
    text = said.decode()
    assert f"Demo page   {running.url}/" in text
    assert f"Console     {running.url}/console" in text
    link = next(word for word in text.split() if "/console/link/" in word)
    async with httpx.AsyncClient() as http:
        assert (await http.get(link)).status_code == 200


async def test_a_wrong_setting_ends_it_with_status_2_and_a_sentence(tmp_path: Path) -> None:
    run = Run(tmp_path, BESIDE_TIMEZONE="Mars/Base")
    await run.start()
    output, _ = await asyncio.wait_for(run.process.communicate(), 20)
    assert run.process.returncode == 2
    assert b"BESIDE_TIMEZONE must be a time zone" in output


async def test_without_a_dialogue_that_starts_crises_are_still_answered(tmp_path: Path) -> None:
    run = Run(tmp_path, dialogue="raise SystemExit(2)")
    await run.start()
    async with httpx.AsyncClient(base_url=run.url, timeout=5) as http:

        async def answered() -> bool:
            body = {"sender": uuid.uuid4().hex, "message": "i want to kill myself"}
            try:
                answer = await http.post("/webhooks/rest/webhook", json=body)
            except httpx.HTTPError:
                return False
            return "988" in answer.text

        await eventually(answered, 25)
        await asyncio.sleep(8)  # longer than a process is tried that ends at once
        assert await answered()
    run.process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(run.process.wait(), 20) == 0


async def test_a_second_start_on_the_same_folder_is_refused_and_harms_nothing(
    running: Run, tmp_path: Path
) -> None:
    second = Run(tmp_path)
    await second.start()
    output, _ = await asyncio.wait_for(second.process.communicate(), 25)
    assert second.process.returncode == 2
    assert b"another gateway serves" in output
    assert await running.ready()


async def test_a_wrong_key_ends_it_with_a_sentence(tmp_path: Path) -> None:
    key = Fernet.generate_key().decode()
    first = Run(tmp_path, BESIDE_ENCRYPTION_KEYS=key)
    await first.start()
    await eventually(first.ready, 25)
    first.process.send_signal(signal.SIGTERM)
    await first.process.wait()
    wrong = Run(tmp_path, BESIDE_ENCRYPTION_KEYS=Fernet.generate_key().decode())
    await wrong.start()
    output, _ = await asyncio.wait_for(wrong.process.communicate(), 25)
    assert wrong.process.returncode == 2
    assert b"cannot be opened with the keys" in output
