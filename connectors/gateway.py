"""The gateway: one ASGI application made of the connectors over one service.

Run by the supervisor as ``python -m connectors.gateway``; it never imports Rasa.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from litestar import Litestar, Response, get
from litestar.openapi import OpenAPIConfig
from prometheus_client import generate_latest

from assistant.logs import configure_logs
from assistant.parent import die_with_parent
from assistant.service import Service
from assistant.settings import Settings
from assistant.storage.vault import VaultError
from connectors.console.routes import routes as console_routes
from connectors.errors import HANDLERS
from connectors.rest.routes import routes as rest_routes
from connectors.web.routes import routes as web_routes

if TYPE_CHECKING:
    from connectors.telegram.connector import TelegramConnector

MOST_BODY = 1_000_000
"""Bytes of a request body; more is refused with 413."""


def create_app(service: Service, telegram: TelegramConnector | None = None) -> Litestar:
    """The application over ``service``, which it starts and stops with itself."""

    @get("/healthz", summary="The gateway is alive", tags=["operations"])
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @get("/readyz", summary="Dialogue loaded and database reachable", tags=["operations"])
    async def readyz() -> Response[dict[str, Any]]:
        checks: dict[str, Any] = {
            "dialogue": service.turns.ready,
            "database": await service.database_answers(),
        }
        ready = all(checks.values())
        if telegram is not None:
            # Telegram's own troubles do not make this gateway unfit to serve the others.
            checks["telegram"] = telegram.standing
        return Response({"ready": ready, **checks}, status_code=200 if ready else 503)

    @get("/metrics", summary="Prometheus", tags=["operations"], include_in_schema=False)
    async def metrics() -> Response[bytes]:
        return Response(generate_latest(), media_type="text/plain; version=0.0.4")

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        try:
            try:
                await service.start()
                app.state.started = True
            except VaultError as error:
                app.state.refusal = str(error)
                raise
            if telegram is not None:
                await telegram.start()
            yield
        finally:
            if telegram is not None:
                await telegram.stop()
            await service.stop()

    handlers: list[Any] = [
        healthz,
        readyz,
        metrics,
        *rest_routes(service),
        *web_routes(service),
        *console_routes(service),
    ]
    if telegram is not None:
        handlers += telegram.routes()
    return Litestar(
        handlers,
        lifespan=[lifespan],
        exception_handlers=HANDLERS,  # type: ignore[arg-type]
        request_max_body_size=MOST_BODY,
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="Beside",
            version="0.1.0",
            path="/schema",
            render_plugins=[],
            description="The HTTP interface of a Beside gateway.",
        ),
    )


def main() -> int:
    """Serve until told to stop. Exit status 2 when a setting is wrong."""
    try:
        settings = Settings.read(os.environ)
        configure_logs(settings.log_level)
        service = Service(settings)
    except ValueError as error:
        print(f"beside: {error}", file=sys.stderr)
        return 2
    die_with_parent()
    telegram = None
    if settings.telegram_token:
        # Imported only when used: it is a quarter of the gateway's start and of its memory.
        from connectors.telegram.connector import TelegramConnector

        telegram = TelegramConnector(service, settings)
    if settings.sqlite and not _alone(settings.database_url):
        print(
            "beside: another gateway serves this SQLite database; stop it first, or use"
            " PostgreSQL to run several.",
            file=sys.stderr,
        )
        return 2
    app = create_app(service, telegram)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        ws="none",
        access_log=False,
        timeout_graceful_shutdown=3,
        server_header=False,
    )
    # Bound before anything is started: a second start must not touch what the first one serves.
    listener = config.bind_socket()
    # It leaves by SystemExit when the start-up fails.
    with contextlib.suppress(SystemExit):
        uvicorn.Server(config).run(sockets=[listener])
    if refusal := app.state.get("refusal"):
        print(f"beside: {refusal}", file=sys.stderr)
        return 2
    return 0 if app.state.get("started") else 1


def _alone(database_url: str) -> bool:
    """Take the SQLite file's lock for the life of this process; False when another has it."""
    file = Path(database_url.partition(":///")[2] + ".lock")
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
