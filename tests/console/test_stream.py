"""The event stream: what an open console is told, and that a broken line loses nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from assistant.service import Service
from tests.conftest import write
from tests.console.conftest import Peer, ask_for_a_person, waiting_id


@dataclass
class Event:
    name: str
    data: Any
    id: str


@dataclass
class Listener:
    """Reads a stream; ``next(name)`` waits for the next event of that name."""

    response: httpx.Response
    seen: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._events = self._read()

    async def _read(self) -> AsyncIterator[Event]:
        name, data, identity = "", "", ""
        async for line in self.response.aiter_lines():
            key, _, value = line.partition(": ")
            if key == "event":
                name = value
            elif key == "data":
                data = value
            elif key == "id":
                identity = value
            elif not line and name:
                yield Event(name, json.loads(data), identity)
                name = data = ""

    async def next(self, name: str) -> Event:
        async def wait() -> Event:
            async for event in self._events:
                self.seen.append(event)
                if event.name == name:
                    return event
            raise AssertionError(f"the stream ended before {name}")

        return await asyncio.wait_for(wait(), 10)


@contextlib.asynccontextmanager
async def listening(peer: Peer, last_seen: str = "") -> AsyncIterator[Listener]:
    headers = {"Last-Event-ID": last_seen} if last_seen else {}
    async with peer.http.stream("GET", "/console/api/stream", headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Listener(response)


@pytest.fixture
async def anna(service: Service) -> str:
    return await waiting_id(service, await ask_for_a_person(service))


async def test_an_open_console_hears_of_somebody_new_in_the_line(
    dana: Peer, service: Service
) -> None:
    async with listening(dana) as stream:
        assert (await stream.next("queue")).data["waiting"] == []
        conversation = await ask_for_a_person(service)
        queue = (await stream.next("queue")).data
        assert [p["id"] for p in queue["waiting"]] == [await waiting_id(service, conversation)]


async def test_a_rise_in_risk_is_told_at_once(dana: Peer, anna: str, service: Service) -> None:
    await dana.post(f"/handoffs/{anna}/claim")
    async with listening(dana) as stream:
        assert (await stream.next("queue")).data["mine"][0]["risk"] == "none"
        await write(service, "i am going to kill myself")
        assert (await stream.next("queue")).data["mine"][0]["risk"] in ("active", "imminent")


async def test_messages_typing_and_fates_arrive(dana: Peer, anna: str, service: Service) -> None:
    await dana.post(f"/handoffs/{anna}/claim")
    row, _, _ = await service.handoffs.get(anna)
    async with listening(dana) as stream:
        await stream.next("entries")
        service.hub.typing(row.conversation, "person")
        assert (await stream.next("typing")).data == {"handoff": anna}
        await write(service, "hello you")
        news = (await stream.next("entries")).data
        assert [m["text"] for m in news["messages"]] == ["hello you"]
        delivered = (await stream.next("entries")).data["messages"][0]
        assert (delivered["text"], delivered["status"]) == ("hello you", "delivered")
        sent = await dana.post(f"/handoffs/{anna}/messages", {"client_id": "c1", "text": "Hi"})
        assert (await stream.next("entries")).data["messages"][0]["client_id"] == "c1"
        await service.outbox.acknowledge(row.conversation, "seen", sent.json()["seq"])
        fates = (await stream.next("entries")).data["messages"]
        assert {m["status"] for m in fates if m["from"] == "me"} == {"seen"}


async def test_nothing_of_other_peoples_conversations_is_told(
    dana: Peer, sam: Peer, anna: str, service: Service
) -> None:
    await dana.post(f"/handoffs/{anna}/claim")
    async with listening(sam) as stream:
        await stream.next("queue")
        await write(service, "only for dana")
        await ask_for_a_person(service, address="ben")
        await stream.next("queue")
        assert {event.name for event in stream.seen} <= {"hello", "queue", "ping"}
        assert "only for dana" not in json.dumps([event.data for event in stream.seen])


async def test_a_broken_line_resumes_without_a_gap_and_without_repeats(
    dana: Peer, anna: str, service: Service
) -> None:
    await dana.post(f"/handoffs/{anna}/claim")
    async with listening(dana) as stream:
        await stream.next("entries")
        await write(service, "before the break")
        await stream.next("entries")
        last = (await stream.next("entries")).id
    await write(service, "during the break")
    async with listening(dana, last) as stream:
        news = (await stream.next("entries")).data["messages"]
        assert [m["text"] for m in news] == ["during the break"]


async def test_a_made_up_last_event_id_starts_from_the_beginning(dana: Peer, anna: str) -> None:
    await dana.post(f"/handoffs/{anna}/claim")
    for last in ("nonsense", "a.b,c.d", ".", "x.99999999999999999999", "," * 900):
        async with listening(dana, last) as stream:
            assert (await stream.next("entries")).data["handoff"] == anna


async def test_when_the_person_leaves_the_peer_is_told(
    dana: Peer, anna: str, service: Service
) -> None:
    await dana.post(f"/handoffs/{anna}/claim")
    async with listening(dana) as stream:
        await stream.next("entries")
        await write(service, "/stop", kind="text")
        assert (await stream.next("left")).data == {"handoff": anna, "state": "gone"}


async def test_a_loser_sees_the_person_leave_the_line(dana: Peer, sam: Peer, anna: str) -> None:
    async with listening(sam) as stream:
        assert (await stream.next("queue")).data["waiting"]
        await dana.post(f"/handoffs/{anna}/claim")
        assert (await stream.next("queue")).data["waiting"] == []


async def test_switching_somebody_off_ends_their_stream(dana: Peer, service: Service) -> None:
    async with listening(dana) as stream:
        await stream.next("queue")
        await service.staff.off("Dana")
        service.hub.wake("staff")
        await stream.next("signed_out")


async def test_a_line_that_stands_is_no_sign_of_somebody_there(
    dana: Peer, service: Service
) -> None:
    async with listening(dana) as stream:
        await stream.next("queue")
        assert service.presence.available == 0
        assert (await dana.post("/heartbeat")).status_code == 204
        assert service.presence.available == 1


async def test_a_closed_stream_leaves_nothing_behind(
    dana: Peer, anna: str, service: Service
) -> None:
    await dana.post(f"/handoffs/{anna}/claim")
    async with listening(dana) as stream:
        await stream.next("entries")
        assert service.hub._subscribers
    service.hub.wake("staff")
    for _ in range(100):
        if not service.hub._subscribers:
            break
        await asyncio.sleep(0.05)
    assert not service.hub._subscribers
