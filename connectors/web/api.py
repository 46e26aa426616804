"""The widget's API: a token, messages up, events down, the question list as a file."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import HeaderParameter, JSONBody, QueryParameter
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from assistant.conversations.message import Inbound
from connectors.web.events import follow
from connectors.web.web import MOST_STREAMS, AnyRequest, Given, Web

_PAYLOAD = re.compile(r"/[a-z][a-z0-9_]{0,60}(\{.*\})?", re.DOTALL)
_LONGEST_PAYLOAD = 1_000
_ID = r"^[\x21-\x7e]{1,120}$"

LastSeen = Annotated[str | None, HeaderParameter(name="Last-Event-ID", max_length=60)]
After = Annotated[str | None, QueryParameter(max_length=60)]


class Token(msgspec.Struct, frozen=True):
    """Sent as ``Authorization: Bearer …`` with every other call."""

    token: str


class Outgoing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message of the person: exactly one of ``text``, ``payload`` (a pressed button, with the
    ``title`` it showed) and ``place`` (latitude, longitude). ``client_id`` names it: sending the
    same one again stores nothing twice.
    """

    client_id: Annotated[str, msgspec.Meta(pattern=_ID)]
    text: str | None = None
    payload: str | None = None
    title: str | None = None
    place: tuple[float, float] | None = None


class Taken(msgspec.Struct, frozen=True):
    """The message is stored as number ``seq``. ``duplicate``: it already was."""

    seq: int
    duplicate: bool


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything up to the sequence number has arrived on the device, or was on the screen."""

    status: Literal["delivered", "seen"]
    up_to: Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class Nothing(msgspec.Struct, frozen=True):
    """An empty object."""


def address_of(request: AnyRequest, web: Web) -> str:
    """The sender behind the token in the header; refuses every other request with 401."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    address = web.sessions.address(token.strip()) if scheme.lower() == "bearer" else None
    if address is None:
        raise web.refusal(401, "errors.no_token")
    return address


async def conversation_of(request: AnyRequest, web: Web) -> str:
    """The conversation behind the token; 404 when it has not begun or is erased."""
    conversation = await web.conversation(address_of(request, web))
    if conversation is None:
        raise web.refusal(404, "errors.nothing_yet")
    return conversation


def inbound(web: Web, address: str, data: Outgoing) -> Inbound:
    """The message as the inbox takes it; refuses a mixture of kinds with 400."""
    given = [value for value in (data.text, data.payload, data.place) if value is not None]
    if len(given) != 1:
        raise web.refusal(400, "errors.which")
    if data.place is not None:
        title = web.texts("place")
        return Inbound("web", address, data.client_id, "", title, "location", data.place)
    if data.payload is not None:
        if len(data.payload) > _LONGEST_PAYLOAD or not _PAYLOAD.fullmatch(data.payload):
            raise web.refusal(400, "errors.payload")
        return Inbound("web", address, data.client_id, data.payload, data.title, "button")
    return Inbound("web", address, data.client_id, data.text or "")


@post("/session", status_code=201, summary="A token for a new conversation")
async def session(request: AnyRequest, web: Given, data: JSONBody[Nothing]) -> Token:
    """Makes a token. Nothing is stored until the first message."""
    if not web.pace.allow(request.client.host if request.client else ""):
        raise web.refusal(429, "errors.too_many", 10)
    return Token(web.sessions.new())


@post("/messages", status_code=202, summary="Send a message")
async def messages(request: AnyRequest, web: Given, data: JSONBody[Outgoing]) -> Taken:
    """Stores one message of the person; the answer comes over the stream."""
    address = address_of(request, web)
    received = await web.service.inbox.receive(inbound(web, address, data))
    return Taken(received.seq, received.duplicate)


@get("/stream", summary="Events of the conversation", media_type="text/event-stream")
async def stream(
    request: AnyRequest,
    web: Given,
    last_seen: LastSeen = None,
    after: After = None,
) -> ServerSentEvent:
    """Server-sent events after the id last seen (header ``Last-Event-ID`` or ``after``)."""
    address = address_of(request, web)
    conversation = await conversation_of(request, web)
    if web.streams[address] >= MOST_STREAMS:
        raise web.refusal(429, "errors.too_many_streams", 30)

    async def events() -> AsyncIterator[ServerSentEventMessage]:
        with web.one_stream(address):
            async for event in follow(
                web.service.transcript, web.service.hub, conversation, last_seen or after or ""
            ):
                yield event

    return ServerSentEvent(events(), retry_duration=2000)


@post("/acknowledge", status_code=204, summary="Say what has arrived or was seen")
async def acknowledge(request: AnyRequest, web: Given, data: JSONBody[Receipt]) -> None:
    """Moves the status of messages to the person forward."""
    conversation = await conversation_of(request, web)
    await web.service.outbox.acknowledge(conversation, data.status, data.up_to)


@post("/typing", status_code=204, summary="Say that the person is typing")
async def typing(request: AnyRequest, web: Given, data: JSONBody[Nothing]) -> None:
    """Tells a peer who talks with this person; kept nowhere."""
    conversation = await conversation_of(request, web)
    standing = await web.service.transcript.standing(conversation)
    if standing is not None and standing.owner == "peer":
        web.service.hub.typing(conversation, "person")


@get("/document/questions", summary="The question list as a PDF", media_type="application/pdf")
async def questions(request: AnyRequest, web: Given) -> Response[bytes]:
    """The person's question list, made at this moment."""
    return await questions_file(web, await conversation_of(request, web))


async def questions_file(web: Web, conversation: str) -> Response[bytes]:
    """The question list of a conversation as a download; ``NoDocument`` when it is empty."""
    name, data = await web.service.documents.render(conversation, "questions")
    safe = re.sub(r"[^A-Za-z0-9._-]", "-", name)
    return Response(
        data,
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{safe}"'},
    )


HANDLERS = (session, messages, stream, acknowledge, typing, questions)
