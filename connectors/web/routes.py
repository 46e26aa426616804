"""Everything the web connector serves, for the gateway to mount."""

from __future__ import annotations

import msgspec
from litestar import Response, Router
from litestar.di import Provide

from assistant.service import Service
from connectors.web import api, pages, plain
from connectors.web.guard import guard
from connectors.web.web import AnyRequest, Web

LARGEST_BODY = 1_000_000
"""Bytes. The inbox measures a message in characters and says so in a sentence; this is for the
rest."""


def routes(service: Service) -> list[Router]:
    """The public pages, the widget's API and the plain page, working on ``service``."""
    web = Web.build(service)

    def too_deep(_: AnyRequest, __: RecursionError) -> Response[dict[str, str]]:
        # Thousands of brackets in a body; the decoder gives up where it should refuse.
        return Response({"error": web.texts("errors.too_deep")}, status_code=400)

    foreign = msgspec.json.encode({"error": web.texts("errors.origin")})
    shared = {
        "dependencies": {"web": Provide(lambda: web, sync_to_thread=False)},
        "exception_handlers": {RecursionError: too_deep},
        "middleware": [guard(web.origins, foreign)],
        "request_max_body_size": LARGEST_BODY,
    }
    return [
        Router("/widget", route_handlers=api.HANDLERS, tags=["widget"], **shared),  # type: ignore[arg-type]
        Router("/", route_handlers=[*pages.HANDLERS, *plain.HANDLERS], **shared),  # type: ignore[arg-type]
    ]
