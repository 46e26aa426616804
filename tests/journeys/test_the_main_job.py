"""The whole product as it is started: `beside run`, its real dialogue, and every door of it.

A person on Telegram and one in the widget's API do what Beside is for; a peer answers from the
console. Only the outside services are fakes, at the other end of a real socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from assistant.dialogue.training import current_model
from tests.conftest import eventually
from tests.console.conftest import Peer, redeem
from tests.fakes.findtreatment import FakeFindTreatment
from tests.fakes.telegram import TOKEN, FakeTelegram, Person

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.timeout(240)


class Beside:
    """A running Beside, as an operator starts it."""

    def __init__(self, url: str, api: FakeTelegram, first_link: str) -> None:
        self.url = url
        self.api = api
        self.first_link = first_link

    async def hears(self, person: Person, text: str, *wanted: str) -> str:
        """The person writes on Telegram; returns what they got once all of ``wanted`` is in it."""
        before = len(person.texts)
        person.writes(text)
        return await self.gets(person, before, *wanted)

    async def gets(self, person: Person, before: int, *wanted: str) -> str:
        def said() -> str:
            return "\n".join(person.texts[before:])

        with contextlib.suppress(AssertionError):
            await eventually(lambda: all(part in said() for part in wanted), 20)
        assert all(part in said() for part in wanted), (wanted, said())
        return said()


@pytest.fixture
async def running(
    tmp_path: Path, data_dir: Path, source: FakeFindTreatment
) -> AsyncIterator[Beside]:
    if current_model(data_dir) is None:
        pytest.skip("no current dialogue model; train one with `beside train` (make test does)")
    for name in ("models", "encoder"):
        (tmp_path / name).symlink_to(data_dir / name)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with FakeTelegram() as api:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "assistant", "run", cwd=ROOT,
            stdout=asyncio.subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith("BESIDE_")},
                "BESIDE_DATA_DIR": str(tmp_path),
                "BESIDE_PORT": str(port),
                "BESIDE_TELEGRAM_TOKEN": TOKEN,
                "BESIDE_TELEGRAM_API_URL": api.url,
                "BESIDE_FINDTREATMENT_URL": source.url,
                "BESIDE_PROGRAMME": "the Example Recovery Centre",
            },
        )  # fmt: skip
        try:
            said = ""
            assert process.stdout is not None
            while "/console/link/" not in said:
                said = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
            url = f"http://127.0.0.1:{port}"
            yield Beside(url, api, said.split()[-1])
        finally:
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.communicate(), 30)


async def _ready(url: str) -> bool:
    async with httpx.AsyncClient(timeout=3) as http:
        return (await http.get(f"{url}/readyz")).status_code == 200


async def test_a_person_is_heard_from_the_first_word_to_a_live_peer_and_back(
    running: Beside,
) -> None:
    ada = running.api.person(1001, "Ada")
    ben = running.api.person(1002, "Ben")

    # The dialogue is still loading: danger is met, and everybody else is told that it is coming.
    await running.hears(ben, "i want to kill myself", "988", "not a person")
    early = await running.hears(ada, "i was just diagnosd with bipolar, what do i do now")
    await eventually(lambda: _ready(running.url), 90)
    early = await running.gets(ada, 0, "not a person", "bipolar")
    assert early.index("not a person") < early.index("First steps with bipolar")

    # Education, a question list, its PDF.
    await running.hears(ada, "is ther any hope", "the life you want", "nimh.nih.gov")
    await running.hears(ada, "add a question: will i always need meds", "will i always need meds")
    await running.hears(ada, "show my questions", "1. ")
    before = len(running.api.called("sendDocument"))
    ada.writes("send me the list as a pdf")
    await eventually(lambda: len(running.api.called("sendDocument")) > before, 20)

    # Treatment: real listings of the (fake) source, then an honest way on when it fails.
    await running.hears(ada, "find treatment near fresno", "What is it for")
    await running.hears(ada, "alcohol", "paid")
    found = await running.hears(ada, "skip", "call to confirm")
    assert "555-01" in found, "the source's own rows are shown"

    # A live peer, from the console.
    http = httpx.AsyncClient(base_url=running.url, timeout=15, follow_redirects=True)
    peer = Peer(http)
    assert (await redeem(http, running.first_link.rpartition("/")[2])).status_code == 200
    await peer.open()
    await peer.post("/heartbeat")
    consent = await running.hears(ada, "i want to talk to a real person", "Example Recovery Centre")
    assert "read" in consent
    await running.hears(ada, "yes, share this conversation", "in line")
    waiting = (await peer.get("/queue")).json()["waiting"]
    assert len(waiting) == 1
    handoff = waiting[0]["id"]
    before = len(ada.texts)
    claimed = await peer.post(f"/handoffs/{handoff}/claim")
    assert claimed.status_code == 200
    await running.gets(ada, before, "is here now")
    ada.writes("hello, are you there")
    body = {"client_id": uuid.uuid4().hex, "text": "I'm here. I was told the same thing once."}
    before = len(ada.texts)
    assert (await peer.post(f"/handoffs/{handoff}/messages", body)).status_code == 201
    await running.gets(ada, before, "I was told the same thing once.")

    async def heard() -> bool:
        return "hello, are you there" in (await peer.get(f"/handoffs/{handoff}")).text

    await eventually(heard)
    shared = (await peer.get(f"/handoffs/{handoff}")).text
    assert "just diagnosd with bipolar" in shared
    before = len(ada.texts)
    closed = await peer.post(f"/handoffs/{handoff}/close", {"reason": "finished"})
    assert closed.status_code == 204
    await running.gets(ada, before, "the assistant")
    await running.hears(ada, "thank you", "")
    await http.aclose()


async def test_the_widget_gets_the_same_answers_as_telegram(running: Beside) -> None:
    await eventually(lambda: _ready(running.url), 90)
    async with httpx.AsyncClient(base_url=running.url, timeout=20) as http:
        token = (await http.post("/widget/session", json={})).json()["token"]
        headers = {"authorization": f"Bearer {token}"}
        for number, text in enumerate(("is there any hope", "i want to talk to a person")):
            body = {"client_id": f"c{number}", "text": text}
            answer = await http.post("/widget/messages", json=body, headers=headers)
            assert answer.status_code == 202
        said = ""
        async with http.stream("GET", "/widget/stream", headers=headers) as events:
            async for line in events.aiter_lines():
                said += line
                if "hope" in said and "choose_sharing" in said:
                    break
        assert "not a person" in said
