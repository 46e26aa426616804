"""Who may read a conversation in the widget: whoever holds its token, and nobody else.

A token is ``address.signature``: 192 random bits that name the sender on the channel ``web``, and
a keyed hash that shows the name is of our making. Nothing is stored for it, and no conversation
exists before the first message. The key lies sealed in the database and outlives the rotation of
the encryption keys, so a person keeps their conversation.
"""

from __future__ import annotations

import hmac
import secrets

from assistant.storage.vault import Vault

_LONGEST = 120


class Sessions:
    """Makes and checks tokens; usable once the service has started."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def new(self) -> str:
        """A fresh token for a sender who has written nothing yet."""
        address = secrets.token_urlsafe(24)
        return f"{address}.{self._sign('token', address)}"

    def address(self, token: str) -> str | None:
        """The sender behind ``token``; None when it is not one of ours."""
        address, dot, signature = token.partition(".")
        if not (address and dot) or len(token) > _LONGEST or not token.isascii():
            return None
        good = hmac.compare_digest(self._sign("token", address), signature)
        return address if good else None

    def form_key(self, address: str) -> str:
        """What a form on the plain page must send along: no other site can know it."""
        return self._sign("form", address)

    def is_form_key(self, address: str, key: str) -> bool:
        return key.isascii() and hmac.compare_digest(self.form_key(address), key)

    def _sign(self, use: str, address: str) -> str:
        return self._vault.lookup(f"web {use}", address)
