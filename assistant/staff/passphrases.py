"""Passphrases: what may be one, and how it is kept (argon2id, in a thread, two at a time).

The cost is argon2-cffi's default, the second recommended option of RFC 9106: 64 MiB and three
passes. The limit of two at a time bounds what a flood of sign-ins can cost in memory.
"""

from __future__ import annotations

import asyncio
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from assistant.staff.errors import BadPassphrase

SHORTEST = 12
LONGEST = 200
_AT_ONCE = 2


class Passphrases:
    """Hashes and verifies. ``hasher`` may be a cheaper one in tests."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._decoy: str | None = None

    async def hash(self, passphrase: str) -> str:
        """The argon2id string to keep."""
        async with self._places:
            return await asyncio.to_thread(self._hasher.hash, normal(passphrase))

    async def verify(self, kept: str | None, passphrase: str) -> bool:
        """True when it is the one. With nothing kept, the same work is done and the answer is no.

        That work is what keeps an unknown name from being told apart by the time an answer takes.
        """
        if self._decoy is None:
            self._decoy = await self.hash("nobody has this passphrase")
        async with self._places:
            right = await asyncio.to_thread(self._verify, kept or self._decoy, normal(passphrase))
        return right and kept is not None

    def outdated(self, kept: str) -> bool:
        """True when ``kept`` was made at another cost than today's and should be made anew."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str, passphrase: str) -> bool:
        try:
            return self._hasher.verify(kept, passphrase)
        except (VerificationError, InvalidHashError):
            return False


def normal(passphrase: str) -> str:
    """One form for what looks the same, whichever keyboard typed it (NFKC, as NIST 800-63B).

    A lone surrogate, which no keyboard types, becomes a question mark instead of an error.
    """
    text = unicodedata.normalize("NFKC", passphrase)
    return text.encode("utf-8", "replace").decode("utf-8")


def check(passphrase: str, name: str) -> None:
    """Raise :class:`BadPassphrase` unless ``passphrase`` may be used by ``name``."""
    text = normal(passphrase)
    if len(text) < SHORTEST:
        raise BadPassphrase(
            f"That has {len(text)} characters. Use at least {SHORTEST}; four or more words"
            " are easy to remember."
        )
    if len(text) > LONGEST:
        raise BadPassphrase(f"Use at most {LONGEST} characters.")
    folded = text.casefold()
    if len(set(folded)) < 5:
        raise BadPassphrase("That repeats the same few characters. Use four or more words.")
    rest = folded.replace(name.casefold(), "")
    if len(rest.strip()) < SHORTEST // 2:
        raise BadPassphrase("That is mostly your name. Use four or more other words.")
