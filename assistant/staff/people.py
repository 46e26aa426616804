"""Who works here: roles, names, and what the rest of Beside knows of a member of staff."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from assistant.staff.errors import BadName

ROLES = ("peer", "supervisor", "admin")
LONGEST_NAME = 40


@dataclass(frozen=True)
class Staff:
    """A member of staff who is signed in, or named by a link. ``role`` is one of ``ROLES``."""

    id: str
    name: str
    role: str


@dataclass(frozen=True)
class Account:
    """A line of the list of accounts. ``ready`` is False until a passphrase has been chosen."""

    id: str
    name: str
    role: str
    active: bool
    ready: bool
    created_at: datetime
    seen_at: datetime | None


def tidy(name: str) -> str:
    """``name`` in one form: composed, trimmed, single spaces; safe to look up anywhere."""
    text = name.encode("utf-8", "replace").decode("utf-8")
    return " ".join(unicodedata.normalize("NFC", text).split())


def checked(name: str) -> str:
    """The tidy name; raises :class:`BadName`. People who write to Beside see this name."""
    text = tidy(name)
    if not text:
        raise BadName("Give a name: it is what the people a peer talks with will see.")
    if len(text) > LONGEST_NAME:
        raise BadName(f"Use a name of at most {LONGEST_NAME} characters.")
    if any(unicodedata.category(character).startswith("C") for character in text):
        raise BadName("Use a name without control characters.")
    return text


def checked_role(role: str) -> str:
    """The role; raises :class:`BadName` for another one than ``ROLES``."""
    if role not in ROLES:
        raise BadName(f"The role must be one of {', '.join(ROLES)}.")
    return role
