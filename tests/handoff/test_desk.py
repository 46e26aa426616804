"""From "I want to talk to a person" to being with the assistant again."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from assistant.conversations.message import BadMessage
from assistant.handoff.handoff import EndReason, Gone, HandoffError, Taken
from assistant.service import Service
from assistant.staff.people import Staff
from assistant.storage.models import handoffs
from tests.conftest import answered, eventually, write
from tests.fakes.dialogue import FakeDialogue

PHRASE = "correct horse battery"


async def _peer(service: Service, name: str) -> Staff:
    token = await service.staff.add(name, "peer")
    staff = await service.staff.who(await service.staff.redeem(token, PHRASE))
    assert staff is not None
    await service.presence.heartbeat(staff)
    return staff


@pytest.fixture
async def rosa(service: Service) -> Staff:
    return await _peer(service, "Rosa")


async def _ask_for_a_person(service: Service, address: str = "anna", **fields: object) -> str:
    received = await write(service, "/affirm", kind="button", address=address, **fields)
    await answered(service, received)
    return received.conversation


async def _texts(service: Service, conversation: str) -> list[str]:
    return [entry.reply.text for entry in await service.transcript.since(conversation, 0)]


async def test_a_whole_hand_off(service: Service, rosa: Staff, dialogue: FakeDialogue) -> None:
    await answered(service, await write(service, "keep two questions"))
    conversation = await _ask_for_a_person(service)
    (waiting,) = await service.handoffs.queue()
    assert (waiting.status, waiting.summary) == ("waiting", "I was told today.")
    await service.handoffs.claim(waiting.id, rosa)
    standing = await service.transcript.standing(conversation)
    assert standing is not None
    assert (standing.owner, standing.peer) == ("peer", "Rosa")
    await service.handoffs.say(waiting.id, rosa, "Hi, I'm Rosa.", "c1")
    asked_before = len(dialogue.asked)
    await write(service, "hi rosa")
    assert len(dialogue.asked) == asked_before
    await service.handoffs.close(waiting.id, rosa, EndReason.FINISHED)
    texts = await _texts(service, conversation)
    assert "Rosa is here now" in texts[-4]
    assert texts[-3:-1] == ["Hi, I'm Rosa.", "hi rosa"]
    assert "Rosa has left" in texts[-1]
    assert await answered(service, await write(service, "thanks")) == ["You wrote: thanks"]
    assert dialogue.asked[-1].state is None, "a form left open before must not be asked on"


async def test_a_person_is_told_honestly_when_nobody_is_on_duty(service: Service) -> None:
    conversation = await _ask_for_a_person(service)
    assert "Nobody is signed in right now" in (await _texts(service, conversation))[-1]


async def test_a_person_is_told_how_many_wait_before_them(service: Service, rosa: Staff) -> None:
    first = await _ask_for_a_person(service, "anna")
    second = await _ask_for_a_person(service, "ben")
    assert "you're next" in (await _texts(service, first))[-1]
    assert "Before you: 1." in (await _texts(service, second))[-1]
    standing = await service.transcript.standing(second)
    assert standing is not None
    assert standing.ahead == 1


async def test_two_peers_claim_one_person_and_one_of_them_wins(
    service: Service, rosa: Staff
) -> None:
    sam = await _peer(service, "Sam")
    await _ask_for_a_person(service)
    (waiting,) = await service.handoffs.queue()
    results = await asyncio.gather(
        *(service.handoffs.claim(waiting.id, peer) for peer in (rosa, sam)),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "Taken"]
    (lost,) = [result for result in results if isinstance(result, Taken)]
    assert "has taken this conversation" in str(lost)


async def test_a_double_click_on_claim_is_one_claim(service: Service, rosa: Staff) -> None:
    conversation = await _ask_for_a_person(service)
    (waiting,) = await service.handoffs.queue()
    await service.handoffs.claim(waiting.id, rosa)
    await service.handoffs.claim(waiting.id, rosa)
    joined = [text for text in await _texts(service, conversation) if "is here now" in text]
    assert len(joined) == 1


async def test_asking_twice_keeps_one_place_in_line(service: Service) -> None:
    await _ask_for_a_person(service)
    await write(service, "/affirm", kind="button")
    assert len(await service.handoffs.queue()) == 1


async def test_a_person_can_leave_the_line_in_one_tap(
    service: Service, dialogue: FakeDialogue
) -> None:
    conversation = await _ask_for_a_person(service)
    await answered(service, await write(service, "/leave_queue", kind="button"))
    assert await service.handoffs.queue() == []
    assert "You've left the line" in (await _texts(service, conversation))[-1]
    assert (await answered(service, await write(service, "ok")))[-1] == "You wrote: ok"


async def test_a_person_can_end_the_talk_with_the_word_stop(service: Service, rosa: Staff) -> None:
    conversation = await _ask_for_a_person(service)
    (waiting,) = await service.handoffs.queue()
    await service.handoffs.claim(waiting.id, rosa)
    await answered(service, await write(service, "/stop"))
    assert "You've ended the conversation with Rosa" in (await _texts(service, conversation))[-1]
    with pytest.raises(Gone):
        await service.handoffs.say(waiting.id, rosa, "hello?", "c2")


async def test_an_answer_in_flight_does_not_land_after_a_peer_took_over(
    service: Service, rosa: Staff, dialogue: FakeDialogue
) -> None:
    await answered(service, await write(service, "hello"))
    dialogue.stall = 0.4
    slow = await write(service, "a slow one")
    request = await write(service, "/affirm", kind="button")
    behind = await write(service, "and one more thing")
    await answered(service, request)
    dialogue.stall = 0
    (waiting,) = await service.handoffs.queue()
    await service.handoffs.claim(waiting.id, rosa)
    await answered(service, slow)
    texts = await _texts(service, behind.conversation)
    assert "You wrote: and one more thing" not in texts
    await service.handoffs.close(waiting.id, rosa, EndReason.FINISHED)
    await answered(service, await write(service, "back"))
    texts = await _texts(service, behind.conversation)
    assert "You wrote: and one more thing" not in texts, "the backlog was for the peer"


async def test_danger_while_waiting_is_answered_and_moves_the_person_to_the_front(
    service: Service, rosa: Staff
) -> None:
    await _ask_for_a_person(service, "anna")
    ben = await _ask_for_a_person(service, "ben")
    texts = await answered(service, await write(service, "i want to kill myself", address="ben"))
    assert "988" in texts[0]
    assert (await service.handoffs.queue())[0].conversation == ben


async def test_danger_in_a_talk_with_a_peer_is_answered_and_the_peer_sees_it(
    service: Service, rosa: Staff
) -> None:
    conversation = await _ask_for_a_person(service)
    (waiting,) = await service.handoffs.queue()
    await service.handoffs.claim(waiting.id, rosa)
    texts = await answered(service, await write(service, "i took all my pills just now"))
    assert texts
    standing = await service.transcript.standing(conversation)
    assert standing is not None
    assert (standing.owner, standing.risk_tier) == ("peer", "imminent")


async def test_a_peer_who_vanishes_is_noticed_and_the_person_goes_back_to_the_front(
    service: Service, rosa: Staff
) -> None:
    conversation = await _ask_for_a_person(service, "anna")
    (waiting,) = await service.handoffs.queue()
    await service.handoffs.claim(waiting.id, rosa)
    await _ask_for_a_person(service, "ben")
    async with service.database.write() as connection:
        await connection.execute(
            update(handoffs).where(handoffs.c.id == waiting.id).values(
                peer_seen_at=waiting.requested_at.replace(year=2020)
            )
        )  # fmt: skip
    await service.presence.look()
    queue = await service.handoffs.queue()
    assert queue[0].conversation == conversation
    assert queue[0].requested_at == waiting.requested_at, "the original waiting-since is kept"
    assert "lost the connection" in (await _texts(service, conversation))[-1]
    with pytest.raises(Taken):
        await service.handoffs.say(waiting.id, rosa, "back", "c3")


async def test_a_peers_message_sent_twice_is_one_message(service: Service, rosa: Staff) -> None:
    conversation = await _ask_for_a_person(service)
    (waiting,) = await service.handoffs.queue()
    await service.handoffs.claim(waiting.id, rosa)
    first = await service.handoffs.say(waiting.id, rosa, "Hi.", "c1")
    assert await service.handoffs.say(waiting.id, rosa, "Hi.", "c1") == first
    assert (await _texts(service, conversation)).count("Hi.") == 1


async def test_only_the_peer_who_claimed_can_write(service: Service, rosa: Staff) -> None:
    sam = await _peer(service, "Sam")
    await _ask_for_a_person(service)
    (waiting,) = await service.handoffs.queue()
    with pytest.raises(Taken):
        await service.handoffs.say(waiting.id, sam, "Hi.", "c1")
    await service.handoffs.claim(waiting.id, rosa)
    with pytest.raises(Taken):
        await service.handoffs.say(waiting.id, sam, "Hi.", "c1")


@pytest.mark.parametrize("text", ["", "\x00", "x" * 4_001])
async def test_an_empty_or_endless_message_of_a_peer_is_refused(
    service: Service, rosa: Staff, text: str
) -> None:
    with pytest.raises(BadMessage):
        await service.handoffs.say("any", rosa, text, "c1")


async def test_a_peer_cannot_close_with_the_persons_reason(service: Service, rosa: Staff) -> None:
    await _ask_for_a_person(service)
    (waiting,) = await service.handoffs.queue()
    await service.handoffs.claim(waiting.id, rosa)
    with pytest.raises(HandoffError):
        await service.handoffs.close(waiting.id, rosa, EndReason.PERSON_ENDED)


async def test_only_what_was_agreed_is_shared(service: Service) -> None:
    await answered(service, await write(service, "keep two questions"))
    await answered(service, await write(service, "/share_note_only", kind="button"))
    (waiting,) = await service.handoffs.queue()
    _, shared, _ = await service.handoffs.get(waiting.id)
    assert (shared.summary, shared.transcript, shared.questions) == ("Only this note.", False, None)


async def test_a_person_who_erases_everything_leaves_the_queue(service: Service) -> None:
    await _ask_for_a_person(service)
    await write(service, "/forget_confirmed", kind="button")
    assert await service.handoffs.queue() == []


async def test_what_a_person_writes_while_waiting_is_acknowledged_once(
    service: Service, dialogue: FakeDialogue
) -> None:
    await _ask_for_a_person(service)
    asked = len(dialogue.asked)
    first = await answered(service, await write(service, "it started in march"))
    second = await answered(service, await write(service, "and then in may"))
    assert "You're still in line" in first[0]
    assert second == []
    assert len(dialogue.asked) == asked


async def test_a_peer_who_is_switched_off_leaves_nobody_stranded(
    service: Service, rosa: Staff
) -> None:
    conversation = await _ask_for_a_person(service)
    (waiting,) = await service.handoffs.queue()
    await service.handoffs.claim(waiting.id, rosa)
    await service.staff.off("Rosa")
    await service.presence.look()
    standing = await service.transcript.standing(conversation)
    assert standing is not None
    assert standing.owner == "waiting"


async def test_a_message_repeated_after_the_end_is_known_to_have_been_sent(
    service: Service, rosa: Staff
) -> None:
    await _ask_for_a_person(service)
    (waiting,) = await service.handoffs.queue()
    await service.handoffs.claim(waiting.id, rosa)
    first = await service.handoffs.say(waiting.id, rosa, "Take care.", "c1")
    await service.handoffs.close(waiting.id, rosa, EndReason.FINISHED)
    assert await service.handoffs.say(waiting.id, rosa, "Take care.", "c1") == first
    with pytest.raises(Gone):
        await service.handoffs.say(waiting.id, rosa, "One more thing.", "c2")


async def test_what_is_written_right_after_the_consent_is_for_the_peer(
    service: Service, rosa: Staff, dialogue: FakeDialogue
) -> None:
    dialogue.stall = 0.3
    consent = await write(service, "/share_note_only", kind="button")
    hurried = await write(service, "please come quickly")
    await answered(service, consent)
    (waiting,) = await service.handoffs.queue()
    _, shared, asked_seq = await service.handoffs.get(waiting.id)
    assert not shared.transcript
    assert asked_seq == consent.seq
    entries = await service.transcript.since(hurried.conversation, 0, after_seq=asked_seq)
    assert "please come quickly" in [entry.reply.text for entry in entries]


async def test_two_consents_at_the_same_moment_open_one_hand_off(service: Service) -> None:
    await asyncio.gather(*(write(service, "/affirm", kind="button") for _ in range(4)))
    await eventually(lambda: not service.turns._tasks)
    assert len(await service.handoffs.queue()) == 1


async def test_a_restart_of_the_gateway_leaves_the_peer_in_the_conversation(
    service: Service, rosa: Staff, dialogue: FakeDialogue
) -> None:
    conversation = await _ask_for_a_person(service)
    (waiting,) = await service.handoffs.queue()
    await service.handoffs.claim(waiting.id, rosa)
    again = Service(service.settings, screen=service.screen)
    await again.start()
    await eventually(lambda: again.turns.ready)
    try:
        asked = len(dialogue.asked)
        await write(again, "/restart")
        await write(again, "are you still there")
        standing = await again.transcript.standing(conversation)
        assert standing is not None
        assert standing.owner == "peer"
        assert len(dialogue.asked) == asked, "the assistant stays silent"
    finally:
        await again.stop()


async def test_in_danger_one_tap_calls_a_person_and_nothing_is_shared(
    service: Service, rosa: Staff, dialogue: FakeDialogue
) -> None:
    await answered(service, await write(service, "i want to kill myself"))
    await dialogue.stop()
    await write(service, "/ask_human", kind="button", title="Ask for a person")
    (waiting,) = await service.handoffs.queue()
    assert (waiting.status, waiting.risk_tier, waiting.summary) == ("waiting", "active", "")
    _, shared, _ = await service.handoffs.get(waiting.id)
    assert (shared.transcript, shared.questions) == (False, None)
