"""A conversation as a stream of events: what was said, how it stands, who is typing.

The id of an event is ``CONVERSATION-REVISION``. A client that comes back with the last id it saw
gets everything after it; one that comes back after its conversation was erased gets ``reset``
and then the new one from the beginning.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Literal

import msgspec
from litestar.response.sse import ServerSentEventMessage

from assistant.conversations.hub import Hub
from assistant.conversations.transcript import Entry, Standing, Transcript
from assistant.replies import Button, Card, Link, Source

HEARTBEAT = 15.0
"""Seconds of silence after which a comment shows that the line still stands."""

Speaker = Literal["you", "beside", "peer"]
_speakers: dict[str, Speaker] = {"person": "you", "peer": "peer"}


class Message(msgspec.Struct, frozen=True, omit_defaults=True, rename={"speaker": "from"}):
    """One message as the widget draws it. ``name`` is the peer's; ``client_id`` its own name."""

    seq: int
    speaker: Speaker
    at: datetime
    status: str
    text: str = ""
    name: str = ""
    client_id: str = ""
    buttons: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()
    sources: tuple[Source, ...] = ()
    links: tuple[Link, ...] = ()
    document: str | None = None
    ask_location: bool = False


class Progress(msgspec.Struct, frozen=True, rename={"speaker": "from"}):
    """A message that was sent on this stream before has come further."""

    seq: int
    speaker: Speaker
    at: datetime
    status: str


class Waiting(msgspec.Struct, frozen=True):
    """``ahead`` people wait before this one."""

    ahead: int | None
    since: datetime | None


class Stand(msgspec.Struct, frozen=True):
    """Who answers now, with the peer's name or the place in the line."""

    owner: str
    peer: str | None
    waiting: Waiting | None


class Typing(msgspec.Struct, frozen=True):
    who: str


def message(entry: Entry) -> Message:
    """What the person may see of an entry: not the finding, not another channel's ids."""
    reply = entry.reply
    speaker = _speakers.get(entry.author, "beside")
    return Message(
        seq=entry.seq,
        speaker=speaker,
        at=entry.at,
        status=entry.status,
        text=reply.text,
        name=entry.author_name or "" if speaker == "peer" else "",
        client_id=entry.client_id or "" if speaker == "you" else "",
        buttons=reply.buttons,
        cards=reply.cards,
        sources=reply.sources,
        links=reply.links,
        document=reply.document,
        ask_location=reply.ask_location,
    )


def stand(standing: Standing) -> Stand:
    waiting = None
    if standing.owner == "waiting":
        waiting = Waiting(standing.ahead, standing.waiting_since)
    peer = standing.peer if standing.owner == "peer" else None
    return Stand(standing.owner, peer, waiting)


async def follow(
    transcript: Transcript, hub: Hub, conversation: str, last_id: str
) -> AsyncIterator[ServerSentEventMessage]:
    """Events after ``last_id`` (empty: from the beginning), until the conversation is erased."""
    mark = conversation[:8]
    came_from, _, seen = last_id.rpartition("-")
    known = came_from == mark and seen.isdecimal()
    after = int(seen) if known else 0
    if last_id and not known:
        yield _event("reset", {})
    told: set[int] = set()
    stood: Stand | None = None
    ready = False
    with hub.subscribe(f"conversation:{conversation}") as news:
        while True:
            page = await transcript.since(conversation, after)
            while page:
                for entry, following in zip(page, (*page[1:], None), strict=True):
                    after = entry.revision
                    # Several messages may share a revision; only the last of them may be the
                    # point to resume from. A repeated one is recognised by its sequence number.
                    last = following is None or following.revision != entry.revision
                    identity = f"{mark}-{entry.revision}" if last else None
                    whole = message(entry)
                    if entry.seq in told:
                        progress = Progress(whole.seq, whole.speaker, whole.at, whole.status)
                        yield _event("status", progress, identity)
                    else:
                        told.add(entry.seq)
                        yield _event("message", whole, identity)
                page = await transcript.since(conversation, after)
            standing = await transcript.standing(conversation)
            if standing is None:
                yield _event("forgotten", {})
                return
            if (now := stand(standing)) != stood:
                stood = now
                yield _event("standing", now)
            if not ready:
                ready = True
                yield _event("ready", {})
            for note in dict.fromkeys(news.take_notes()):
                kind, _, who = note.partition(":")
                if kind == "typing" and who != "person":
                    yield _event("typing", Typing(who))
            if not await news.wait(HEARTBEAT):
                yield ServerSentEventMessage(data=None, comment="still here")


def _event(name: str, data: object, identity: str | None = None) -> ServerSentEventMessage:
    return ServerSentEventMessage(
        data=msgspec.json.encode(data).decode(), event=name, id=identity, sep="\n"
    )
