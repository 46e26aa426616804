"""What a peer can do over the API, and what nobody can."""

from __future__ import annotations

import asyncio
from typing import Any, get_args

import pytest

from assistant.clock import FakeClock
from assistant.dialogue.contract import RequestPeer, SaveQuestions
from assistant.handoff.handoff import PEER_REASONS
from assistant.service import Service
from assistant.staff import trail
from connectors.console import shapes
from tests.conftest import answered, eventually, write
from tests.console.conftest import Peer, ask_for_a_person, waiting_id
from tests.fakes.dialogue import FakeDialogue, _say


@pytest.fixture
async def anna(service: Service) -> str:
    """A waiting person who shared everything; the hand-off's id."""
    return await waiting_id(service, await ask_for_a_person(service))


async def test_a_peer_sees_who_waits_and_nothing_they_wrote(dana: Peer, anna: str) -> None:
    answer = await dana.get("/queue")
    queue = answer.json()
    assert [item["id"] for item in queue["waiting"]] == [anna]
    assert queue["waiting"][0]["person"].startswith("Person ")
    assert queue["waiting"][0]["risk"] == "none"
    assert queue["waiting"][0]["channel"] == "web"
    assert queue["mine"] == queue["others"] == []
    assert "told today" not in answer.text
    assert '"anna"' not in answer.text


async def test_somebody_in_danger_comes_before_those_who_waited_longer(
    dana: Peer, anna: str, service: Service
) -> None:
    conversation = await ask_for_a_person(service, address="ben")
    await write(service, "i want to kill myself tonight", address="ben")
    queue = (await dana.get("/queue")).json()
    second = await waiting_id(service, conversation)
    assert [item["id"] for item in queue["waiting"]] == [second, anna]
    assert queue["waiting"][0]["risk"] in ("imminent", "active")


async def test_nothing_can_be_read_before_the_person_is_taken_over(dana: Peer, anna: str) -> None:
    answer = await dana.get(f"/handoffs/{anna}")
    assert answer.status_code == 403
    assert "Take this person over first" in answer.json()["error"]


async def test_a_claim_shows_what_was_shared(dana: Peer, anna: str, service: Service) -> None:
    answer = await dana.post(f"/handoffs/{anna}/claim")
    assert answer.status_code == 200
    shared = answer.json()["shared"]
    assert shared["summary"] == "I was told today."
    assert shared["transcript"][0]["text"] == "i was told today"
    assert shared["questions"] == []
    assert [item["id"] for item in (await dana.get("/queue")).json()["mine"]] == [anna]


async def test_only_what_was_shared_can_be_read(
    dana: Peer, service: Service, dialogue: FakeDialogue
) -> None:
    dialogue.script["keep"] = _say("Kept.", SaveQuestions(("A question of mine?",)))
    await answered(service, await write(service, "keep"))
    conversation = await ask_for_a_person(service, shares="/share_note_only")
    await write(service, "hello, is somebody there")
    handoff = await waiting_id(service, conversation)
    answer = await dana.post(f"/handoffs/{handoff}/claim")
    shared = answer.json()["shared"]
    assert shared == {"summary": "Only this note.", "questions": None, "transcript": None}
    assert "told today" not in answer.text
    assert "A question of mine?" not in answer.text
    said = [m["text"] for m in answer.json()["messages"] if m["from"] == "person"]
    assert said == ["hello, is somebody there"]


async def test_a_shared_list_is_shown_as_it_was_when_it_was_shared(
    dana: Peer, service: Service, dialogue: FakeDialogue
) -> None:
    dialogue.script["keep"] = _say("Kept.", SaveQuestions(("Can I drive?", "For how long?")))
    dialogue.script["/list"] = _say("", RequestPeer(share_questions=True))
    await answered(service, await write(service, "keep"))
    handoff = await waiting_id(service, await ask_for_a_person(service, shares="/list"))
    shared = (await dana.post(f"/handoffs/{handoff}/claim")).json()["shared"]
    assert shared["questions"] == ["Can I drive?", "For how long?"]
    assert shared["transcript"] is None


async def test_of_two_peers_one_wins_and_the_other_is_told_who(
    dana: Peer, sam: Peer, anna: str
) -> None:
    answers = await asyncio.gather(
        dana.post(f"/handoffs/{anna}/claim"), sam.post(f"/handoffs/{anna}/claim")
    )
    by_status = {answer.status_code: answer for answer in answers}
    assert set(by_status) == {200, 409}
    winner = "Dana" if answers[0].status_code == 200 else "Sam"
    assert by_status[409].json()["by"] == winner
    loser = sam if winner == "Dana" else dana
    assert (await loser.get(f"/handoffs/{anna}")).status_code == 403
    body = {"client_id": "x", "text": "hello"}
    assert (await loser.post(f"/handoffs/{anna}/messages", body)).status_code == 409
    assert (await loser.post(f"/handoffs/{anna}/typing")).status_code == 409
    assert (await loser.post(f"/handoffs/{anna}/seen", {"up_to": 1})).status_code == 409
    reason = {"reason": "finished"}
    assert (await loser.post(f"/handoffs/{anna}/close", reason)).status_code == 409


