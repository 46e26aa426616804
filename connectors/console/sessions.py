"""The session cookie, the proof against forged requests, and who may pass.

The cookie is HttpOnly and SameSite=Strict. On top of that every request that changes something
must come from our own origin and carry a value derived from the session (or, before there is
one, from a cookie that the form's own page has set): another site can read neither.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Guard

from assistant.service import Service
from assistant.staff import Staff
from assistant.staff.sessions import ABSOLUTE

HEADER = "X-Beside-CSRF"
AnyRequest = Request[Any, Any, Any]
AnyConnection = ASGIConnection[Any, Any, Any, Any]


class Sessions:
    """Reads and makes the console's cookies for one public URL."""

    def __init__(self, service: Service) -> None:
        self._service = service
        own = urlsplit(service.settings.public_url)
        self._origin = f"{own.scheme}://{own.netloc}"
        self.secure = own.scheme == "https"
        # The prefix makes browsers refuse a cookie that another subdomain tries to plant.
        prefix = "__Host-" if self.secure else ""
        self._path = "/" if self.secure else "/console"
        self.session_name = f"{prefix}beside_staff"
        self.form_name = f"{prefix}beside_form"

    def token(self, connection: AnyConnection) -> str | None:
        return connection.cookies.get(self.session_name)

    async def staff(self, connection: AnyConnection, *, touch: bool = True) -> Staff | None:
        """Who is signed in, or None."""
        return await self._service.staff.who(self.token(connection), touch=touch)

    def session_cookie(self, token: str) -> Cookie:
        return self._cookie(self.session_name, token, int(ABSOLUTE.total_seconds()))

    def form_cookie(self, nonce: str) -> Cookie:
        return self._cookie(self.form_name, nonce, None)

    def end_cookie(self) -> Cookie:
        return self._cookie(self.session_name, "", 0)

    def check_origin(self, connection: AnyConnection) -> None:
        """Refuse what a browser says comes from elsewhere."""
        origin = connection.headers.get("origin")
        host = connection.headers.get("host", "")
        own = (None, self._origin, f"http://{host}", f"https://{host}")
        fetched = connection.headers.get("sec-fetch-site", "same-origin")
        if origin not in own or fetched not in ("same-origin", "none"):
            raise PermissionDeniedException("This request comes from another site.")

    def check(self, connection: AnyConnection, secret: str | None, given: str | None) -> None:
        """Refuse a request that does not prove it was made by our own page."""
        self.check_origin(connection)
        if not secret or not hmac.compare_digest(proof(secret).encode(), (given or "").encode()):
            raise PermissionDeniedException("This page is out of date. Reload it and try again.")

    def _cookie(self, name: str, value: str, age: int | None) -> Cookie:
        return Cookie(
            key=name,
            value=value,
            path=self._path,
            max_age=age,
            httponly=True,
            secure=self.secure,
            samesite="strict",
        )


def proof(secret: str) -> str:
    """What our own pages send along; from it nobody gets back to ``secret``."""
    return hashlib.sha256(f"beside console\x00{secret}".encode("utf-8", "replace")).hexdigest()


def signed_in(sessions: Sessions) -> Guard:
    """The API's guard: a member of staff, and for changes a request that our own page made."""

    async def guard(connection: AnyConnection, _: BaseRouteHandler) -> None:
        # What somebody does keeps a session from ending, not a page that merely stays open.
        idle = connection.url.path.endswith(("/stream", "/heartbeat"))
        staff = await sessions.staff(connection, touch=not idle)
        if staff is None:
            raise NotAuthorizedException("Sign in first.")
        if connection.scope.get("method") not in ("GET", "HEAD"):
            sessions.check(connection, sessions.token(connection), connection.headers.get(HEADER))
        connection.scope["user"] = staff

    return guard
