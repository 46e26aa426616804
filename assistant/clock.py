"""The one source of time. Everything that asks what time it is takes a ``Clock``."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time as an aware UTC ``datetime``."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(timezone.utc)


class FakeClock:
    """A clock that stands still until it is moved; for tests."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 1, 1, 12, tzinfo=timezone.utc)

    def now(self) -> datetime:
        return self._now

    def move(self, **delta: float) -> None:
        """Move forward by ``timedelta(**delta)``, for example ``move(hours=3)``."""
        self._now += timedelta(**delta)
