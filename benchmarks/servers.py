"""Starts what is measured, waits until it answers, and reads its memory. Linux only."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_WITHIN = 300.0


@dataclass
class Running:
    """A server under measurement. ``serves_after`` and ``answers_after`` are seconds from start:
    until it takes a connection, and until it answers a message in full."""

    name: str
    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    serves_after: float = 0.0
    answers_after: float = 0.0

    def memory(self) -> float:
        """Proportional set size of all its processes, in MB: shared pages are counted once."""
        return sum(_pss(pid) for process in self.processes for pid in _family(process.pid))


@contextmanager
def stock(model: Path, folder: Path) -> Iterator[Running]:
    """``rasa run`` with its REST channel and SQLite tracker store, and ``rasa run actions``."""
    port, actions = _free_port(), _free_port()
    endpoints = folder / "endpoints.yml"
    endpoints.write_text(
        f"action_endpoint:\n  url: http://127.0.0.1:{actions}/webhook\n"
        f"tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: {folder / 'tracker.db'}\n"
    )
    credentials = folder / "credentials.yml"
    credentials.write_text("rest:\n")
    rasa = str(Path(sys.executable).with_name("rasa"))
    running = Running("stock", port)
    commands = [
        [rasa, "run", "actions", "--actions", "actions", "--port", str(actions)],
        [rasa, "run", "--model", str(model), "--port", str(port), "-i", "127.0.0.1",
         "--endpoints", str(endpoints), "--credentials", str(credentials)],
    ]  # fmt: skip
    yield from _run(running, commands, dict(os.environ), folder)


@contextmanager
def beside(data_dir: Path, folder: Path) -> Iterator[Running]:
    """``beside run``: supervisor, gateway and dialogue, with everything that they do."""
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BESIDE_")},
        "BESIDE_DATABASE_URL": f"sqlite:///{folder / 'beside.db'}",
        "BESIDE_DATA_DIR": str(data_dir),
        "BESIDE_PORT": str(port),
        "BESIDE_LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "assistant", "run"]
    yield from _run(Running("beside", port), [command], environment, folder)


def _run(
    running: Running, commands: list[list[str]], environment: dict[str, str], folder: Path
) -> Iterator[Running]:
    environment["RASA_TELEMETRY_ENABLED"] = "false"
    begin = time.monotonic()
    with (folder / f"{running.name}.log").open("wb") as log:
        try:
            for command in commands:
                running.processes.append(
                    subprocess.Popen(
                        command, cwd=ROOT, env=environment, stdout=log, stderr=log,
                        start_new_session=True,
                    )
                )  # fmt: skip
            running.serves_after = _wait(running, begin, _takes_a_connection)
            running.answers_after = _wait(running, begin, _answers)
            yield running
        finally:
            for process in running.processes:
                _stop(process)


def _wait(running: Running, begin: float, holds: object) -> float:
    while not holds(running):  # type: ignore[operator]
        dead = [process for process in running.processes if process.poll() is not None]
        if dead or time.monotonic() - begin > START_WITHIN:
            raise SystemExit(f"{running.name} did not start; its log is in the working folder")
        time.sleep(0.02)
    return time.monotonic() - begin


def _takes_a_connection(running: Running) -> bool:
    try:
        socket.create_connection(("127.0.0.1", running.port), timeout=1).close()
    except OSError:
        return False
    return True


def _answers(running: Running) -> bool:
    body = b'{"sender": "start", "message": "thanks"}'
    request = (
        b"POST /webhooks/rest/webhook HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
        b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
    )
    try:
        with socket.create_connection(("127.0.0.1", running.port), timeout=120) as connection:
            connection.sendall(request + body)
            answer = b""
            while chunk := connection.recv(65_536):
                answer += chunk
    except OSError:
        return False
    return b" 200 " in answer.split(b"\r\n", 1)[0] and b"recipient_id" in answer


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in _family(int(child)))]


def _pss(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
