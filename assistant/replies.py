"""What Beside says to a person: one shape for every room, connector and the database.

A reply is prepared text with optional buttons, cards, sources and a document. It knows nothing of
channels; each connector draws it in its own way.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Button(msgspec.Struct, frozen=True, omit_defaults=True):
    """A choice. ``payload`` is Rasa's form: ``/intent`` or ``/intent{"slot": "value"}``."""

    title: str
    payload: str


class Link(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something to tap. ``href`` begins with ``https:``, ``tel:`` or ``sms:``."""

    label: str
    href: str


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place, a meeting or a service: a title, short lines, and what can be tapped."""

    title: str
    lines: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a fact comes from. ``date`` is ISO; ``reviewed`` is ``none`` until somebody has."""

    name: str
    url: str
    date: str = ""
    reviewed: str = "none"


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message to a person. ``document`` names a file made on delivery, never its bytes."""

    text: str = ""
    buttons: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()
    sources: tuple[Source, ...] = ()
    links: tuple[Link, ...] = ()
    document: Literal["questions"] | None = None
    ask_location: bool = False


_decoder = msgspec.json.Decoder(Reply)


def encode(reply: Reply) -> bytes:
    """The reply as JSON bytes, the form kept (encrypted) in the database."""
    return msgspec.json.encode(reply)


def decode(data: bytes) -> Reply:
    """The reply of :func:`encode`; raises ``msgspec.ValidationError`` on anything else."""
    return _decoder.decode(data)
