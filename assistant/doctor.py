"""``beside doctor``: what is configured, reachable, missing or out of date, each with its cure."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError

from assistant.dialogue.training import current_model
from assistant.language.weights import Weights, WeightsMissing
from assistant.safety.directory import Directory, DirectoryError
from assistant.settings import Settings
from assistant.storage.database import NEWEST, Database
from assistant.storage.vault import Vault, VaultError, load_keys

_SECONDS = 5.0


@dataclass(frozen=True)
class Check:
    """One finding. ``attend`` can wait, ``broken`` cannot; ``cure`` says what to do."""

    name: str
    state: Literal["fine", "attend", "broken"]
    found: str
    cure: str = ""


async def examine(settings: Settings) -> list[Check]:
    """Look at everything that can be looked at without changing anything."""
    return [
        _python(),
        _keys(settings),
        await _database(settings),
        _weights(),
        _model(settings),
        _directory(),
        _programme(settings),
        _telegram(settings),
        _rest(settings),
        await _gateway(settings),
        await _outside("FindTreatment.gov", settings.findtreatment_url),
    ]


def show(checks: list[Check]) -> None:
    """Print the findings, the worst last."""
    marks = {"fine": "ok     ", "attend": "look   ", "broken": "broken "}
    for check in sorted(checks, key=lambda check: list(marks).index(check.state)):
        print(f"{marks[check.state]} {check.name}: {check.found}")
        if check.cure:
            print(f"         cure: {check.cure}")


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("Python", "fine", version)


def _keys(settings: Settings) -> Check:
    try:
        keys = load_keys(settings.encryption_keys, settings.data_dir)
        Vault(keys)
    except (VaultError, OSError) as error:
        return Check(
            "Encryption keys",
            "broken",
            str(error),
            "make a key with: python -c 'from cryptography.fernet import Fernet;"
            " print(Fernet.generate_key().decode())'",
        )
    if settings.encryption_keys:
        return Check("Encryption keys", "fine", f"{len(keys)} given")
    return Check(
        "Encryption keys",
        "attend",
        f"made by Beside, in {settings.data_dir / 'encryption.key'}",
        "keep a copy of that file away from this machine: without it nothing can be read",
    )


async def _database(settings: Settings) -> Check:
    kind = "SQLite" if settings.sqlite else "PostgreSQL"
    database = Database(settings.database_url)
    try:
        revision = await database.revision()
    except (SQLAlchemyError, OSError) as error:
        return Check(
            "Database", "broken", f"{kind} cannot be reached ({type(error).__name__})",
            "check BESIDE_DATABASE_URL, and that the server runs and lets this user in",
        )  # fmt: skip
    finally:
        await database.close()
    if revision is None:
        return Check("Database", "attend", f"{kind}, empty", "it is set up at the first run")
    if revision != NEWEST:
        return Check("Database", "attend", f"{kind}, tables at {revision}", "start Beside once")
    return Check("Database", "fine", f"{kind}, up to date")


def _weights() -> Check:
    try:
        Weights.find().check()
    except WeightsMissing as error:
        return Check("Sentence encoder", "broken", str(error), "run: uv sync --reinstall")
    return Check("Sentence encoder", "fine", "weights are there and are the published ones")


def _model(settings: Settings) -> Check:
    if current_model(settings.data_dir) is None:
        return Check("Dialogue model", "attend", "none that is current", "run: beside train")
    return Check("Dialogue model", "fine", "current")


def _directory() -> Check:
    try:
        directory = Directory.load()
    except DirectoryError as error:
        return Check("Crisis directory", "broken", str(error), "mend the file and start again")
    old = directory.unverified(datetime.now(timezone.utc))
    if not old:
        return Check("Crisis directory", "fine", "every entry was checked in the last 180 days")
    names = ", ".join(entry.id for entry in old)
    return Check(
        "Crisis directory", "attend", f"not checked, or not lately: {names}",
        "call or open each, then set its date in assistant/safety/directory.yml",
    )  # fmt: skip


def _programme(settings: Settings) -> Check:
    if settings.programme == "this programme":
        return Check(
            "Programme", "attend", "has no name",
            "set BESIDE_PROGRAMME; people see it when they are asked whom they share with",
        )  # fmt: skip
    return Check("Programme", "fine", settings.programme)


def _telegram(settings: Settings) -> Check:
    if not settings.telegram_token:
        return Check("Telegram", "fine", "off; set BESIDE_TELEGRAM_TOKEN to turn it on")
    how = "webhook" if settings.telegram_webhook_secret else "long polling"
    return Check("Telegram", "fine", f"on, {how}; its standing is under Gateway")


def _rest(settings: Settings) -> Check:
    if settings.rest_token:
        return Check("REST webhook", "fine", "open to holders of the token")
    return Check("REST webhook", "fine", "this machine only; set BESIDE_REST_TOKEN to open it")


async def _gateway(settings: Settings) -> Check:
    """What the running gateway says of itself, if one runs."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    try:
        body = await asyncio.wait_for(_readyz(host, settings.port), _SECONDS)
        standing = json.loads(body)
    except (OSError, ValueError, asyncio.TimeoutError):
        return Check("Gateway", "attend", "not running on its port", "start it: make run")
    if standing.get("ready"):
        return Check("Gateway", "fine", f"ready: {_short(standing)}")
    return Check(
        "Gateway", "attend", f"not ready: {_short(standing)}",
        "the dialogue takes up to a minute to load; look at the log if it takes longer",
    )  # fmt: skip


async def _readyz(host: str, port: int) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(b"GET /readyz HTTP/1.0\r\nhost: localhost\r\n\r\n")
        answer = await reader.read(65_536)
        return answer.partition(b"\r\n\r\n")[2]
    finally:
        writer.close()


def _short(standing: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in standing.items() if name != "ready")


async def _outside(name: str, url: str) -> Check:
    from assistant.referral.fetch import reachable

    if await reachable(url, seconds=_SECONDS):
        return Check(name, "fine", "answers")
    return Check(
        name, "attend", "does not answer from here",
        "people get the national helpline and 211 instead; check this machine's way out",
    )  # fmt: skip
