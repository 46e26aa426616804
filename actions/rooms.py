"""The rooms that actions speak for, each opened at its first use and kept."""

from __future__ import annotations

import asyncio
import os
from functools import lru_cache
from pathlib import Path
from weakref import WeakKeyDictionary

import httpx

from assistant.education.library import Library
from assistant.referral.places import Places
from assistant.referral.treatment import TreatmentLocator
from assistant.settings import Settings
from assistant.texts import Texts

# A client belongs to the event loop it first ran on. The dialogue has one; tests have many.
_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()


@lru_cache(maxsize=1)
def texts() -> Texts:
    """The prepared words of the actions."""
    return Texts.load(Path(__file__).with_name("texts.yml"))


@lru_cache(maxsize=1)
def library() -> Library:
    """The education cards."""
    return Library.load()


@lru_cache(maxsize=1)
def places() -> Places:
    """Where people may be."""
    return Places.load()


@lru_cache(maxsize=1)
def _settings() -> Settings:
    return Settings.read(os.environ)


def locator() -> TreatmentLocator:
    """The treatment locator over this event loop's one HTTP client."""
    loop = asyncio.get_running_loop()
    client = _clients.get(loop)
    if client is None or client.is_closed:
        client = _clients[loop] = httpx.AsyncClient()
    return TreatmentLocator(_settings().findtreatment_url, client)


async def close() -> None:
    """Close this event loop's HTTP client; the next search opens another."""
    client = _clients.pop(asyncio.get_running_loop(), None)
    if client is not None:
        await client.aclose()


def forget_settings() -> None:
    """Read the settings again at the next search; for tests that change the environment."""
    _settings.cache_clear()
