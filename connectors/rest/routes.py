"""``POST /webhooks/rest/webhook`` and what goes with it.

A request is answered after its turn is finished, with everything that was said to it. The same
``metadata.message_id`` sent again gets the same answer and is not asked twice.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import uuid
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.params import JSONBody, Parameter

from assistant.conversations.inbox import Received
from assistant.conversations.message import Inbound
from assistant.replies import Reply
from assistant.service import Service

ANSWER_WITHIN = 60.0
"""Seconds until a request is given up with 504; its message stays and is answered."""

_LOOK_SECONDS = 5.0

Sender = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]


class Metadata(msgspec.Struct):
    """``message_id`` makes a repeated request harmless; name each message of a sender once."""

    message_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = None


class Message(msgspec.Struct):
    """What a caller sends: Rasa's ``sender`` and ``message``."""

    sender: Sender
    message: str
    metadata: Metadata | None = None


class Answer(msgspec.Struct, omit_defaults=True):
    """One message to the sender, in Rasa's shape. ``custom`` holds what Rasa has no name for."""

    recipient_id: str
    text: str | None = None
    buttons: list[dict[str, str]] | None = None
    attachment: str | None = None
    custom: dict[str, Any] | None = None


class NoAnswerYet(Exception):
    """The turn is not finished within ``ANSWER_WITHIN``."""


def routes(service: Service) -> list[Router]:
    """The handlers, bound to ``service``."""

    def check(request: Request[Any, Any, Any]) -> None:
        token = service.settings.rest_token
        if token:
            given = request.headers.get("authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
                raise NotAuthorizedException("Give the token as `Authorization: Bearer …`.")
        elif not _loopback(request.client.host if request.client else ""):
            raise NotAuthorizedException(
                "Set BESIDE_REST_TOKEN to use this webhook from another machine."
            )

    @post("/webhook", status_code=200, summary="Say something and get the answers")
    async def webhook(data: JSONBody[Message], request: Request[Any, Any, Any]) -> list[Answer]:
        check(request)
        name = data.metadata.message_id if data.metadata else None
        received = await service.inbox.receive(
            Inbound(
                channel="rest",
                address=data.sender,
                provider_id=name or uuid.uuid4().hex,
                text=data.message,
                kind="button" if data.message.startswith("/") else "text",
            )
        )
        return await _answers(service, data.sender, received)

    @get("/messages", summary="Messages to a sender after a sequence number")
    async def fetch(
        request: Request[Any, Any, Any],
        sender: Annotated[str, Parameter(min_length=1, max_length=120)],
        after: Annotated[int, Parameter(ge=0, le=2**53)] = 0,
    ) -> list[Answer]:
        check(request)
        conversation = await service.transcript.conversation_of("rest", sender)
        if conversation is None:
            raise NotFoundException("Nothing is known of that sender.")
        entries = await service.transcript.since(conversation, 0, limit=1_000, after_seq=after)
        said = sorted((e for e in entries if e.direction == "out"), key=lambda e: e.seq)
        return [_shape(service, sender, e.reply, e.seq, e.author, e.author_name) for e in said]

    @get("/document/questions", summary="The sender's question list as a PDF")
    async def document(
        request: Request[Any, Any, Any],
        sender: Annotated[str, Parameter(min_length=1, max_length=120)],
    ) -> Response[bytes]:
        check(request)
        conversation = await service.transcript.conversation_of("rest", sender)
        if conversation is None:
            raise NotFoundException("Nothing is known of that sender.")
        name, data = await service.documents.render(conversation, "questions")
        return Response(
            data,
            media_type="application/pdf",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    return [
        Router(
            "/webhooks/rest",
            route_handlers=[webhook, fetch, document],
            tags=["REST webhook"],
        )
    ]


async def _answers(service: Service, sender: str, received: Received) -> list[Answer]:
    """Everything said in answer to a message, once its turn is finished."""
    if not received.awaits_turn and not received.duplicate:
        spoken, owner = received.spoken, received.owner
    else:
        known = None
        if not received.duplicate:
            known = await service.turns.outcome(received.conversation, received.seq, _LOOK_SECONDS)
        if known is None:
            return await _answers_from_database(service, sender, received)
        spoken, owner = (*received.spoken, *known.spoken), known.owner.value
    said = [_shape(service, sender, one.reply, one.seq, one.author) for one in spoken]
    return _never_empty(said, sender, owner, received.seq)


async def _answers_from_database(service: Service, sender: str, received: Received) -> list[Answer]:
    """The same for a message sent again, or whose turn another gateway runs."""
    conversation, seq = received.conversation, received.seq
    end = asyncio.get_running_loop().time() + ANSWER_WITHIN
    with service.hub.subscribe(f"conversation:{conversation}") as news:
        while await service.transcript.turn_of(conversation, seq) == "pending":
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                raise NoAnswerYet
            await news.wait(min(left, 1.0))
    entries = await service.transcript.answers(conversation, seq)
    standing = await service.transcript.standing(conversation)
    if standing is None:
        raise NotFoundException("This conversation was erased.")
    said = [
        _shape(service, sender, entry.reply, entry.seq, entry.author, entry.author_name)
        for entry in entries
    ]
    return _never_empty(said, sender, standing.owner, seq)


def _never_empty(answers: list[Answer], sender: str, owner: str, seq: int) -> list[Answer]:
    """An answer without words says who has the conversation, and where to go on reading."""
    if owner != "assistant" or not answers:
        answers.append(Answer(recipient_id=sender, custom={"owner": owner, "seq": seq}))
    return answers


def _shape(
    service: Service, sender: str, reply: Reply, seq: int, author: str, name: str | None = None
) -> Answer:
    custom: dict[str, Any] = {"seq": seq, "author": author}
    if name:
        custom["name"] = name
    for field in ("cards", "sources", "links"):
        if value := getattr(reply, field):
            custom[field] = msgspec.to_builtins(value)
    if reply.ask_location:
        custom["ask_location"] = True
    buttons = [{"title": b.title, "payload": b.payload} for b in reply.buttons]
    attachment = None
    if reply.document:
        root = service.settings.public_url
        attachment = f"{root}/webhooks/rest/document/{reply.document}?sender={quote(sender)}"
    return Answer(
        recipient_id=sender,
        text=reply.text,
        buttons=buttons or None,
        attachment=attachment,
        custom=custom,
    )


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
