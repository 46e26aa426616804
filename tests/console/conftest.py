"""A console user over a real socket: signs in as a person would, then talks JSON."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from assistant.service import Service
from assistant.staff.passphrases import Passphrases
from tests.conftest import Server, answered, write

PHRASE = "three quiet green boats"
_CSRF_META = re.compile(r'<meta name="beside-csrf" content="([^"]+)"')
_CSRF_FIELD = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Peer:
    """One signed-in browser of a member of staff."""

    http: httpx.AsyncClient
    csrf: str = ""

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.http.request(
            method, f"/console/api{path}", json=body, headers={"X-Beside-CSRF": self.csrf}
        )

    async def get(self, path: str) -> httpx.Response:
        return await self.call("GET", path)

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self.call("POST", path, {} if body is None else body)

    async def open(self) -> None:
        """Load the console page and take its proof from it."""
        page = await self.http.get("/console")
        found = _CSRF_META.search(page.text)
        assert found, "the console page was not served"
        self.csrf = found[1]


Hire = Callable[..., Awaitable[Peer]]


def form_proof(page: httpx.Response) -> str:
    """The hidden value of the form on a page."""
    found = _CSRF_FIELD.search(page.text)
    assert found, "there is no form on that page"
    return found[1]


async def redeem(http: httpx.AsyncClient, link: str, phrase: str = PHRASE) -> httpx.Response:
    """Open a one-time link and choose a passphrase, as a browser does."""
    page = await http.get(f"/console/link/{link}")
    return await http.post(
        f"/console/link/{link}", data={"csrf": form_proof(page), "passphrase": phrase}
    )


@pytest.fixture
async def cheap(service: Service) -> None:
    """Passphrases of a test need not be dear to guess."""
    service.staff._keeper = Passphrases(PasswordHasher(1, 64, 1))


@pytest.fixture
async def browsers(server: Server, cheap: None) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Every browser made by :func:`hire`, closed at the end."""
    made: list[httpx.AsyncClient] = []
    yield made
    for browser in made:
        await browser.aclose()


@pytest.fixture
async def hire(server: Server, browsers: list[httpx.AsyncClient]) -> Hire:
    """``await hire("Dana", "peer")``: an account, its link opened, signed in."""

    async def signed_in(name: str, role: str = "peer") -> Peer:
        http = httpx.AsyncClient(base_url=server.url, timeout=15, follow_redirects=True)
        browsers.append(http)
        link = await server.service.staff.add(name, role)
        assert (await redeem(http, link)).status_code == 200
        peer = Peer(http)
        await peer.open()
        return peer

    return signed_in


@pytest.fixture
async def dana(hire: Hire) -> Peer:
    return await hire("Dana")


@pytest.fixture
async def sam(hire: Hire) -> Peer:
    return await hire("Sam")


async def ask_for_a_person(
    service: Service, *, address: str = "anna", shares: str = "/affirm", channel: str = "web"
) -> str:
    """A person writes, asks for a peer and agrees; returns the conversation's id."""
    received = await write(service, "i was told today", address=address, channel=channel)
    await answered(service, received)
    received = await write(service, shares, address=address, channel=channel, kind="button")
    await answered(service, received)
    return received.conversation


async def waiting_id(service: Service, conversation: str) -> str:
    """The hand-off that is open for a conversation."""
    standing = await service.transcript.standing(conversation)
    assert standing is not None
    assert standing.handoff is not None
    return standing.handoff
