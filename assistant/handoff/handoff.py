"""What a hand-off is: who waits, what they agreed to share, how it can end."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import msgspec


class EndReason(str, Enum):
    """Why a hand-off is over; never a mere yes or no."""

    FINISHED = "finished"
    REFERRED = "referred"
    NO_ANSWER = "no_answer"
    LEFT_LINE = "left_line"
    PERSON_ENDED = "person_ended"


PEER_REASONS = (EndReason.FINISHED, EndReason.REFERRED, EndReason.NO_ANSWER)
"""The reasons a peer may close with; the others belong to the person."""

PRIORITY = {"none": 0, "third_party": 10, "passive": 20, "active": 30, "imminent": 40}
"""Place in the queue by the conversation's risk tier; higher is first."""

FRONT = 100
"""Where somebody goes whose peer vanished: before everybody who has not been helped yet."""


class Shared(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the person agreed to, sealed with the hand-off. ``questions`` None: not shared."""

    summary: str = ""
    transcript: bool = False
    questions: tuple[str, ...] | None = None


class Waiting(msgspec.Struct, frozen=True):
    """One row of the queue. ``mask`` stands for the person; their address is never shown."""

    id: str
    conversation: str
    mask: str
    channel: str
    status: str
    requested_at: datetime
    risk_tier: str
    summary: str
    staff_id: str | None = None
    staff_name: str | None = None


class HandoffError(RuntimeError):
    """A step that cannot be done; the text is a sentence for the peer."""


class Taken(HandoffError):
    """Somebody else has this person already."""


class Gone(HandoffError):
    """The hand-off is over, or the person erased their conversation."""


def mask(conversation: str) -> str:
    """A short name for a person that says nothing of them: ``Person 4F2K``-like."""
    return f"Person {conversation[:4].upper()}"
