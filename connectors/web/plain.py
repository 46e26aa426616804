"""The chat as a plain page: forms and links only, for browsers without scripts.

The sender's token lies in a cookie that no script can read; every form carries a key that no other
site can know. After sending, the answer is awaited for a moment, so that the page that comes back
usually has it.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.enums import MediaType
from litestar.params import URLEncodedBody
from litestar.response import Redirect

from assistant.conversations.message import BadMessage, Inbound
from assistant.conversations.transcript import Entry
from connectors.web import events
from connectors.web.api import questions_file
from connectors.web.guard import policy
from connectors.web.web import EXIT, AnyRequest, Given, Web

COOKIE = "beside_chat"
_PATIENCE = 6.0
_STARTS = {"/ask_what_now", "/ask_hope", "/find_treatment", "/add_question", "/ask_human"}
_WORDS = {"/crisis", "/leave_queue", "/forget"}

Form = URLEncodedBody[dict[str, Any]]


@get("/chat", include_in_schema=False)
async def chat(request: AnyRequest, web: Given) -> Response[str]:
    """The conversation so far, and a place to write."""
    token = request.cookies.get(COOKIE, "")
    if web.sessions.address(token) is None:
        token = web.sessions.new()
    return await _page(request, web, token)


@post("/chat", include_in_schema=False, status_code=303)
async def say(request: AnyRequest, web: Given, data: Form) -> Response[Any]:
    """Takes what was written or pressed, waits a moment for the answer, and shows the page."""
    token = request.cookies.get(COOKIE, "")
    address = web.sessions.address(token)
    written = _field(data, "text")
    if address is None or not web.sessions.is_form_key(address, _field(data, "key")):
        error = web.texts("plain.expired")
        return await _page(request, web, web.sessions.new(), 403, error, written)
    try:
        message = await _inbound(web, address, data)
        received = await web.service.inbox.receive(message)
    except BadMessage as refused:
        return await _page(request, web, token, refused.status, refused.sentence, written)
    await _answered(web, received.conversation, received.seq)
    return Redirect("/chat#latest", status_code=303)


@get("/chat/questions", include_in_schema=False)
async def questions(request: AnyRequest, web: Given) -> Response[bytes]:
    """The question list as a PDF."""
    address = web.sessions.address(request.cookies.get(COOKIE, ""))
    conversation = await web.conversation(address) if address else None
    if conversation is None:
        raise web.refusal(404, "errors.nothing_yet")
    return await questions_file(web, conversation)


@get("/chat/exit", include_in_schema=False, status_code=303)
async def leave(request: AnyRequest, web: Given) -> Response[Any]:
    """Quick exit without scripts: the cookie goes, and a neutral page comes."""
    answer = Redirect(EXIT, status_code=303)
    # Only our own pages may end the session, not a link on somebody else's.
    if request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none"):
        answer.set_cookie(_cookie(request, web, "", 0))
    return answer


async def _page(
    request: AnyRequest,
    web: Web,
    token: str,
    status: int = 200,
    error: str = "",
    written: str = "",
) -> Response[str]:
    address = web.sessions.address(token) or ""
    conversation = await web.conversation(address)
    entries: list[Entry] = []
    standing = None
    if conversation is not None:
        entries = await _everything(web, conversation)
        standing = await web.service.transcript.standing(conversation)
        to_person = [entry.seq for entry in entries if entry.direction == "out"]
        if to_person:
            await web.service.outbox.acknowledge(conversation, "seen", to_person[-1])
    own = [entry.seq for entry in entries if entry.direction == "in"]
    html = web.page(
        "chat.html",
        messages=[events.message(entry) for entry in entries],
        last_own=own[-1] if own else 0,
        pending=any(entry.turn == "pending" for entry in entries),
        stand=events.stand(standing) if standing else None,
        key=web.sessions.form_key(address),
        client_id=secrets.token_urlsafe(12),
        error=error,
        written=written,
    )
    answer = Response(html, media_type=MediaType.HTML, status_code=status)
    answer.headers["Content-Security-Policy"] = policy()
    answer.set_cookie(_cookie(request, web, token))
    return answer


def _cookie(request: AnyRequest, web: Web, value: str, max_age: int | None = None) -> Cookie:
    """A cookie that ends with the browser session. Lax: a link from elsewhere finds the chat."""
    secure = web.origins.secure or request.url.scheme == "https"
    return Cookie(
        COOKIE, value=value, path="/chat", max_age=max_age, httponly=True, samesite="lax",
        secure=secure,
    )  # fmt: skip


async def _everything(web: Web, conversation: str) -> list[Entry]:
    found: list[Entry] = []
    while page := await web.service.transcript.since(
        conversation, found[-1].revision if found else 0
    ):
        found += page
    return sorted(found, key=lambda entry: entry.seq)


async def _inbound(web: Web, address: str, data: dict[str, Any]) -> Inbound:
    """What the form says: a choice of the newest messages, one of the page's own buttons, text."""
    identity = _field(data, "client_id")[:60] or secrets.token_urlsafe(12)
    choice, start = _field(data, "choice"), _field(data, "payload")
    if choice:
        title, payload = await _chosen(web, address, choice)
        return Inbound("web", address, identity, payload, title, "button")
    if start in _STARTS | _WORDS:
        return Inbound("web", address, identity, start, _field(data, "title") or None, "button")
    text = _field(data, "text")
    if not text.strip():
        raise BadMessage(web.texts("plain.empty"))
    return Inbound("web", address, identity, text)


async def _chosen(web: Web, address: str, choice: str) -> tuple[str, str]:
    """Title and payload of ``SEQ.INDEX``, read from what was really offered."""
    seq, _, index = choice.partition(".")
    conversation = await web.conversation(address)
    if conversation and seq.isdecimal() and index.isdecimal():
        for entry in await _everything(web, conversation):
            buttons = entry.reply.buttons
            if entry.seq == int(seq) and entry.direction == "out" and int(index) < len(buttons):
                return buttons[int(index)].title, buttons[int(index)].payload
    raise BadMessage(web.texts("plain.stale"), 400)


async def _answered(web: Web, conversation: str, seq: int) -> None:
    """Until the message has its answer, at most for a few seconds."""
    until = time.monotonic() + _PATIENCE
    with web.service.hub.subscribe(f"conversation:{conversation}") as news:
        while await web.service.transcript.turn_of(conversation, seq) == "pending":
            left = until - time.monotonic()
            if left <= 0 or not await news.wait(left):
                return


def _field(data: dict[str, Any], name: str) -> str:
    value = data.get(name, "")
    return value if isinstance(value, str) else ""


HANDLERS = (chat, say, questions, leave)
