"""Who answers a conversation: the assistant, nobody yet, a peer, or nobody any more.

Only this room changes the owner, and each change counts up the conversation's version. A turn
that was begun under another owner or version is not committed.
"""

from __future__ import annotations

from enum import Enum


class Owner(str, Enum):
    """Who answers. The value is what the database and the API say."""

    ASSISTANT = "assistant"
    WAITING = "waiting"
    PEER = "peer"
    CLOSED = "closed"


_ALLOWED: dict[Owner, frozenset[Owner]] = {
    Owner.ASSISTANT: frozenset({Owner.WAITING, Owner.CLOSED}),
    Owner.WAITING: frozenset({Owner.PEER, Owner.ASSISTANT, Owner.CLOSED}),
    Owner.PEER: frozenset({Owner.ASSISTANT, Owner.WAITING, Owner.CLOSED}),
    Owner.CLOSED: frozenset({Owner.ASSISTANT}),
}


class WrongOwner(RuntimeError):
    """The conversation is not in the state that a step expected; nothing was changed."""


def check_change(old: Owner, new: Owner) -> None:
    """Raises :class:`WrongOwner` unless a conversation may go from ``old`` to ``new``."""
    if new not in _ALLOWED[old]:
        expected = ", ".join(sorted(owner.value for owner in _ALLOWED[old]))
        raise WrongOwner(
            f"a conversation of owner {old.value} can go to {expected}, not {new.value}"
        )
