"""What a button carries on Telegram, and what a press of it means.

Telegram gives a button 64 bytes. A payload that fits travels as it is; for a longer one the button
names the message and its place in it, and the payload is read from the stored message, so that a
press works after any restart and nobody can press a button of somebody else's conversation.
"""

from __future__ import annotations

import re
from typing import Protocol

from assistant.conversations.transcript import Entry
from assistant.replies import Button

MOST_BYTES = 64

_PAYLOAD = re.compile(r"/[a-z_]+(\{.*\})?", re.DOTALL)
_REFERENCE = re.compile(r"b:(\d{1,18}):(\d{1,3})")


class Reader(Protocol):
    """What is needed of ``service.transcript``."""

    async def conversation_of(self, channel: str, address: str) -> str | None: ...

    async def since(
        self, conversation: str, revision: int, limit: int = 200, *, after_seq: int = 0
    ) -> list[Entry]: ...


def data(button: Button, seq: int, index: int) -> str:
    """The callback data of the button ``index`` of message ``seq``."""
    fits = len(button.payload.encode()) <= MOST_BYTES and _PAYLOAD.fullmatch(button.payload)
    return button.payload if fits else f"b:{seq}:{index}"


def is_payload(pressed: str) -> bool:
    """Whether callback data is a payload itself. Clients can be changed to send anything."""
    return _PAYLOAD.fullmatch(pressed) is not None


def is_reference(pressed: str) -> bool:
    return _REFERENCE.fullmatch(pressed) is not None


async def find(pressed: str, address: str, transcript: Reader) -> Button | None:
    """The button that callback data refers to, in the conversation of ``address``."""
    match = _REFERENCE.fullmatch(pressed)
    conversation = await transcript.conversation_of("telegram", address)
    if match is None or conversation is None:
        return None
    seq, index = int(match.group(1)), int(match.group(2))
    entry = await message(conversation, seq, transcript)
    if entry is None or entry.direction != "out" or index >= len(entry.reply.buttons):
        return None
    return entry.reply.buttons[index]


async def message(conversation: str, seq: int, transcript: Reader) -> Entry | None:
    """The stored message ``seq``; its revision is at least its sequence number."""
    after = max(seq - 1, 0)
    entries = await transcript.since(conversation, after, after_seq=after)
    return next((entry for entry in entries if entry.seq == seq), None)
