"""What becomes of a message when Telegram refuses, stalls, floods, breaks or is away."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from assistant.replies import Button, Link
from assistant.service import Service
from assistant.settings import Settings
from connectors.telegram.connector import TelegramConnector
from connectors.telegram.splitting import units
from tests.conftest import eventually
from tests.fakes.dialogue import FakeDialogue, _say
from tests.fakes.telegram import (
    Broken,
    FakeTelegram,
    Flood,
    Person,
    Refuse,
    Sever,
    Slow,
    Stall,
)
from tests.telegram.conftest import TIMING, Line


async def _greeted(line: Line) -> Person:
    """A person whose first messages, with the notice in them, are behind them."""
    ada = line.api.person()
    ada.writes("hello")
    await line.answers(ada, 2)
    await line.settled(ada, "sent", "sent")
    return ada


async def test_a_flood_limit_is_waited_for_and_nothing_is_lost(line: Line) -> None:
    ada = await _greeted(line)
    line.api.next("sendMessage", Flood(retry_after=1))
    loop = asyncio.get_running_loop()
    ada.writes("one")
    await line.api.until(lambda: len(line.api.called("sendMessage")) == 3)
    refused_at = loop.time()
    ada.writes("two")
    texts = await line.answers(ada, 4)
    assert loop.time() - refused_at >= 1, "the server said how long to wait"
    assert texts[2:] == ["You wrote: one", "You wrote: two"]


async def test_a_flood_limit_for_one_person_does_not_hold_up_another(line: Line) -> None:
    ada = await _greeted(line)
    line.api.next("sendMessage", Flood(retry_after=3600), chat=ada.chat.id)
    ada.writes("one")
    await line.api.until(lambda: len(line.api.called("sendMessage")) == 3)
    ben = line.api.person(2, "Ben")
    ben.writes("hello")
    await line.answers(ben, 2)
    await line.settled(ada, "sent", "sent", "pending")


async def test_a_person_who_blocked_the_bot_is_not_written_to_again(line: Line) -> None:
    ada = await _greeted(line)
    ada.blocks()
    ada.writes("goodbye")
    await line.settled(ada, "sent", "sent", "failed_permanent")
    tries = len(line.api.called("sendMessage"))
    ada.unblocks()
    ada.writes("I am back")
    assert (await line.answers(ada, 3))[2] == "You wrote: I am back"
    assert len(line.api.called("sendMessage")) == tries + 1


async def test_a_chat_that_does_not_exist_fails_for_good(line: Line) -> None:
    ada = await _greeted(line)
    del line.api.world.chats[ada.chat.id]
    ada.writes("hello?")
    await line.settled(ada, "sent", "sent", "failed_permanent")


@pytest.fixture
def impatient(timing: object) -> None:
    """Marks tests that need a short limit on answers; see ``timing`` below."""


@pytest.fixture
def timing(request: pytest.FixtureRequest) -> object:
    short = request.node.get_closest_marker("usefixtures")
    return replace(TIMING, read=1.0) if short else TIMING


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("processed", [True, False])
async def test_a_send_that_timed_out_is_unknown_and_not_sent_again(
    line: Line, processed: bool
) -> None:
    ada = await _greeted(line)
    line.api.next("sendMessage", Stall(processed=processed))
    ada.writes("one")
    await line.settled(ada, "sent", "sent", "unknown")
    ada.writes("two")
    await line.settled(ada, "sent", "sent", "unknown", "sent")
    sent = [call["text"] for call in line.api.called("sendMessage")]
    assert sent[2:] == ["You wrote: one", "You wrote: two"]


@pytest.mark.parametrize("processed", [True, False])
async def test_a_send_whose_line_was_cut_is_unknown_and_not_sent_again(
    line: Line, processed: bool
) -> None:
    ada = await _greeted(line)
    line.api.next("sendMessage", Sever(processed=processed))
    ada.writes("one")
    await line.settled(ada, "sent", "sent", "unknown")
    ada.writes("two")
    await line.settled(ada, "sent", "sent", "unknown", "sent")
    sent = [call["text"] for call in line.api.called("sendMessage")]
    assert sent[2:] == ["You wrote: one", "You wrote: two"]


async def test_a_slow_answer_is_waited_for(line: Line) -> None:
    ada = await _greeted(line)
    line.api.next("sendMessage", Slow(0.5))
    ada.writes("one")
    await line.settled(ada, "sent", "sent", "sent")


async def test_an_error_of_the_server_is_tried_again(line: Line) -> None:
    ada = await _greeted(line)
    line.api.next("sendMessage", Broken(500), times=3)
    ada.writes("one")
    assert (await line.answers(ada, 3))[2] == "You wrote: one"
    await line.settled(ada, "sent", "sent", "sent")


async def test_an_answer_that_is_not_telegrams_leaves_the_message_unknown(line: Line) -> None:
    ada = await _greeted(line)
    line.api.next("sendMessage", Broken(502, b"<html>Bad Gateway</html>"))
    ada.writes("one")
    await line.settled(ada, "sent", "sent", "unknown")


async def test_when_telegram_is_away_messages_wait_and_come_in_order(line: Line) -> None:
    ada = await _greeted(line)
    await line.api.stop()
    await eventually(lambda: line.connector.standing.state == "unreachable")
    conversation = await line.service.transcript.conversation_of("telegram", "1001")
    assert conversation is not None
    for number in range(3):
        await _say_to(line.service, conversation, f"news {number}")
    await asyncio.sleep(0.5)
    assert await line.statuses(ada) == ["sent", "sent", "pending", "pending", "pending"]
    await line.api.start()
    assert (await line.answers(ada, 5))[2:] == ["news 0", "news 1", "news 2"]
    await line.settled(ada, "sent", "sent", "sent", "sent", "sent")


async def test_the_gateway_starts_while_telegram_is_away(
    service: Service, telegram_settings: Settings, api: FakeTelegram
) -> None:
    await api.stop()
    connector = TelegramConnector(service, telegram_settings, timing=TIMING)
    await connector.start()
    await eventually(lambda: connector.standing.state == "unreachable")
    assert "BESIDE_TELEGRAM_API_URL" in connector.standing.sentence
    await api.start()
    await eventually(lambda: connector.standing.state == "on")
    assert connector.standing.name == "beside_test_bot"
    await connector.stop()
    assert connector.standing.state == "off"


async def test_a_wrong_token_is_said_and_does_not_end_anything(
    service: Service, telegram_settings: Settings
) -> None:
    wrong = replace(telegram_settings, telegram_token="1:wrong")
    connector = TelegramConnector(service, wrong, timing=TIMING)
    await connector.start()
    await eventually(lambda: connector.standing.state == "refused")
    assert "BESIDE_TELEGRAM_TOKEN" in connector.standing.sentence
    await connector.stop()


async def test_a_long_message_comes_in_parts_in_order(line: Line, dialogue: FakeDialogue) -> None:
    ada = await _greeted(line)
    words = " ".join(f"word{number}👩🏽‍⚕️" for number in range(1500))
    dialogue.script["long"] = _say(words, buttons=(Button("More", "/repeat"),))
    ada.writes("long")
    await line.settled(ada, "sent", "sent", "sent")
    parts = ada.received[2:]
    assert len(parts) > 3
    assert " ".join(part.text for part in parts) == words
    assert all(units(part.text) <= 4096 for part in parts)
    assert [len(part.inline) for part in parts] == [0] * (len(parts) - 1) + [1]


async def test_the_rest_of_a_long_message_waits_out_a_flood_limit(
    line: Line, dialogue: FakeDialogue
) -> None:
    ada = await _greeted(line)
    words = " ".join(f"word{number}" for number in range(1200))
    dialogue.script["long"] = _say(words)
    ada.writes("long")
    await line.api.until(lambda: len(ada.texts) >= 3)
    first = ada.texts[2]
    await line.settled(ada, "sent", "sent", "sent")
    line.api.next("sendMessage", Slow(0))
    line.api.next("sendMessage", Flood(retry_after=1))
    ada.writes("long")
    await line.settled(ada, "sent", "sent", "sent", "sent")
    parts = len(ada.texts) - 2
    assert ada.texts[2:] == ada.texts[2 : 2 + parts // 2] * 2, "the same parts, each once"
    assert [call["text"] for call in line.api.called("sendMessage")].count(first) == 2


async def test_a_keyboard_that_telegram_refuses_costs_the_keyboard_and_not_the_message(
    line: Line, dialogue: FakeDialogue
) -> None:
    ada = await _greeted(line)
    page = "https://example.org/help"
    dialogue.script["page"] = _say("Here is a page.", links=(Link("A page", page),))
    line.api.next("sendMessage", Refuse(400, "Bad Request: BUTTON_URL_INVALID"))
    ada.writes("page")
    await line.settled(ada, "sent", "sent", "sent")
    assert ada.texts[2] == f"Here is a page.\nA page: {page}"


async def test_a_stop_lets_out_what_is_on_its_way(line: Line) -> None:
    ada = await _greeted(line)
    line.api.next("sendMessage", Slow(0.5))
    ada.writes("one")
    await line.api.until(lambda: len(line.api.called("sendMessage")) == 3)
    await line.connector.stop()
    assert await line.statuses(ada) == ["sent", "sent", "sent"]


async def test_a_stop_that_cannot_wait_leaves_the_message_unknown(line: Line) -> None:
    ada = await _greeted(line)
    line.api.next("sendMessage", Stall())
    ada.writes("one")
    await line.api.until(lambda: len(line.api.called("sendMessage")) == 3)
    await line.connector.stop()
    assert await line.statuses(ada) == ["sent", "sent", "unknown"]


async def test_an_outcome_that_the_database_did_not_take_is_written_later(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await _greeted(line)
    sent, failures = line.service.outbox.sent, 2

    async def failing(message: int, provider_ref: str = "") -> None:
        nonlocal failures
        if failures:
            failures -= 1
            raise OSError("the database is away")
        await sent(message, provider_ref)

    monkeypatch.setattr(line.service.outbox, "sent", failing)
    ada.writes("one")
    await line.settled(ada, "sent", "sent", "sent")
    assert ada.texts.count("You wrote: one") == 1


async def _say_to(service: Service, conversation: str, text: str) -> None:
    """Queue a message as any room of the core does."""
    from assistant.conversations.conversation import Conversation
    from assistant.replies import Reply

    async with service.database.write() as connection:
        found = await Conversation.of_id(connection, service.vault, conversation)
        assert found is not None
        found.say(Reply(text=text), "system", service.clock.now())
        await found.save()
    service.hub.wake("outbox:telegram")
