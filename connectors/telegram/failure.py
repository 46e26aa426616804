"""What went wrong with a call, as a value: what may be done about it, and a reason of our words.

The library folds everything about the network into one error; the cause behind it tells whether a
request can have reached Telegram. Only then is a message ``unknown``, and never sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

Kind = Literal["wait", "down", "refused", "conflict", "permanent", "unknown"]

_UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


@dataclass(frozen=True)
class Failure:
    """``wait``: try again in ``seconds`` (None: as long as usual). ``down``: Telegram was not
    reached. ``refused``: the token is not accepted. ``conflict``: somebody else uses the token.
    ``permanent``: never try this again. ``unknown``: it may have been done.
    """

    kind: Kind
    reason: str
    seconds: float | None = None
    # The request itself was not acceptable (400), as opposed to the person not being reachable.
    malformed: bool = False

    @property
    def person_gone(self) -> bool:
        """Whether nothing will reach this person, until they write again."""
        return self.kind == "permanent" and not self.malformed


def failure(error: Exception) -> Failure:
    """The failure behind an exception of a Bot API call."""
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
        return Failure("wait", "Telegram asked to wait", seconds)
    if isinstance(error, Forbidden):
        return Failure("permanent", _forbidden(error.message))
    if isinstance(error, InvalidToken):
        return Failure("refused", "Telegram does not accept the token")
    if isinstance(error, Conflict):
        return Failure("conflict", "another program uses the same token")
    if isinstance(error, ChatMigrated):
        return Failure("permanent", "the chat has moved")
    if isinstance(error, BadRequest):
        if "chat not found" in error.message.lower():
            return Failure("permanent", "the chat does not exist")
        return Failure("permanent", "Telegram refused the message", malformed=True)
    cause = error.__cause__
    if isinstance(cause, _UNSENT):
        return Failure("down", "Telegram cannot be reached")
    if isinstance(error, TimedOut):
        return Failure("unknown", "Telegram did not answer in time")
    if isinstance(error, NetworkError) and cause is None:
        return Failure("wait", "Telegram had an error of its own")
    if isinstance(error, TelegramError):
        return Failure("unknown", "the line to Telegram was cut")
    return Failure("unknown", f"an answer that could not be read ({type(error).__name__})")


def _forbidden(description: str) -> str:
    words = description.lower()
    if "blocked" in words:
        return "the person has blocked the bot"
    if "deactivated" in words:
        return "the person's account is gone"
    return "Telegram does not allow to write to the person"
