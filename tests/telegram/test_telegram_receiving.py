"""Updates are kept before they are confirmed: nothing is lost, and nothing is taken twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from assistant.conversations.inbox import Received
from assistant.conversations.message import Inbound
from assistant.service import Service
from assistant.settings import Settings
from connectors.telegram.connector import TelegramConnector
from connectors.telegram.receiver import MOST_TRIES
from tests.conftest import eventually
from tests.fakes.dialogue import FakeDialogue
from tests.fakes.telegram import Broken, FakeTelegram, Sever
from tests.telegram.conftest import TIMING, Line

Receive = Callable[[Inbound], Awaitable[Received]]


def _offsets(api: FakeTelegram) -> list[int]:
    return [int(call.get("offset", 0)) for call in api.called("getUpdates")]


async def test_an_update_that_comes_twice_is_answered_once(
    line: Line, dialogue: FakeDialogue
) -> None:
    ada = line.api.person()
    update = ada.writes("hello")
    await line.answers(ada, 2)
    line.api.repeat(update)
    line.api.repeat(update)
    ada.writes("and more")
    await line.answers(ada, 3)
    await line.settled(ada, "sent", "sent", "sent")
    assert [asked.text for asked in dialogue.asked] == ["hello", "and more"]


async def test_an_update_is_confirmed_only_after_it_was_kept(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = line.api.person()
    receive, gate = line.service.inbox.receive, asyncio.Event()

    async def slow(message: Inbound) -> Received:
        await gate.wait()
        return await receive(message)

    monkeypatch.setattr(line.service.inbox, "receive", slow)
    update = ada.writes("hello")
    await asyncio.sleep(0.3)
    assert max(_offsets(line.api)) <= update["update_id"]
    gate.set()
    await line.api.until(lambda: max(_offsets(line.api)) == update["update_id"] + 1)
    assert len(await line.messages(ada, out=False)) == 1


async def test_what_was_not_kept_when_the_gateway_died_comes_again(
    service: Service,
    telegram_settings: Settings,
    api: FakeTelegram,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada = api.person()
    receive, stuck = service.inbox.receive, asyncio.Event()

    async def never(message: Inbound) -> Received:
        await receive(message)
        stuck.set()
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(service.inbox, "receive", never)
    first = TelegramConnector(service, telegram_settings, timing=TIMING)
    await first.start()
    for word in ("one", "two", "three"):
        ada.writes(word)
    await stuck.wait()
    # Kept, and not confirmed: just where a crash hurts most.
    await first.stop()
    monkeypatch.setattr(service.inbox, "receive", receive)
    second = TelegramConnector(service, telegram_settings, timing=TIMING)
    await second.start()
    await api.until(lambda: "You wrote: three" in ada.texts)
    said = [text for text in ada.texts if text.startswith("You wrote")]
    assert said == ["You wrote: one", "You wrote: two", "You wrote: three"]
    await second.stop()


async def test_while_the_database_is_away_nothing_is_given_up(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ben = line.api.person(1, "Ada"), line.api.person(2, "Ben")
    receive, tries = line.service.inbox.receive, 0

    async def away(message: Inbound) -> Received:
        nonlocal tries
        tries += 1
        if tries <= 4 * MOST_TRIES:
            raise OSError("the database is away")
        return await receive(message)

    monkeypatch.setattr(line.service.inbox, "receive", away)
    for word in ("one", "two"):
        ada.writes(word)
        ben.writes(word)
    for person in (ada, ben):
        await line.answers(person, 3)
        said = [text for text in person.texts if text.startswith("You wrote")]
        assert said == ["You wrote: one", "You wrote: two"]


async def test_an_update_that_always_fails_holds_up_nobody_else(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ben = line.api.person(1, "Ada"), line.api.person(2, "Ben")
    receive = line.service.inbox.receive

    async def poisoned(message: Inbound) -> Received:
        if message.text == "poison":
            raise RuntimeError("a mistake of ours")
        return await receive(message)

    monkeypatch.setattr(line.service.inbox, "receive", poisoned)
    ada.writes("poison")
    ada.writes("after it")
    ben.writes("hello")
    await line.answers(ben, 2)
    for number in range(MOST_TRIES):
        ben.writes(f"again {number}")
        await line.answers(ben, 3 + number)
        await asyncio.sleep(0.3)
    ben.writes("and again")
    await line.api.until(lambda: "You wrote: after it" in ada.texts)
    assert any("send it again" in text for text in ada.texts), "the person is told"


async def test_a_person_whose_message_fails_keeps_their_order(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = line.api.person()
    receive, failures = line.service.inbox.receive, 2

    async def failing(message: Inbound) -> Received:
        nonlocal failures
        if message.text == "one" and failures:
            failures -= 1
            raise OSError("the database is away")
        return await receive(message)

    monkeypatch.setattr(line.service.inbox, "receive", failing)
    for word in ("one", "two", "three"):
        ada.writes(word)
    await line.answers(ada, 4)
    kept = [entry.reply.text for entry in await line.messages(ada, out=False)]
    assert kept == ["one", "two", "three"]


async def test_an_update_nobody_can_read_is_passed_over(line: Line) -> None:
    ada = line.api.person()
    line.api.updates.push("message", {"what": "is this"})
    line.api.updates.push("callback_query", {"id": "1", "from": ada.user, "data": "/help"})
    ada.writes("hello")
    assert (await line.answers(ada, 2))[1] == "You wrote: hello"


@pytest.mark.parametrize(
    "trouble",
    [Broken(500), Broken(502, b"<html>"), Sever(), Sever(processed=True), Broken(200, b"[]")],
)
async def test_fetching_goes_on_after_trouble(line: Line, trouble: Broken | Sever) -> None:
    ada = line.api.person()
    line.api.next("getUpdates", trouble, times=3)
    ada.writes("one")
    await line.answers(ada, 2)
    ada.writes("two")
    await line.answers(ada, 3)
    assert [text for text in ada.texts if text.startswith("You wrote")] == [
        "You wrote: one",
        "You wrote: two",
    ]
    await eventually(lambda: line.connector.standing.state == "on")


async def test_a_second_program_with_the_same_token_is_told_of(line: Line) -> None:
    ada = line.api.person()
    await line.api.until(lambda: line.api.called("getUpdates"))
    await asyncio.sleep(0.1)
    await line.api.updates.on_getupdates({"timeout": "0"})
    await eventually(lambda: line.connector.standing.state == "conflict")
    assert "token of its own" in line.connector.standing.sentence
    ada.writes("hello")
    assert (await line.answers(ada, 2))[1] == "You wrote: hello"
    await eventually(lambda: line.connector.standing.state == "on")


async def test_a_webhook_left_over_is_taken_away(
    service: Service, telegram_settings: Settings, api: FakeTelegram
) -> None:
    api.updates.webhook = {"url": "https://example.org/old"}
    ada = api.person()
    ada.writes("hello")
    connector = TelegramConnector(service, telegram_settings, timing=TIMING)
    await connector.start()
    await api.until(lambda: "You wrote: hello" in ada.texts)
    await connector.stop()


async def test_an_empty_or_huge_message_is_answered_and_blocks_nothing(line: Line) -> None:
    ada = line.api.person()
    ada.writes("\x00\x01")
    ada.writes("\u202e\u202d")
    ada.writes("a" * 4096)
    ada.writes("hello")
    await line.api.until(lambda: "You wrote: hello" in ada.texts)
    assert any("empty" in text for text in ada.texts)


async def test_neither_the_token_nor_anybodys_words_are_logged(
    service: Service,
    telegram_settings: Settings,
    api: FakeTelegram,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    connector = TelegramConnector(
        service, replace(telegram_settings, log_level="debug"), timing=TIMING
    )
    await connector.start()
    ada = api.person()
    api.next("getUpdates", Broken(200, b'{"ok": true, "result": [{"secret words": 1}'))
    api.updates.push("message", {"text": "secret words"})
    api.next("sendMessage", Broken(200, b"secret words"))
    ada.writes("secret words")
    ada.writes("more secret words")
    await api.until(lambda: "You wrote: more secret words" in ada.texts)
    await connector.stop()
    logged = caplog.text + "".join(capsys.readouterr())
    assert "telegram" in logged
    assert "secret words" not in logged
    assert api.token not in logged
    assert api.token.partition(":")[2] not in logged
