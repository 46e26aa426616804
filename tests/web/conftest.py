"""A person in the widget, over a real socket: a token, messages up, events down."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
import pytest
from playwright.async_api import Browser

from assistant.settings import Settings
from assistant.staff.people import Staff
from tests.conftest import Server
from tests.web.browser import launched

CLINIC = "https://clinic.example"


@pytest.fixture
def settings(settings: Settings, database_url: str) -> Settings:
    # The URL is asked for here as well, or its two kinds would not reach this fixture.
    return dataclasses.replace(settings, widget_origins=(CLINIC,))


@dataclass
class Event:
    """One server-sent event; ``id`` is empty when it is nothing to resume after."""

    name: str
    data: dict[str, Any]
    id: str


@dataclass
class Person:
    """Somebody with the chat open."""

    http: httpx.AsyncClient
    token: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def begin(self) -> Person:
        answer = await self.http.post("/widget/session", json={})
        assert answer.status_code == 201
        self.token = answer.json()["token"]
        return self

    async def post(self, path: str, body: Any) -> httpx.Response:
        return await self.http.post(f"/widget/{path}", json=body, headers=self.headers)

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(f"/widget/{path}", headers=self.headers)

    async def say(self, text: str, client_id: str | None = None) -> int:
        body = {"client_id": client_id or uuid.uuid4().hex, "text": text}
        answer = await self.post("messages", body)
        assert answer.status_code == 202, answer.text
        seq: int = answer.json()["seq"]
        return seq

    async def press(self, payload: str, title: str) -> int:
        body = {"client_id": uuid.uuid4().hex, "payload": payload, "title": title}
        answer = await self.post("messages", body)
        assert answer.status_code == 202, answer.text
        seq: int = answer.json()["seq"]
        return seq

    @asynccontextmanager
    async def listening(self, after: str = "") -> AsyncIterator[AsyncIterator[Event]]:
        headers = {**self.headers, **({"Last-Event-ID": after} if after else {})}
        async with self.http.stream("GET", "/widget/stream", headers=headers) as answer:
            assert answer.status_code == 200
            yield _events(answer)

    async def until(self, name: str, after: str = "", **wanted: object) -> list[Event]:
        """Everything on the stream up to the first event of that name with those values."""
        heard: list[Event] = []
        async with self.listening(after) as events:
            async for event in events:
                heard.append(event)
                if event.name == name and wanted.items() <= event.data.items():
                    return heard
        raise AssertionError(f"the stream ended without {name}: {[e.name for e in heard]}")


async def _events(answer: httpx.Response) -> AsyncIterator[Event]:
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            key, _, value = line.partition(": ")
            fields[key] = value
            continue
        if "data" in fields:
            data = msgspec.json.decode(fields["data"])
            yield Event(fields.get("event", "message"), data, fields.get("id", ""))
        fields = {}


@pytest.fixture
async def person(client: httpx.AsyncClient) -> Person:
    return await Person(client).begin()


async def sign_in(server: Server, name: str = "Rosa") -> Staff:
    """A peer specialist who is signed in."""
    link = await server.service.staff.add(name, "peer")
    session = await server.service.staff.redeem(link, "a long enough passphrase")
    peer = await server.service.staff.who(session)
    assert peer is not None
    await server.service.presence.heartbeat(peer)
    return peer


async def take_over(server: Server, person: Person, peer: Staff) -> str:
    """The person asks for a peer, agrees, and the peer takes over; returns the hand-off."""
    await person.press("/ask_human", "A person")
    await person.until("message", text="A peer may read a short note from you. Share it?")
    await person.press("/affirm", "Yes, share")
    await person.until("standing", owner="waiting")
    waiting = (await server.service.handoffs.queue())[0]
    await server.service.handoffs.claim(waiting.id, peer)
    return waiting.id


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with launched() as made:
        yield made