async def test_claiming_twice_is_claiming_once(dana: Peer, anna: str) -> None:
    assert (await dana.post(f"/handoffs/{anna}/claim")).status_code == 200
    assert (await dana.post(f"/handoffs/{anna}/claim")).status_code == 200


async def test_a_message_reaches_the_person_once_however_often_it_is_sent(
    dana: Peer, anna: str, service: Service
) -> None:
    await dana.post(f"/handoffs/{anna}/claim")
    body = {"client_id": "c-1", "text": "Hello, I'm Dana. <b>Take your time.</b>"}
    answers = [await dana.post(f"/handoffs/{anna}/messages", body) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["seq"] for answer in answers}) == 1
    assert answers[0].json()["client_id"] == "c-1"
    assert answers[0].json()["from"] == "me"
    row, _, _ = await service.handoffs.get(anna)
    said = [e.reply.text for e in await service.transcript.since(row.conversation, 0)]
    assert said.count(body["text"]) == 1


async def test_a_peer_follows_a_message_to_delivered_and_seen(
    dana: Peer, anna: str, service: Service
) -> None:
    await dana.post(f"/handoffs/{anna}/claim")
    sent = await dana.post(f"/handoffs/{anna}/messages", {"client_id": "c-1", "text": "Hello"})
    row, _, _ = await service.handoffs.get(anna)
    states = [sent.json()["status"]]
    for status in ("delivered", "seen"):
        await service.outbox.acknowledge(row.conversation, status, sent.json()["seq"])
        messages = (await dana.get(f"/handoffs/{anna}")).json()["messages"]
        states.append(next(m["status"] for m in messages if m["from"] == "me"))
    assert states == ["pending", "delivered", "seen"]


async def test_seen_moves_only_the_persons_messages(
    dana: Peer, anna: str, service: Service
) -> None:
    await write(service, "are you there")
    messages = (await dana.post(f"/handoffs/{anna}/claim")).json()["messages"]
    up_to = max(m["seq"] for m in messages)
    assert (await dana.post(f"/handoffs/{anna}/seen", {"up_to": up_to})).status_code == 204
    messages = (await dana.get(f"/handoffs/{anna}")).json()["messages"]
    assert {m["status"] for m in messages if m["from"] == "person"} == {"seen"}
    assert "seen" not in {m["status"] for m in messages if m["from"] != "person"}


async def test_closing_gives_the_person_back_to_the_assistant(
    dana: Peer, anna: str, service: Service
) -> None:
    await dana.post(f"/handoffs/{anna}/claim")
    row, _, _ = await service.handoffs.get(anna)
    answer = await dana.post(f"/handoffs/{anna}/close", {"reason": "finished"})
    assert answer.status_code == 204
    standing = await service.transcript.standing(row.conversation)
    assert standing is not None
    assert standing.owner == "assistant"
    late = await dana.post(f"/handoffs/{anna}/messages", {"client_id": "late", "text": "wait"})
    assert late.status_code == 410
    assert "not sent" in late.json()["error"]
    assert (await dana.get(f"/handoffs/{anna}")).status_code == 410


async def test_somebody_switched_off_can_neither_read_nor_reply(
    dana: Peer, anna: str, service: Service
) -> None:
    await dana.post(f"/handoffs/{anna}/claim")
    await service.staff.off("Dana")
    body = {"client_id": "c-1", "text": "one more thing"}
    assert (await dana.post(f"/handoffs/{anna}/messages", body)).status_code == 401
    assert (await dana.get(f"/handoffs/{anna}")).status_code == 401
    assert (await dana.get("/queue")).status_code == 401
    assert "<h1>Sign in</h1>" in (await dana.http.get("/console")).text


async def test_a_supervisor_sees_who_is_with_whom_and_no_words(
    dana: Peer, hire: Any, anna: str
) -> None:
    lead = await hire("Lee", "supervisor")
    await dana.post(f"/handoffs/{anna}/claim")
    answer = await lead.get("/queue")
    assert [(item["id"], item["peer"]) for item in answer.json()["others"]] == [(anna, "Dana")]
    assert "told today" not in answer.text
    assert (await lead.get(f"/handoffs/{anna}")).status_code == 403


async def test_a_peer_does_not_see_who_others_are_with(dana: Peer, sam: Peer, anna: str) -> None:
    await dana.post(f"/handoffs/{anna}/claim")
    queue = (await sam.get("/queue")).json()
    assert queue["waiting"] == queue["mine"] == queue["others"] == []


