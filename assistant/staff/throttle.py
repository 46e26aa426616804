"""How often somebody may try: per name, and in all. Kept in memory, bounded, on the one clock.

Only failures count. A process that starts again starts counting again; with several gateways
each counts for itself.
"""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.clock import Clock
from assistant.staff.errors import TooManyTries

_NAMES_KEPT = 1_000


@dataclass(frozen=True)
class Limit:
    """At most ``tries`` failures within ``window``."""

    tries: int
    window: timedelta


PER_NAME = Limit(tries=8, window=timedelta(minutes=15))
IN_ALL = Limit(tries=60, window=timedelta(minutes=5))


class Throttle:
    """Counts failed tries and refuses the next one when there were too many."""

    def __init__(self, clock: Clock, per_name: Limit = PER_NAME, in_all: Limit = IN_ALL) -> None:
        self._clock = clock
        self._per_name = per_name
        self._in_all = in_all
        self._names: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._all: deque[datetime] = deque()

    def check(self, name: str) -> None:
        """Raise :class:`TooManyTries` when ``name``, or everybody together, failed too often."""
        wait = max(
            self._wait(self._names.get(name), self._per_name), self._wait(self._all, self._in_all)
        )
        if wait > 0:
            minutes = math.ceil(wait / 60)
            raise TooManyTries(
                "There were too many tries. Wait"
                f" {minutes} {'minute' if minutes == 1 else 'minutes'}, then try again.",
                retry_after=wait,
            )

    def begin(self, name: str) -> None:
        """Count a try before its outcome is known, so that many at once cannot slip through."""
        now = self._clock.now()
        tries = self._names.setdefault(name, deque(maxlen=self._per_name.tries))
        self._names.move_to_end(name)
        tries.append(now)
        self._all.append(now)
        while len(self._all) > self._in_all.tries:
            self._all.popleft()
        while len(self._names) > _NAMES_KEPT:
            self._names.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """Forget the failures of ``name`` and the try that has just been counted."""
        tries = self._names.pop(name, None)
        if tries and self._all:
            self._all.pop()

    def _wait(self, tries: deque[datetime] | None, limit: Limit) -> int:
        """Seconds until the next try is allowed; 0 when it is allowed now."""
        if not tries or len(tries) < limit.tries:
            return 0
        left = tries[-limit.tries] + limit.window - self._clock.now()
        return max(0, math.ceil(left.total_seconds()))
