"""Encryption at rest: everything a person wrote is sealed before it reaches the database.

Fernet (AES-128-CBC with HMAC-SHA256) from ``cryptography``. Keys are given newest first: the
first one seals, all of them open, so that a key can be replaced without a stop.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class VaultError(ValueError):
    """A key is malformed, or something was sealed with a key that is not here."""


class Vault:
    """Seals and opens bytes, and makes keyed look-up hashes of addresses."""

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except (ValueError, TypeError):
            raise VaultError(
                "BESIDE_ENCRYPTION_KEYS must hold keys of 32 bytes in URL-safe base64, newest"
                " first; `beside doctor` says how to make one."
            ) from None
        self._lookup_key = b""

    def use_lookup_key(self, key: bytes) -> None:
        """The key of :meth:`lookup`; it lies sealed in the database and outlives rotation."""
        self._lookup_key = key

    def seal(self, data: bytes) -> bytes:
        """``data`` encrypted with the newest key."""
        return self._fernet.encrypt(data)

    def open(self, data: bytes) -> bytes:
        """What was sealed; raises :class:`VaultError` when no key of ours opens it."""
        try:
            return self._fernet.decrypt(data)
        except InvalidToken:
            raise VaultError(
                "A stored text cannot be opened with the keys in BESIDE_ENCRYPTION_KEYS;"
                " put the key it was sealed with back at the end of the list."
            ) from None

    def reseal(self, data: bytes) -> bytes:
        """The same content sealed with the newest key."""
        try:
            return self._fernet.rotate(data)
        except InvalidToken:
            raise VaultError("A stored text cannot be opened with any key given.") from None

    def lookup(self, channel: str, address: str) -> str:
        """A keyed hash of an address, 64 hexadecimal digits, the same at each call."""
        if not self._lookup_key:
            raise VaultError("the vault has no look-up key yet; open the database first")
        text = f"{channel}\x00{address}".encode("utf-8", "surrogatepass")
        return hmac.new(self._lookup_key, text, hashlib.sha256).hexdigest()


def load_keys(configured: Sequence[str], data_dir: Path) -> tuple[str, ...]:
    """The configured keys, or those of ``data_dir/encryption.key``, made at the first run."""
    if configured:
        return tuple(configured)
    path = data_dir / "encryption.key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        made = path.with_suffix(f".{os.getpid()}")
        with open(os.open(made, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(Fernet.generate_key().decode() + "\n")
        try:
            # A link, not a rename: of two processes at a first start one wins, both read it.
            os.link(made, path)
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return tuple(line.strip() for line in path.read_text().splitlines() if line.strip())
