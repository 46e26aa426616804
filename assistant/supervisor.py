"""``beside run``: starts the gateway and the dialogue, restarts either, stops both cleanly.

This process does nothing else and imports little, so that it cannot be what fails.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from assistant.settings import Settings

GIVE_UP_AFTER = 5
"""A process that fails so often within a few seconds of its start will not get better."""

_QUICK_SECONDS = 5.0
_STOP_SECONDS = 15.0
_SELDOM_SECONDS = 30.0
_WRONG_CONFIGURATION = 2


class Child:
    """One supervised process. ``command`` is everything after the interpreter."""

    def __init__(
        self, name: str, command: list[str], environment: dict[str, str], *, vital: bool = True
    ) -> None:
        self.name = name
        self.vital = vital
        self._command = [sys.executable, *command]
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self._stop = asyncio.Event()

    async def run(self) -> int:
        """Keep it running until :meth:`stop`; returns its status when it cannot be kept."""
        quick_failures = 0
        while not self._stop.is_set():
            started = asyncio.get_running_loop().time()
            self._process = await asyncio.create_subprocess_exec(
                *self._command, env=self._environment, start_new_session=True
            )
            if self._stop.is_set():  # told so while the process was being made
                await self.stop()
            status = await self._process.wait()
            if self._stop.is_set():
                break
            if status == _WRONG_CONFIGURATION and self.vital:
                return status
            lived = asyncio.get_running_loop().time() - started
            quick_failures = quick_failures + 1 if lived < _QUICK_SECONDS else 0
            if quick_failures >= GIVE_UP_AFTER and not self.vital:
                _say(f"The {self.name} keeps failing; crises and peers are served without it.")
                await self._pause(_SELDOM_SECONDS)
                continue
            if quick_failures >= GIVE_UP_AFTER:
                _say(f"The {self.name} keeps failing at its start; see the messages above.")
                return 1
            _say(f"The {self.name} stopped (status {status}); starting it again.")
            await self._pause(min(0.2 * 2**quick_failures, 5.0))
        return 0

    async def _pause(self, seconds: float) -> None:
        """Wait, but no longer than until :meth:`stop`."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    async def stop(self) -> None:
        """Ask it to end, and end it if it does not."""
        self._stop.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except asyncio.TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def supervise(
    settings: Settings, environment: dict[str, str], announce: Callable[[], None]
) -> int:
    """Run both until a signal; returns the exit status. ``announce`` is called when it serves."""
    with tempfile.TemporaryDirectory(prefix="beside-") as folder:
        # Short on purpose: a Unix socket's path may have some hundred characters only.
        socket = str(Path(folder) / "dialogue.sock")
        shared = {
            **environment,
            "BESIDE_DIALOGUE_SOCKET": socket,
            "_BESIDE_SUPERVISOR": str(os.getpid()),
            "RASA_TELEMETRY_ENABLED": "false",
        }
        children = [
            Child("gateway", ["-m", "connectors.gateway"], shared),
            Child(
                "dialogue",
                ["-m", "assistant.dialogue", "--socket", socket, "--data-dir",
                 str(settings.data_dir)],
                shared,
                vital=False,
            ),
        ]  # fmt: skip
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        runs = [asyncio.create_task(child.run(), name=child.name) for child in children]
        told = asyncio.create_task(_tell_when_serving(settings, announce))
        stopped = asyncio.create_task(stop.wait())
        # Without the gateway there is nothing; without the dialogue there still is help.
        vital = next(run for child, run in zip(children, runs, strict=True) if child.vital)
        await asyncio.wait([vital, stopped], return_when=asyncio.FIRST_COMPLETED)
        status = vital.result() if vital.done() else 0
        told.cancel()
        await asyncio.gather(*(child.stop() for child in children))
        await asyncio.gather(*runs)
        stopped.cancel()
        return status


async def _tell_when_serving(settings: Settings, announce: Callable[[], None]) -> None:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    while True:
        try:
            _, writer = await asyncio.open_connection(host, settings.port)
        except OSError:
            await asyncio.sleep(0.2)
            continue
        writer.close()
        await asyncio.to_thread(announce)
        return


def _say(sentence: str) -> None:
    print(f"beside: {sentence}", file=sys.stderr, flush=True)
