"""When and how Beside says that it is not a person.

The strictest common reading of the laws of 2026 (docs/safety.md): at first contact, after seven
quiet days, every three hours of an ongoing conversation, and at the start of a new one when the
last notice is a day old.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from assistant.replies import Reply
from assistant.safety.directory import Directory
from assistant.texts import Texts

TEXTS = Path(__file__).with_name("texts.yml")
QUIET = timedelta(days=7)
ONGOING = timedelta(hours=3)
DAY = timedelta(days=1)


def due(
    last_disclosed_at: datetime | None,
    last_inbound_at: datetime | None,
    now: datetime,
    first: bool = False,
    every: timedelta = ONGOING,
) -> bool:
    """Whether the notice belongs with the answer to a message that arrives at ``now``.

    ``last_inbound_at`` is the person's previous message. ``every`` is one hour for a known minor.
    All times are aware; a clock that was set back never makes it due less often than ``every``.
    """
    if first or last_disclosed_at is None or last_inbound_at is None:
        return True
    since_notice, quiet = abs(now - last_disclosed_at), abs(now - last_inbound_at)
    if quiet >= QUIET:
        return True
    if quiet < ONGOING:
        return since_notice >= every
    return since_notice >= DAY


def first_message(directory: Directory) -> Reply:
    """The greeting of a first contact, with what Beside can do as buttons."""
    return Texts.load(TEXTS, directory).reply("first")


def reminder(directory: Directory) -> Reply:
    """The notice for every later time it is due."""
    return Texts.load(TEXTS, directory).reply("again")
