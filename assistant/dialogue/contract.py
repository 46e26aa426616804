"""The narrow call between gateway and dialogue: ``turn(request) -> result``.

Both processes import this module; it imports no Rasa. ``state`` is opaque to the gateway: the
dialogue made it and gets it back, unchanged, with the next message of the same conversation.
"""

from __future__ import annotations

from typing import Union

import msgspec

from assistant.replies import Reply


class Context(msgspec.Struct, frozen=True, omit_defaults=True):
    """Facts an action may read and never changes: what the gateway knows of the person.

    ``place`` is latitude and longitude in degrees, rounded to two decimals.
    """

    channel: str = ""
    questions: tuple[str, ...] = ()
    place: tuple[float, float] | None = None
    peers_available: int = 0
    programme: str = "this programme"


class TurnRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of a person. ``turn`` is unique per message and the same on every retry."""

    turn: str
    conversation: str
    text: str
    state: str | None = None
    context: Context = Context()


class SaveQuestions(msgspec.Struct, frozen=True, tag="save_questions"):
    """The person's question list is now exactly ``items``; applying it twice changes nothing."""

    items: tuple[str, ...]


class RequestPeer(msgspec.Struct, frozen=True, tag="request_peer"):
    """The person agreed to talk with a peer, who may read what is named here and no more."""

    summary: str = ""
    share_transcript: bool = False
    share_questions: bool = False


Effect = Union[SaveQuestions, RequestPeer]


class TurnResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the dialogue makes of one message. The gateway commits all of it or none."""

    state: str
    replies: tuple[Reply, ...] = ()
    effects: tuple[Effect, ...] = ()
