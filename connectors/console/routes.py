"""Everything under ``/console``, bound to one service."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router
from litestar.di import Provide

from assistant.handoff.handoff import Gone, HandoffError, Taken
from assistant.service import Service
from connectors.console import api, pages
from connectors.console.console import Console
from connectors.console.guard import with_headers
from connectors.console.sessions import signed_in
from connectors.console.shapes import Problem


def routes(service: Service) -> list[Router]:
    """The console's pages and its JSON API."""
    console = Console.build(service)

    json = Router(
        "/api",
        route_handlers=[
            api.me,
            api.queue,
            api.handoff,
            api.claim,
            api.say,
            api.typing,
            api.seen,
            api.close,
            api.heartbeat,
            api.stream,
        ],
        guards=[signed_in(console.sessions)],
        tags=["console"],
    )
    return [
        Router(
            "/console",
            route_handlers=[
                pages.home,
                pages.sign_in,
                pages.link,
                pages.redeem,
                pages.sign_out,
                pages.static,
                json,
            ],
            dependencies={"console": Provide(lambda: console, sync_to_thread=False)},
            exception_handlers={HandoffError: lost},
            middleware=[with_headers],
        )
    ]


def lost(_: Request[Any, Any, Any], error: HandoffError) -> Response[Problem]:
    """A step that cannot be done (any more), as JSON with a sentence for the peer."""
    by = error.by if isinstance(error, api.TakenBy) else None
    return Response(Problem(str(error), by), status_code=_status(error))


def _status(error: HandoffError) -> int:
    if isinstance(error, Taken):
        return 409
    return 410 if isinstance(error, Gone) else 422
