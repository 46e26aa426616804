"""The widget's stream: nothing is missed, nothing comes twice, and how things stand is told."""

from __future__ import annotations

import pytest

from connectors.web import api, events
from tests.conftest import Server, eventually
from tests.web.conftest import Person, sign_in, take_over


async def test_a_stream_that_resumes_gets_what_it_missed_and_no_more(person: Person) -> None:
    await person.say("one")
    before = await person.until("message", text="You wrote: one")
    seen = before[-1].id
    await person.say("two")
    heard = await person.until("message", after=seen, text="You wrote: two")
    texts = [event.data["text"] for event in heard if event.name == "message"]
    assert texts == ["two", "You wrote: two"]


async def test_the_last_id_may_also_stand_in_the_address(person: Person) -> None:
    await person.say("one")
    seen = (await person.until("message", text="You wrote: one"))[-1].id
    path = f"/widget/stream?after={seen}"
    async with person.http.stream("GET", path, headers=person.headers) as answer:
        async for line in answer.aiter_lines():
            assert "You wrote" not in line
            if line == "event: ready":
                break


async def test_a_stream_cut_inside_a_change_of_many_messages_repeats_rather_than_loses(
    person: Person,
) -> None:
    await person.say("one")
    answer = (await person.until("message", text="You wrote: one"))[-1]
    await person.post("acknowledge", {"status": "seen", "up_to": answer.data["seq"]})
    heard = await person.until("ready")
    marked = [event for event in heard if event.name == "message" and event.id]
    together = [event for event in heard if event.name == "message" and not event.id]
    # Two messages became "seen" in one revision: only the last of them is a point to resume from.
    assert together
    again = await person.until("ready", after=marked[0].id)
    repeated = {event.data["seq"] for event in again if event.name == "message"}
    assert {event.data["seq"] for event in together} <= repeated


async def test_history_ends_with_ready(person: Person) -> None:
    await person.say("one")
    await person.until("message", text="You wrote: one")
    heard = [event.name for event in await person.until("ready")]
    assert heard[-2:] == ["standing", "ready"]
    assert heard.count("ready") == 1


async def test_waiting_and_the_peer_are_told_as_they_are(person: Person, server: Server) -> None:
    peer = await sign_in(server, "Rosa")
    await person.say("hello")
    handoff = await take_over(server, person, peer)
    heard = await person.until("standing", owner="peer")
    assert heard[-1].data == {"owner": "peer", "peer": "Rosa", "waiting": None}
    await server.service.handoffs.say(handoff, peer, "Hi, I'm Rosa.", "c1")
    said = (await person.until("message", text="Hi, I'm Rosa."))[-1].data
    assert said["from"] == "peer"
    assert said["name"] == "Rosa"
    assert "client_id" not in said


async def test_the_place_in_the_line_is_told(person: Person, server: Server) -> None:
    await person.press("/affirm", "Yes, share")
    first = (await person.until("standing", owner="waiting"))[-1].data["waiting"]
    assert first["ahead"] == 0
    assert first["since"]
    other = await Person(person.http).begin()
    await other.press("/affirm", "Yes, share")
    second = (await other.until("standing", owner="waiting"))[-1].data["waiting"]
    assert second["ahead"] == 1


async def test_a_peer_who_types_is_shown(person: Person, server: Server) -> None:
    peer = await sign_in(server)
    await person.say("hello")
    await take_over(server, person, peer)
    conversation = await server.service.transcript.conversation_of(
        "web", person.token.partition(".")[0]
    )
    assert conversation
    async with person.listening() as stream:
        async for event in stream:
            if event.name == "ready":
                server.service.hub.typing(conversation, "peer")
            if event.name == "typing":
                assert event.data == {"who": "peer"}
                break


async def test_what_the_screen_found_never_reaches_the_stream(person: Person) -> None:
    await person.say("i want to kill myself")
    heard = await person.until("ready")
    assert "finding" not in str(heard)
    assert "tier" not in str(heard)


async def test_erasing_ends_the_stream_and_the_next_one_starts_over(person: Person) -> None:
    await person.say("something private")
    seen = (await person.until("message", text="You wrote: something private"))[-1].id
    async with person.listening(seen) as stream:
        await person.press("/forget_confirmed", "Yes, erase it")
        async for event in stream:
            last = event.name
        assert last == "forgotten"
    heard = await person.until("ready", after=seen)
    assert heard[0].name == "reset"
    assert "something private" not in str(heard)
    assert [event.data["from"] for event in heard if event.name == "message"] == ["beside"]


async def test_silence_is_filled_with_a_sign_of_life(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT", 0.05)
    await person.say("hello")
    async with person.http.stream("GET", "/widget/stream", headers=person.headers) as answer:
        async for line in answer.aiter_lines():
            if line.startswith(": "):
                break


async def test_one_conversation_cannot_hold_streams_without_end(
    person: Person, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "MOST_STREAMS", 1)
    await person.say("hello")
    async with person.listening() as first:
        async for event in first:
            if event.name == "ready":
                break
        refused = await person.get("stream")
        assert refused.status_code == 429
        assert refused.headers["retry-after"]

    async def free() -> bool:
        async with person.http.stream("GET", "/widget/stream", headers=person.headers) as answer:
            return answer.status_code == 200

    await eventually(free)
