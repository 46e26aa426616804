"""Update → what the conversation core takes in. Pure: no network, no database.

Only private chats count. A message in a group or a channel is passed over without an answer: what
somebody writes there is not written to Beside, and an answer would tell the others about them.
"""

from __future__ import annotations

import re

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType

from assistant.conversations.message import Inbound, Kind
from connectors.telegram import buttons

COMMANDS = {
    "start": "/start",
    "help": "/help",
    "crisis": "/crisis",
    "peer": "/ask_human",
    "find": "/find_treatment",
    "questions": "/show_questions",
    "stop": "/stop",
    "forget": "/forget",
}
"""The commands of the menu and the payloads they stand for."""

KINDS = ("message", "edited_message", "callback_query")
"""The kinds of updates to ask for."""

_COMMAND = re.compile(r"/([a-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)


def translate(update: Update) -> list[Inbound]:
    """The messages in an update, in order; none for what is not written to Beside.

    A button whose payload was too long to travel has its reference as ``text`` (see
    ``connectors.telegram.buttons``).
    """
    if update.callback_query is not None:
        return _press(update.update_id, update.callback_query)
    message = update.edited_message or update.message
    if message is None or message.chat.type != ChatType.PRIVATE:
        return []
    if message.from_user is not None and message.from_user.is_bot:
        return []
    if update.edited_message is not None:
        return _edit(update.update_id, message)
    return _message(update.update_id, message)


def _message(update_id: int, message: Message) -> list[Inbound]:
    address, provider_id = str(message.chat.id), str(update_id)
    if message.location is not None:
        # A venue has its location in the same place.
        place = (message.location.latitude, message.location.longitude)
        return [Inbound("telegram", address, provider_id, "", kind="location", place=place)]
    if message.text is None:
        kind = _kind(message)
        if kind is None:
            return []
        return [Inbound("telegram", address, provider_id, message.caption or "", kind=kind)]
    command = _COMMAND.fullmatch(message.text.strip())
    payload = COMMANDS.get(command.group(1).lower()) if command else None
    if command is None or payload is None:
        return [Inbound("telegram", address, provider_id, message.text)]
    said = [Inbound("telegram", address, provider_id, payload, command.group(0)[:40], "button")]
    rest = command.group(2)
    # What follows /start comes from a link. What follows another command was typed, and counts:
    # "/crisis I can't go on" is read by the safety screen like any other sentence.
    if rest and payload != "/start":
        said[0] = Inbound(
            "telegram", address, provider_id, payload, f"/{command.group(1)}", "button"
        )
        said.append(Inbound("telegram", address, f"{provider_id}.1", rest))
    return said


def _edit(update_id: int, message: Message) -> list[Inbound]:
    """New words for an old message. A live location moves by edits; those are passed over."""
    text = message.text or message.caption
    if not text:
        return []
    return [Inbound("telegram", str(message.chat.id), str(update_id), text, kind="edit")]


def _press(update_id: int, query: CallbackQuery) -> list[Inbound]:
    chat = query.message.chat if query.message is not None else None
    pressed = query.data or ""
    if chat is None or chat.type != ChatType.PRIVATE:
        return []
    if not buttons.is_payload(pressed) and not buttons.is_reference(pressed):
        return []
    return [
        Inbound("telegram", str(chat.id), str(update_id), pressed, _title(query, pressed), "button")
    ]


def _title(query: CallbackQuery, pressed: str) -> str | None:
    """What the person saw on the button; unknown when the message is too old to be shown."""
    markup = query.message.reply_markup if isinstance(query.message, Message) else None
    for row in markup.inline_keyboard if markup else ():
        for button in row:
            if button.callback_data == pressed:
                return button.text
    return None


def _kind(message: Message) -> Kind | None:
    """The kind of a message without text; None for notes of Telegram itself ("pinned …")."""
    if message.voice or message.audio or message.video_note:
        return "voice"
    if message.animation or message.photo or message.video:
        return "picture"
    if message.sticker or message.dice:
        return "sticker"
    if message.document:
        return "document"
    if message.contact or message.poll or message.game or message.story or message.paid_media:
        return "other"
    return None
