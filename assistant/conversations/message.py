"""A message of a person on its way in: its shape, and what is refused at the door."""

from __future__ import annotations

import unicodedata
from typing import Literal

import msgspec

Channel = Literal["web", "telegram", "rest"]
Kind = Literal[
    "text", "button", "location", "voice", "picture", "document", "sticker", "edit", "other"
]

MOST_CHARACTERS = 200_000
"""More than this is refused at the door; nobody types it."""

MOST_FOR_DIALOGUE = 2_000
"""The dialogue answers messages up to this length; longer ones get a prepared answer."""

MOST_NAME = 120
"""The longest provider id or client id, in characters."""

# Kept of the control characters: the line break and the tab.
_KEPT = {"\n", "\t"}


class BadMessage(ValueError):
    """Refused at the door: nothing was stored. ``status`` is the HTTP status that says so."""

    def __init__(self, sentence: str, status: int = 422) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


class TooFast(BadMessage):
    """The sender writes faster than anybody reads; ``retry_after`` is in seconds."""

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence, 429)
        self.retry_after = retry_after


class Inbound(msgspec.Struct, frozen=True):
    """What a connector hands over.

    ``address`` is the sender on that channel, ``provider_id`` what the sender or the provider
    named the message. A button press has the payload as ``text`` and what the person saw as
    ``title``. ``place`` is latitude and longitude in degrees.
    """

    channel: Channel
    address: str
    provider_id: str
    text: str
    title: str | None = None
    kind: Kind = "text"
    place: tuple[float, float] | None = None


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is kept (sealed) of a person's message."""

    text: str
    title: str | None = None
    kind: Kind = "text"
    place: tuple[float, float] | None = None

    @property
    def shown(self) -> str:
        """What the person saw themselves write or press."""
        return self.title or self.text


_decoder = msgspec.json.Decoder(Said)


def decode_said(data: bytes) -> Said:
    return _decoder.decode(data)


def checked(message: Inbound) -> Inbound:
    """The message with its text made safe to store; raises :class:`BadMessage`.

    Control characters and lone surrogates are dropped (no database stores NUL, no encoder
    writes half a character); direction marks stay, since some scripts need them.
    """
    if not message.address or len(message.address) > MOST_NAME:
        raise BadMessage("The sender must be a text of 1 to 120 characters.", 400)
    if not message.provider_id or len(message.provider_id) > MOST_NAME:
        raise BadMessage("The message needs an id of 1 to 120 characters.", 400)
    if clean(message.provider_id) != message.provider_id or clean(message.address) != (
        message.address
    ):
        raise BadMessage("Ids must hold no control characters and no spaces around them.", 400)
    if len(message.text) > MOST_CHARACTERS:
        raise BadMessage(
            "That is too long to send in one piece. Please send it in smaller parts.", 413
        )
    text = clean(message.text)
    title = clean(message.title)[:200] if message.title else None
    if not text and message.kind in ("text", "button"):
        raise BadMessage("The message is empty. Write a word or two, in any way you like.")
    place = message.place
    if place is not None:
        latitude, longitude = place
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise BadMessage("That location is not on the map.")
        # Two decimals, about a kilometre: all that a search needs, and all that is kept.
        place = (round(latitude, 2), round(longitude, 2))
    return msgspec.structs.replace(message, text=text, title=title, place=place)


def clean(text: str) -> str:
    """``text`` without control characters and lone surrogates, trimmed."""
    if text.isprintable():
        return text.strip()
    kept = []
    for character in text.replace("\r\n", "\n").replace("\r", "\n"):
        category = unicodedata.category(character)
        if category == "Cs" or (category == "Cc" and character not in _KEPT):
            continue
        kept.append(character)
    return "".join(kept).strip()
