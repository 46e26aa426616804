"""The console's event stream: one loop that looks again whenever something may have changed.

The id of an event holds, for each of the peer's conversations, the revision up to which it was
sent (``HANDOFF.REVISION,…``), so that a browser which reconnects misses nothing and gets little
twice. What the stream says comes from the database each time; a wake-up only says when to look.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
from litestar.response.sse import ServerSentEventMessage

from assistant.conversations.hub import Subscription
from assistant.handoff.handoff import Gone, Waiting
from assistant.service import Service
from assistant.staff import Staff
from connectors.console import reading
from connectors.console.shapes import Left, Message, NewMessages, Queue, TypingNow

PULSE = 15.0
"""Seconds after which the stream says ``ping`` and the page answers with a heartbeat.

The answer is what counts as presence: writing into a line that has died looks like success.
"""


class Watch:
    """What one open console is told. ``last_seen`` is the id of the last event it had."""

    def __init__(self, service: Service, staff: Staff, token: str, last_seen: str) -> None:
        self._service = service
        self._staff = staff
        self._token = token
        self._revisions = _resumed(last_seen)
        self._asked: dict[str, int] = {}
        self._mine: dict[str, Waiting] = {}
        self._news: dict[str, Subscription] = {}
        self._queue: Queue | None = None
        self._pulse = service.clock.now()
        self._over = False

    async def events(self) -> AsyncIterator[ServerSentEventMessage]:
        """Until the session ends. Closing the stream ends it, too."""
        with contextlib.ExitStack() as stack:
            staff_news = stack.enter_context(self._service.hub.subscribe("staff"))
            stack.callback(self._stop_listening)
            yield self._event("hello", {})
            while not self._over:
                # A browser may leave at any moment; what has begun in the database is finished.
                for event in await asyncio.shield(asyncio.ensure_future(self._round())):
                    yield event
                if not self._over:
                    await self._wait(staff_news)

    async def _round(self) -> list[ServerSentEventMessage]:
        """Everything there is to tell now."""
        if await self._service.staff.who(self._token, touch=False) is None:
            self._over = True
            return [self._event("signed_out", {})]
        found = [event async for event in self._look()]
        now = self._service.clock.now()
        if now - self._pulse >= timedelta(seconds=PULSE):
            self._pulse = now
            found.append(self._event("ping", {}))
        return found

    async def _look(self) -> AsyncIterator[ServerSentEventMessage]:
        rows = await self._service.handoffs.queue()
        mine = {row.id: row for row in rows if row.staff_id == self._staff.id}
        for identity in self._mine.keys() - mine.keys():
            waiting = any(row.id == identity and row.staff_id is None for row in rows)
            yield self._event("left", Left(identity, "waiting" if waiting else "gone"))
            self._drop(identity)
        for identity, row in mine.items():
            if identity not in self._news:
                # Listened to before it is read, or what happens in between would be missed.
                topic = f"conversation:{row.conversation}"
                self._news[identity] = self._service.hub.subscribe(topic)
        self._mine = mine
        queue = reading.queue(self._service, rows, self._staff)
        if self._queue is None or _without_time(queue) != _without_time(self._queue):
            self._queue = queue
            yield self._event("queue", queue)
        for row in mine.values():
            async for event in self._look_into(row):
                yield event

    async def _look_into(self, row: Waiting) -> AsyncIterator[ServerSentEventMessage]:
        """What is new in one conversation, and whether its person is writing."""
        if row.id not in self._asked:
            try:
                _, _, self._asked[row.id] = await self._service.handoffs.get(row.id)
            except Gone:
                return
        found = await reading.messages(
            self._service,
            row.conversation,
            self._staff,
            after=self._asked[row.id],
            changed_after=self._revisions.get(row.id, 0),
        )
        if found:
            revision = max(message.revision for message in found)
            self._revisions[row.id] = revision
            yield self._event("entries", NewMessages(row.id, found, revision))
            await self._received(row, found)
        typing = "typing:person" in self._news[row.id].take_notes()
        # A note from before their message is old news once the message is here.
        if typing and not any(message.sender == "person" for message in found):
            yield self._event("typing", TypingNow(row.id))

    async def _received(self, row: Waiting, found: list[Message]) -> None:
        """The person may know that their words are here, before anybody has read them."""
        new = [m.seq for m in found if m.sender == "person" and m.status == "sent"]
        if new:
            await self._service.outbox.read_by_peer(
                row.conversation, "delivered", max(new), after_seq=self._asked[row.id]
            )

    async def _wait(self, staff_news: Subscription) -> None:
        tasks = [
            asyncio.ensure_future(news.wait(PULSE)) for news in (staff_news, *self._news.values())
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # A wake-up that comes while a wait is given up stays for the next one.
            for task in tasks:
                task.cancel()

    def _drop(self, identity: str) -> None:
        self._news.pop(identity).close()
        self._asked.pop(identity, None)
        self._revisions.pop(identity, None)

    def _stop_listening(self) -> None:
        for news in self._news.values():
            news.close()

    def _event(self, name: str, data: object) -> ServerSentEventMessage:
        known = {key: self._revisions[key] for key in self._mine if key in self._revisions}
        return ServerSentEventMessage(
            data=msgspec.json.encode(data).decode(),
            event=name,
            id=",".join(f"{key}.{revision}" for key, revision in known.items()) or None,
            sep="\n",
        )


def _without_time(queue: Queue) -> tuple[object, ...]:
    return queue.waiting, queue.mine, queue.others


def _resumed(last_seen: str) -> dict[str, int]:
    """The revisions of an event's id; whatever is malformed in it counts as never seen."""
    found = {}
    for part in last_seen.split(","):
        identity, _, revision = part.partition(".")
        if revision.isascii() and revision.isdecimal() and len(revision) < 16:
            found[identity] = int(revision)
    return found
