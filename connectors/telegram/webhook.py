"""The webhook: Telegram posts an update, and takes back nothing but a status."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler

PATH = "/webhooks/telegram"
MOST_BYTES = 1_000_000

_HEADER = "x-telegram-bot-api-secret-token"


def webhook(secret: str, keep: Callable[[dict[str, Any]], Awaitable[bool]]) -> HTTPRouteHandler:
    """The handler of ``POST /webhooks/telegram``.

    403: the secret token is missing or wrong. 400: not an update. 503: not kept; send it again.
    """

    @post(PATH, status_code=200, request_max_body_size=MOST_BYTES, include_in_schema=False)
    async def telegram_webhook(request: Request[Any, Any, Any]) -> Response[None]:
        given = request.headers.get(_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return Response(None, status_code=403)
        try:
            update = msgspec.json.decode(await request.body())
        except msgspec.DecodeError:
            return Response(None, status_code=400)
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            return Response(None, status_code=400)
        return Response(None, status_code=200 if await keep(update) else 503)

    return telegram_webhook
