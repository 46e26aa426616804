"""Getting JSON from a public source: limited in time, tries and size, silent about addresses."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import httpx
import msgspec

Reason = Literal["slow", "down", "busy", "refused", "unreadable"]

TRIES = 3
LARGEST = 4 * 2**20
LONGEST_WAIT = 4.0
_FIRST_WAIT = 0.25
_TIMEOUT = httpx.Timeout(5.0, connect=3.0)


class FetchFailed(Exception):
    """No usable answer. ``reason`` is one word; the address asked is not in it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class _Again(Exception):
    """Worth another try after ``wait`` seconds; never leaves this module."""

    def __init__(self, reason: Reason, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.wait = wait


def keep_addresses_out_of_logs() -> None:
    """Silence the request lines of httpx: they hold the query, so the place a person asked for."""
    for name in ("httpx", "httpcore"):
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))


async def json(
    http: httpx.AsyncClient,
    url: str,
    parameters: Mapping[str, str],
    *,
    jitter: Callable[[], float],
    tries: int = TRIES,
) -> Any:
    """The decoded JSON of ``GET url``; raises :class:`FetchFailed`.

    Tries again, with a growing and uneven wait, after a server error, a broken connection and
    "too many requests" (waiting as long as it says, up to four seconds); not after a refusal or
    an answer that is no JSON, which would be the same the next time. The caller bounds the whole.
    """
    keep_addresses_out_of_logs()
    for attempt in range(1, tries + 1):
        try:
            return _decoded(await _body(http, url, parameters))
        except _Again as again:
            wait = max(again.wait, _FIRST_WAIT * 2 ** (attempt - 1) * (0.5 + jitter()))
            if attempt == tries or again.wait > LONGEST_WAIT:
                raise FetchFailed(again.reason) from None
        await asyncio.sleep(wait)
    raise FetchFailed("down")


async def _body(http: httpx.AsyncClient, url: str, parameters: Mapping[str, str]) -> bytes:
    headers = {"Accept": "application/json"}
    try:
        async with http.stream(
            "GET", url, params=parameters, headers=headers, timeout=_TIMEOUT
        ) as response:
            if response.status_code == 429:
                raise _Again("busy", _retry_after(response.headers))
            if response.status_code >= 500:
                raise _Again("down", _retry_after(response.headers))
            if response.status_code != 200:
                raise FetchFailed("refused")
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > LARGEST:
                    raise FetchFailed("unreadable")
            return bytes(body)
    except httpx.TimeoutException:
        raise _Again("slow") from None
    except httpx.DecodingError:
        raise FetchFailed("unreadable") from None
    except httpx.RequestError:
        raise _Again("down") from None


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body.decode("utf-8-sig", "replace"))
    except (msgspec.DecodeError, RecursionError):
        raise FetchFailed("unreadable") from None


def _retry_after(headers: httpx.Headers) -> float:
    """Seconds to wait by Retry-After: a number, or a date measured from the answer's own Date."""
    text = headers.get("retry-after", "")
    try:
        seconds = float(text)
    except ValueError:
        try:
            until, now = (parsedate_to_datetime(date) for date in (text, headers.get("date", "")))
            seconds = until.timestamp() - now.timestamp()
        except (TypeError, ValueError, OverflowError):
            return 0.0
    return max(0.0, seconds) if math.isfinite(seconds) else 0.0


async def reachable(url: str, *, seconds: float) -> bool:
    """Whether anything answers at ``url`` within ``seconds``; for ``beside doctor``."""
    try:
        async with httpx.AsyncClient(timeout=seconds) as http:
            await http.head(url)
    except httpx.HTTPError:
        return False
    return True