async def test_every_reading_is_written_down(dana: Peer, anna: str, service: Service) -> None:
    await dana.post(f"/handoffs/{anna}/claim")
    await dana.get(f"/handoffs/{anna}")
    await dana.post(f"/handoffs/{anna}/close", {"reason": "referred"})
    acts = await trail(service.database, subject=anna)
    assert [act.action for act in acts] == ["closed_referred", "read", "claimed"]
    assert len({act.staff_id for act in acts}) == 1


NONSENSE: list[tuple[str, Any]] = [
    ("messages", {}),
    ("messages", {"client_id": "", "text": "hello"}),
    ("messages", {"client_id": "a b", "text": "hello"}),
    ("messages", {"client_id": "x" * 65, "text": "hello"}),
    ("messages", {"client_id": "a", "text": ""}),
    ("messages", {"client_id": "a", "text": 5}),
    ("messages", {"client_id": "a", "text": "x" * 100_000}),
    ("messages", {"client_id": "a", "text": "hello", "author": "assistant"}),
    ("seen", {"up_to": 0}),
    ("seen", {"up_to": -1}),
    ("seen", {"up_to": 2**70}),
    ("seen", {"up_to": "one"}),
    ("close", {}),
    ("close", {"reason": "left_line"}),
    ("close", {"reason": "person_ended"}),
    ("close", {"reason": "finished\n"}),
    ("close", []),
]


async def test_what_makes_no_sense_is_refused_and_changes_nothing(
    dana: Peer, anna: str, service: Service
) -> None:
    await dana.post(f"/handoffs/{anna}/claim")
    before = (await dana.get(f"/handoffs/{anna}")).json()["messages"]
    for path, body in NONSENSE:
        answer = await dana.post(f"/handoffs/{anna}/{path}", body)
        assert 400 <= answer.status_code < 500, (path, body)
        assert answer.json()["error"]
    for text in ("   ", "\x00\x07", "\n\n", "x" * 4001):
        answer = await dana.post(f"/handoffs/{anna}/messages", {"client_id": "a", "text": text})
        assert 400 <= answer.status_code < 500
        assert answer.json()["error"]
    for broken in (b"", b"{", b"[1", b"\xff\xfe", b'{"text": "\\ud800"'):
        answer = await dana.http.post(
            f"/console/api/handoffs/{anna}/messages",
            content=broken,
            headers={"X-Beside-CSRF": dana.csrf, "Content-Type": "application/json"},
        )
        assert answer.status_code == 400
    after = (await dana.get(f"/handoffs/{anna}")).json()["messages"]
    assert before == after


async def test_an_unknown_conversation_is_over(dana: Peer) -> None:
    for handoff in ("nothing", "0" * 32, "x" * 300, "%00", "..%2f..", "ünï"):
        for answer in (
            await dana.get(f"/handoffs/{handoff}"),
            await dana.post(f"/handoffs/{handoff}/claim"),
            await dana.post(f"/handoffs/{handoff}/messages", {"client_id": "a", "text": "hello"}),
            await dana.post(f"/handoffs/{handoff}/close", {"reason": "finished"}),
        ):
            assert 400 <= answer.status_code < 500
            assert "error" in answer.json()


async def test_a_console_that_is_open_makes_its_peer_available(
    dana: Peer, service: Service
) -> None:
    assert service.presence.available == 0
    assert (await dana.post("/heartbeat")).status_code == 204
    await eventually(lambda: service.presence.available == 1)


async def test_only_what_somebody_does_keeps_them_signed_in(
    dana: Peer, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock(service.clock.now())
    monkeypatch.setattr(service.staff, "_clock", clock)
    clock.move(minutes=20)
    assert (await dana.post("/heartbeat", {"active": True})).status_code == 204
    clock.move(minutes=20)
    assert (await dana.post("/heartbeat", {"active": False})).status_code == 204
    clock.move(minutes=15)
    assert (await dana.post("/heartbeat", {"active": True})).status_code == 401


async def test_typing_is_passed_on_and_kept_nowhere(
    dana: Peer, anna: str, service: Service
) -> None:
    await dana.post(f"/handoffs/{anna}/claim")
    row, _, _ = await service.handoffs.get(anna)
    before = await service.transcript.since(row.conversation, 0)
    with service.hub.subscribe(f"conversation:{row.conversation}") as news:
        assert (await dana.post(f"/handoffs/{anna}/typing")).status_code == 204
        assert "typing:peer" in news.take_notes()
    assert await service.transcript.since(row.conversation, 0) == before


def test_the_reasons_are_those_a_peer_may_give() -> None:
    assert get_args(shapes.Reason) == tuple(reason.value for reason in PEER_REASONS)


async def test_the_api_is_described(dana: Peer) -> None:
    described = (await dana.http.get("/schema/openapi.json")).json()
    paths = [path for path in described["paths"] if path.startswith("/console/api/")]
    assert len(paths) == 10
    assert (
        "409" in described["paths"]["/console/api/handoffs/{handoff_id}/claim"]["post"]["responses"]
    )
