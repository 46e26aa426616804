"""The fake Bot API keeps to the contract of the real one, seen through the library."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter

from connectors.telegram.bot import TelegramBot, Timing, make_bot
from tests.fakes.telegram import FakeTelegram, Flood


@pytest.fixture
async def bot(api: FakeTelegram) -> TelegramBot:
    made = make_bot(api.token, api.url, Timing())
    await made.initialize()
    return made


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "empty"), (" \n ", "empty"), ("a" * 4097, "too long"), ("🙂" * 2049, "too long")],
)
async def test_it_measures_text_in_utf16_units(
    api: FakeTelegram, bot: TelegramBot, text: str, words: str
) -> None:
    ada = api.person()
    with pytest.raises(BadRequest, match=words):
        await bot.send_message(ada.chat.id, text)
    assert (await bot.send_message(ada.chat.id, "🙂" * 2048)).text == "🙂" * 2048


@pytest.mark.parametrize(
    "button",
    [
        InlineKeyboardButton("a", callback_data="é" * 33),
        InlineKeyboardButton("a", url="tel:+15550100"),
        InlineKeyboardButton("a", url="sms:5550100"),
        InlineKeyboardButton("a", url="ftp://example.org"),
        InlineKeyboardButton("a", url="http://localhost/"),
        InlineKeyboardButton("", callback_data="/a"),
        InlineKeyboardButton("a"),
    ],
)
async def test_it_refuses_the_buttons_that_telegram_refuses(
    api: FakeTelegram, bot: TelegramBot, button: InlineKeyboardButton
) -> None:
    ada = api.person()
    with pytest.raises(BadRequest):
        await bot.send_message(ada.chat.id, "a", reply_markup=InlineKeyboardMarkup([[button]]))
    assert ada.received == []


@pytest.mark.parametrize(
    ("mode", "text"),
    [("HTML", "<b>a"), ("HTML", "a</b>"), ("HTML", "<x>a</x>"), ("MarkdownV2", "a."),
     ("MarkdownV2", "*a")],
)  # fmt: skip
async def test_it_refuses_marks_it_cannot_read(
    api: FakeTelegram, bot: TelegramBot, mode: str, text: str
) -> None:
    ada = api.person()
    with pytest.raises(BadRequest, match="an't parse entities"):
        await bot.send_message(ada.chat.id, text, parse_mode=mode)
    await bot.send_message(ada.chat.id, "<b>5 &lt; 6</b>", parse_mode="HTML")
    assert ada.texts == ["5 < 6"]


async def test_it_forgets_updates_when_later_ones_are_asked_for(
    api: FakeTelegram, bot: TelegramBot
) -> None:
    ada = api.person()
    first, second = ada.writes("one"), ada.writes("two")
    for _ in range(2):
        assert [update.update_id for update in await bot.get_updates()] == [
            first["update_id"],
            second["update_id"],
        ]
    assert len(await bot.get_updates(offset=second["update_id"])) == 1
    assert len(await bot.get_updates()) == 1
    assert len(await bot.get_updates(offset=-1)) == 1
    assert await bot.get_updates(offset=second["update_id"] + 1) == ()


async def test_it_holds_a_long_poll_until_there_is_news(
    api: FakeTelegram, bot: TelegramBot
) -> None:
    ada = api.person()
    poll = asyncio.create_task(bot.get_updates(timeout=20, allowed_updates=["message"]))
    await api.until(lambda: api.called("getUpdates"))
    assert not poll.done()
    ada.presses_data("/not_asked_for")
    ada.writes("now")
    (update,) = await poll
    assert update.message is not None
    assert update.message.text == "now"


async def test_it_allows_one_poll_at_a_time_and_none_next_to_a_webhook(
    api: FakeTelegram, bot: TelegramBot
) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=20))
    await api.until(lambda: api.called("getUpdates"))
    await bot.get_updates()
    with pytest.raises(Conflict, match="other getUpdates"):
        await first
    await bot.set_webhook("https://example.invalid/hook", secret_token="s")
    assert (await bot.get_webhook_info()).url == "https://example.invalid/hook"
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()


async def test_it_refuses_a_strange_secret_token(bot: TelegramBot) -> None:
    with pytest.raises(BadRequest, match="unallowed characters"):
        await bot.set_webhook("https://example.invalid/hook", secret_token="with space")


async def test_it_knows_who_blocked_the_bot_and_who_is_not_there(
    api: FakeTelegram, bot: TelegramBot
) -> None:
    ada = api.person()
    ada.blocks()
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(ada.chat.id, "a")
    with pytest.raises(BadRequest, match="hat not found"):
        await bot.send_message(9999, "a")


async def test_it_floods_with_the_seconds_to_wait(api: FakeTelegram, bot: TelegramBot) -> None:
    ada = api.person()
    api.next("sendMessage", Flood(retry_after=7))
    with pytest.raises(RetryAfter) as refused:
        await bot.send_message(ada.chat.id, "a")
    assert "7" in str(refused.value)
    await bot.send_message(ada.chat.id, "b")
    assert ada.texts == ["b"]


async def test_it_has_forum_topics_that_can_be_closed_and_deleted(
    api: FakeTelegram, bot: TelegramBot
) -> None:
    group = api.group(forum=True)
    topic = await bot.create_forum_topic(group.id, "Ada")
    thread = topic.message_thread_id
    sent = await bot.send_message(group.id, "hello", message_thread_id=thread)
    assert sent.message_thread_id == thread
    assert sent.is_topic_message
    await bot.close_forum_topic(group.id, thread)
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await bot.send_message(group.id, "hello", message_thread_id=thread)
    await bot.reopen_forum_topic(group.id, thread)
    await bot.delete_forum_topic(group.id, thread)
    with pytest.raises(BadRequest, match="thread not found"):
        await bot.send_message(group.id, "hello", message_thread_id=thread)
    with pytest.raises(BadRequest, match="not a forum"):
        await bot.create_forum_topic(api.group(-2).id, "x")


async def test_it_edits_its_own_messages_only(api: FakeTelegram, bot: TelegramBot) -> None:
    ada = api.person()
    sent = await bot.send_message(ada.chat.id, "one")
    await bot.edit_message_text("two", ada.chat.id, sent.message_id)
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("two", ada.chat.id, sent.message_id)
    theirs = ada.writes("mine")["message"]["message_id"]
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("x", ada.chat.id, theirs)


async def test_it_keeps_files(api: FakeTelegram, bot: TelegramBot) -> None:
    ada = api.person()
    sent = await bot.send_document(ada.chat.id, b"%PDF-1.7\r\n\x00", filename="résumé.pdf")
    assert sent.document is not None
    assert sent.document.file_name == "résumé.pdf"
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"%PDF-1.7\r\n\x00"


async def test_it_knows_its_token(api: FakeTelegram) -> None:
    with pytest.raises(InvalidToken):
        await make_bot("1:other", api.url, Timing()).initialize()
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{api.url}/bot{api.token}/noSuchMethod")
    assert (answer.status_code, answer.json()["ok"]) == (404, False)
