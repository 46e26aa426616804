"""Wakes whoever waits for news: live streams, senders, turns. It carries no message text.

Within one gateway it is memory. With PostgreSQL, ``assistant/conversations/relay.py`` passes the
same wake-ups between gateways. A wake-up says only "look again"; the truth is in the database.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from types import TracebackType


class Subscription:
    """A standing wish to be woken. Wake-ups between two waits are kept, as one."""

    def __init__(self, hub: Hub, topics: tuple[str, ...]) -> None:
        self._hub = hub
        self._topics = topics
        self._event = asyncio.Event()
        self.notes: list[str] = []
        for topic in topics:
            hub._subscribers[topic].add(self)

    def _wake(self, note: str) -> None:
        if note:
            self.notes.append(note)
            del self.notes[:-20]
        self._event.set()

    async def wait(self, timeout: float) -> bool:
        """Until woken (True) or ``timeout`` seconds have passed (False)."""
        if not self._event.is_set():
            # Not wait_for: on Python 3.10 it can swallow the cancellation of whoever waits.
            waiter = asyncio.ensure_future(self._event.wait())
            try:
                await asyncio.wait({waiter}, timeout=timeout)
            finally:
                waiter.cancel()
        if not self._event.is_set():
            return False
        self._event.clear()
        return True

    def take_notes(self) -> list[str]:
        """What came with the wake-ups, oldest first: who is typing, for instance."""
        notes, self.notes = self.notes, []
        return notes

    def close(self) -> None:
        for topic in self._topics:
            subscribers = self._hub._subscribers.get(topic)
            if subscribers is not None:
                subscribers.discard(self)
                if not subscribers:
                    del self._hub._subscribers[topic]

    def __enter__(self) -> Subscription:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Hub:
    """Topics are ``conversation:ID``, ``outbox:CHANNEL`` and ``staff``."""

    def __init__(self) -> None:
        self._subscribers: defaultdict[str, set[Subscription]] = defaultdict(set)
        self.relay: Callable[[str, str], None] | None = None

    def subscribe(self, *topics: str) -> Subscription:
        """Subscribe before the first look at the database, or news in between is missed."""
        return Subscription(self, topics)

    def wake(self, topic: str, note: str = "") -> None:
        """Wake everybody who waits for ``topic``, here and in other gateways."""
        self.wake_here(topic, note)
        if self.relay is not None:
            self.relay(topic, note)

    def wake_here(self, topic: str, note: str = "") -> None:
        for subscription in tuple(self._subscribers.get(topic, ())):
            subscription._wake(note)

    def typing(self, conversation: str, who: str) -> None:
        """Somebody (``person``, ``peer`` or ``assistant``) is typing; never stored."""
        self.wake(f"conversation:{conversation}", f"typing:{who}")
