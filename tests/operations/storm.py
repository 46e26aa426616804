"""A gateway that is killed again and again, and people on every channel who keep writing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from tests.console.conftest import Peer, redeem
from tests.fakes.telegram import Person

ROOT = Path(__file__).resolve().parents[2]


class KilledGateway:
    """Runs ``python -m connectors.gateway``, and kills it at random moments with SIGKILL."""

    def __init__(self, environment: dict[str, str], chance: random.Random) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.kills = 0
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("BESIDE_")},
            **environment,
            "BESIDE_PORT": str(self.port),
            "BESIDE_LOG_LEVEL": "error",
        }
        self._chance = chance
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "connectors.gateway", cwd=ROOT, env=self._environment
        )
        async with httpx.AsyncClient(base_url=self.url, timeout=5) as http:
            while True:
                try:
                    if (await http.get("/readyz")).status_code == 200:
                        return
                except httpx.HTTPError:
                    await asyncio.sleep(0.05)

    async def kill_at_random(self, until: asyncio.Event, most: int) -> None:
        """Kill and start anew until everybody has said everything, at most ``most`` times."""
        while not until.is_set() and self.kills < most:
            await asyncio.sleep(self._chance.uniform(0.2, 1.2))
            if until.is_set():
                return
            assert self._process is not None
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()
            self.kills += 1
            await self.start()

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()


async def insist(step: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """Repeat a request, as a client does, until it gets an answer that is not "later"."""
    while True:
        try:
            response = await step()
        except httpx.HTTPError:
            await asyncio.sleep(0.1)
            continue
        if response.status_code == 429 or response.status_code >= 500:
            await asyncio.sleep(0.3)
            continue
        return response


async def rest_sender(url: str, name: str, count: int) -> list[list[str]]:
    """Writes ``count`` messages, each named; returns the texts of every answer."""
    answers = []
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:
        for number in range(count):
            body = {
                "sender": name,
                "message": f"{name}-{number}",
                "metadata": {"message_id": f"m{number}"},
            }
            response = await insist(lambda b=body: http.post("/webhooks/rest/webhook", json=b))
            assert response.status_code == 200, response.text
            answers.append([item.get("text", "") for item in response.json()])
    return answers


async def web_sender(url: str, name: str, count: int) -> str:
    """Writes ``count`` messages as the widget does; returns its token."""
    async with httpx.AsyncClient(base_url=url, timeout=15) as http:
        response = await insist(lambda: http.post("/widget/session", json={}))
        assert response.status_code == 201, response.text
        token = response.json()["token"]
        headers = {"authorization": f"Bearer {token}"}
        for number in range(count):
            body = {"client_id": f"c{number}", "text": f"{name}-{number}"}
            response = await insist(
                lambda b=body: http.post("/widget/messages", json=b, headers=headers)
            )
            assert response.status_code == 202, response.text
    return str(token)


async def telegram_sender(person: Person, name: str, count: int, chance: random.Random) -> None:
    """Writes ``count`` messages whenever it likes; Telegram keeps them until they are taken."""
    for number in range(count):
        person.writes(f"{name}-{number}")
        await asyncio.sleep(chance.uniform(0.0, 0.2))


async def peer_at_console(url: str, link: str) -> Peer:
    """Signs in over the one-time link."""
    http = httpx.AsyncClient(base_url=url, timeout=15, follow_redirects=True)
    response = await redeem(http, link)
    assert response.status_code == 200, response.text
    peer = Peer(http)
    await peer.open()
    return peer


async def peer_stays(peer: Peer) -> None:
    """The console's heartbeat, as its page sends it; missed while the gateway is dead."""
    while True:
        with contextlib.suppress(httpx.HTTPError):
            await peer.post("/heartbeat")
        await asyncio.sleep(2)


async def peer_sender(peer: Peer, handoff: str, name: str, count: int) -> None:
    """Writes ``count`` messages to the person, each named."""
    for number in range(count):
        body = {"client_id": f"p{number}", "text": f"{name}-{number}"}
        response = await insist(lambda b=body: peer.post(f"/handoffs/{handoff}/messages", b))
        assert response.status_code == 201, response.text
