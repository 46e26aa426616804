"""How fast one sender may write: a token bucket each, forgotten when it is full again."""

from __future__ import annotations

from datetime import datetime

from assistant.clock import Clock

BURST = 20
PER_SECOND = 1.0
_MOST_SENDERS = 50_000


class Pace:
    """``BURST`` messages at once, then ``PER_SECOND``; in memory, for one gateway."""

    def __init__(self, clock: Clock, burst: int = BURST, per_second: float = PER_SECOND) -> None:
        self._clock = clock
        self._burst = burst
        self._per_second = per_second
        self._senders: dict[str, tuple[float, datetime]] = {}

    def allow(self, sender: str) -> bool:
        """Whether ``sender`` may send one more message now; counts it if so."""
        now = self._clock.now()
        tokens, then = self._senders.pop(sender, (float(self._burst), now))
        tokens = min(self._burst, tokens + (now - then).total_seconds() * self._per_second)
        allowed = tokens >= 1
        self._senders[sender] = (tokens - 1 if allowed else tokens, now)
        if len(self._senders) > _MOST_SENDERS:
            # The least recently heard of stand first; by now their buckets are full again.
            for old in list(self._senders)[: _MOST_SENDERS // 10]:
                del self._senders[old]
        return allowed
