"""Tokens of links and sessions: 256 random bits, shown once, kept only as their digest."""

from __future__ import annotations

import hashlib
import secrets

LONGEST = 64


def fresh() -> str:
    """A new token, safe in a URL and a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of ``token``: 64 hexadecimal digits.

    A fast hash is enough, as nobody can guess 256 random bits from it.
    """
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def plausible(token: str | None) -> bool:
    """False for what cannot be a token, so that it costs no look into the database."""
    return bool(token) and len(token or "") <= LONGEST and (token or "").isascii()
