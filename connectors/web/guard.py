"""What holds for every answer of the web connector: its headers, and who may ask across sites."""

from __future__ import annotations

from collections.abc import Callable

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from connectors.web.origins import Origins

POLICY_API = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": (
        "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), browsing-topics=()"
    ),
    "content-security-policy": POLICY_API,
    "cache-control": "no-store",
}
_PREFLIGHT = {
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": "authorization, content-type, last-event-id",
    "access-control-max-age": "600",
}


def policy(*, ancestors: str = "'none'", frames: bool = False) -> str:
    """The Content-Security-Policy of a page: our own files and nothing else, nothing inline."""
    parts = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'" if frames else "",
        "base-uri 'none'",
        "form-action 'self'",
        f"frame-ancestors {ancestors}",
    ]
    return "; ".join(part for part in parts if part)


def guard(origins: Origins, foreign: bytes) -> Callable[[ASGIApp], ASGIApp]:
    """A middleware: adds the headers, answers preflights, refuses sites that nobody named.

    ``foreign`` is the JSON that those are answered with.
    """

    def wrap(app: ASGIApp) -> ASGIApp:
        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
                return
            headers = Headers.from_scope(scope)
            origin = headers.get("origin", "")
            own = not origin or origins.is_own(origin, headers.get("host", ""))
            cross = not own and origins.is_named(origin)

            async def send_with_headers(message: Message) -> None:
                if message["type"] == "http.response.start":
                    out = MutableScopeHeaders.from_message(message)
                    for name, value in _HEADERS.items():
                        out.setdefault(name, value)
                    if cross:
                        out["access-control-allow-origin"] = origin
                        out["access-control-expose-headers"] = "retry-after"
                    if origins.named:
                        out.extend_header_value("vary", "Origin")
                await send(message)

            if scope["method"] == "OPTIONS" and cross:
                await _answer(send_with_headers, 204, _PREFLIGHT, b"")
            elif own or cross or _is_plain_form(scope, origin):
                await app(scope, receive, send_with_headers)
            else:
                await _answer(send_with_headers, 403, {"content-type": "application/json"}, foreign)

        return guarded

    return wrap


def _is_plain_form(scope: Scope, origin: str) -> bool:
    """A form sent under our own ``no-referrer`` says its origin is ``null``; its key is checked."""
    return origin == "null" and scope["path"].startswith("/chat")


async def _answer(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body, "more_body": False})
