"""What the console's JSON looks like. Nothing here names a person: they go by their mask."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from assistant.handoff.desk import MOST_PEER_TEXT

Sender = Literal["person", "me", "peer", "assistant", "system"]
Reason = Literal["finished", "referred", "no_answer"]


class Me(msgspec.Struct, frozen=True):
    """Who is signed in. ``role`` is peer, supervisor or admin."""

    id: str
    name: str
    role: str


class Person(msgspec.Struct, frozen=True):
    """A line of the queue. ``id`` is the hand-off's; ``peer`` is who has the person.

    ``risk`` is the tier of the safety screen: none, third_party, passive, active, imminent.
    """

    id: str
    person: str
    channel: str
    risk: str
    asked_at: datetime
    peer: str | None = None


class Queue(msgspec.Struct, frozen=True):
    """Who waits (by risk, then by time), who is with me, and, for supervisors, with others."""

    now: datetime
    waiting: list[Person]
    mine: list[Person]
    others: list[Person]


class Message(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """One message. ``name`` is a peer's; ``client_id`` what this console named its own message.

    ``extras`` are the lines of cards and links, ``choices`` the titles of buttons, ``risk`` the
    tier that the safety screen found in this one message. ``status`` is pending, sending, sent,
    delivered, seen, failed_permanent, failed_temporary or unknown.
    """

    seq: int
    revision: int
    sender: Sender
    at: datetime
    status: str
    text: str
    name: str = ""
    client_id: str = ""
    extras: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    risk: str = "none"


class Shared(msgspec.Struct, frozen=True):
    """What the person agreed to share. None: they did not."""

    summary: str
    questions: list[str] | None
    transcript: list[Message] | None


class Handoff(msgspec.Struct, frozen=True):
    """A conversation of mine: what was shared, and the messages since the person agreed."""

    id: str
    person: str
    channel: str
    risk: str
    state: Literal["peer"]
    asked_at: datetime
    now: datetime
    shared: Shared
    messages: list[Message]


class Saying(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message to the person. The same ``client_id`` again sends nothing twice."""

    client_id: Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]{1,64}$")]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_PEER_TEXT * 2)]


class SeenUpTo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything up to this sequence number was on the screen."""

    up_to: Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class Closing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the conversation ends."""

    reason: Reason


class Beat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sign of life. ``active``: somebody pressed a key or a button since the last one."""

    active: bool = False


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why something was refused: a sentence, and, after a lost claim, ``by`` whom it was taken."""

    error: str
    by: str | None = None


class NewMessages(msgspec.Struct, frozen=True):
    """Event ``entries``: messages of one of my conversations that are new or changed."""

    handoff: str
    messages: list[Message]
    revision: int


class Left(msgspec.Struct, frozen=True):
    """Event ``left``: a conversation is not mine any more. ``state`` is waiting or gone."""

    handoff: str
    state: Literal["waiting", "gone"]


class TypingNow(msgspec.Struct, frozen=True):
    """Event ``typing``: the person of this hand-off is writing."""

    handoff: str
