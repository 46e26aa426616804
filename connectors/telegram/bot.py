"""The Bot API client: the library with its rate limiter, our time limits, and quiet logs."""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from typing import Any

from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest
from telegram.warnings import PTBDeprecationWarning

from connectors.telegram.incoming import KINDS

_CALLS_AT_ONCE = 64


@dataclass(frozen=True)
class Timing:
    """Every time limit and pause of the connector, in seconds."""

    connect: float = 10
    read: float = 20
    write: float = 20
    # How long one getUpdates may wait for news.
    poll: float = 25
    # The outbox is looked at so often even when nobody wakes the sender.
    look: float = 2
    backoff_first: float = 0.5
    backoff_most: float = 60
    # How long the rest of a message may wait for Telegram when its beginning is out already.
    patience: float = 120
    # An answer that takes longer than this is announced as being written, again and again.
    composing_after: float = 0.7
    composing_again: float = 4.5
    # How long a stop waits for what is being sent.
    farewell: float = 8

    def backoff(self, failures: int) -> float:
        """The pause after that many failures in a row."""
        return float(min(self.backoff_most, self.backoff_first * 2 ** min(failures, 16)))


class TelegramBot(ExtBot[int]):
    """``ExtBot`` that can also give updates as they came.

    The library reads a whole batch or none of it, and logs the batch when it cannot: one strange
    update would stop everybody else's, with their words in the log.
    """

    async def raw_updates(
        self, offset: int, poll: float, limit: int, read: float
    ) -> list[dict[str, Any]]:
        """``getUpdates``, unread: a list of updates as the server wrote them."""
        asked = {
            "offset": offset,
            "timeout": int(poll),
            "limit": limit,
            "allowed_updates": list(KINDS),
        }
        found = await self._post("getUpdates", asked, read_timeout=poll + read)
        updates = found if isinstance(found, list) else []
        return [one for one in updates if isinstance(one, dict) and "update_id" in one]


def make_bot(token: str, api_url: str, timing: Timing) -> TelegramBot:
    """A client for ``api_url``, the root of a Bot API server. It sends nothing yet."""
    _be_quiet()
    limits: dict[str, Any] = {
        "connect_timeout": timing.connect,
        "read_timeout": timing.read,
        "write_timeout": timing.write,
        "media_write_timeout": timing.write,
        "pool_timeout": timing.connect,
    }
    return TelegramBot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=HTTPXRequest(connection_pool_size=_CALLS_AT_ONCE, **limits),
        get_updates_request=HTTPXRequest(connection_pool_size=2, **limits),
        rate_limiter=AIORateLimiter(),
    )


def _be_quiet() -> None:
    """Keep the token (in every URL) and people's words (in every call) out of the logs."""
    # The library's notice to itself, at each flood limit; both forms of the value are read.
    warnings.filterwarnings("ignore", r".*retry_after", PTBDeprecationWarning)
    for name in ("telegram", "telegram.ext", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("telegram.request.BaseRequest", "telegram.ext.AIORateLimiter"):
        # These write answers that cannot be read, and a traceback for each 429, as errors.
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
