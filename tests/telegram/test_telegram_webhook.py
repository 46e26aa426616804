"""The webhook: only Telegram may use it, and it keeps an update before it says so."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import httpx
import pytest
import uvicorn
from litestar import Litestar

from assistant.conversations.inbox import Received
from assistant.conversations.message import Inbound
from assistant.service import Service
from assistant.settings import Settings
from connectors.telegram.connector import TelegramConnector
from tests.conftest import eventually
from tests.fakes.dialogue import FakeDialogue
from tests.fakes.telegram import TOKEN, FakeTelegram
from tests.telegram.conftest import TIMING

SECRET = "a-secret_that-Telegram-repeats"


@dataclass
class Hook:
    """A gateway with the webhook alone, known to the fake Bot API."""

    api: FakeTelegram
    service: Service
    connector: TelegramConnector
    url: str


@pytest.fixture
async def hook(service: Service, settings: Settings, api: FakeTelegram) -> AsyncIterator[Hook]:
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    chosen = replace(
        settings,
        telegram_token=TOKEN,
        telegram_api_url=api.url,
        telegram_webhook_secret=SECRET,
        public_url=address,
    )
    connector = TelegramConnector(service, chosen, timing=TIMING)
    app = Litestar(connector.routes(), logging_config=None, openapi_config=None)
    gateway = uvicorn.Server(
        uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False)
    )
    task = asyncio.create_task(gateway._serve([listening]))
    await eventually(lambda: gateway.started)
    await connector.start()
    await api.until(lambda: api.updates.webhook["url"])
    yield Hook(api, service, connector, f"{address}/webhooks/telegram")
    await connector.stop()
    await api.updates.stop()
    gateway.should_exit = gateway.force_exit = True
    await task


async def test_it_works(hook: Hook) -> None:
    ada = hook.api.person()
    ada.writes("one")
    ada.writes("two")
    await hook.api.until(lambda: "You wrote: two" in ada.texts)
    assert hook.api.updates.webhook_answers == [200, 200]
    assert hook.api.called("getUpdates") == []
    assert hook.connector.standing.mode == "webhook"
    asked = hook.api.called("setWebhook")[-1]
    assert asked["secret_token"] == SECRET
    assert asked["max_connections"] == "1"


async def test_a_wrong_secret_is_refused(hook: Hook, dialogue: FakeDialogue) -> None:
    ada = hook.api.person()
    update = {"update_id": 1, "message": ada._message({"text": "forged"})}
    async with httpx.AsyncClient() as client:
        for secret in (None, "", "wrong", SECRET + "x", SECRET[:-1], SECRET.upper(), "\xe9"):
            headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret.encode()}
            answer = await client.post(hook.url, json=update, headers=headers)
            assert answer.status_code == 403, secret
    assert await hook.service.transcript.conversation_of("telegram", "1001") is None
    assert dialogue.asked == []


async def test_what_is_not_an_update_is_refused(hook: Hook) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    async with httpx.AsyncClient() as client:
        for body in (b"", b"{", b"[]", b"7", b'{"update_id": "x"}', b"\xff\xfe", b"{}"):
            answer = await client.post(hook.url, content=body, headers=headers)
            assert answer.status_code == 400, body


async def test_a_body_too_large_is_refused(hook: Hook) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    async with httpx.AsyncClient() as client:
        answer = await client.post(hook.url, content=b" " * 1_100_000, headers=headers)
    assert answer.status_code == 413


async def test_an_update_that_could_not_be_kept_is_asked_for_again(
    hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive, failures = hook.service.inbox.receive, 2

    async def failing(message: Inbound) -> Received:
        nonlocal failures
        if failures:
            failures -= 1
            raise OSError("the database is away")
        return await receive(message)

    monkeypatch.setattr(hook.service.inbox, "receive", failing)
    ada = hook.api.person()
    ada.writes("hello")
    await hook.api.until(lambda: "You wrote: hello" in ada.texts)
    assert hook.api.updates.webhook_answers == [503, 503, 200]


async def test_an_update_posted_twice_is_answered_once(hook: Hook, dialogue: FakeDialogue) -> None:
    ada = hook.api.person()
    update = ada.writes("hello")
    await hook.api.until(lambda: "You wrote: hello" in ada.texts)
    assert await hook.api.updates.deliver(update, hook.url, SECRET) == 200
    ada.writes("more")
    await hook.api.until(lambda: "You wrote: more" in ada.texts)
    assert [asked.text for asked in dialogue.asked] == ["hello", "more"]


async def test_without_a_secret_there_is_no_webhook(
    service: Service, settings: Settings, api: FakeTelegram
) -> None:
    chosen = replace(settings, telegram_token=TOKEN, telegram_api_url=api.url)
    assert TelegramConnector(service, chosen, timing=TIMING).routes() == []
