"""What is sent to a person: in order, once, and with a status that only moves forward."""

from __future__ import annotations

import pytest

from assistant.conversations.outbox import MOST_ATTEMPTS
from assistant.service import Service
from tests.conftest import answered, eventually, write


async def _statuses(service: Service, conversation: str) -> list[str]:
    entries = await service.transcript.since(conversation, 0)
    return [e.status for e in sorted(entries, key=lambda e: e.seq) if e.direction == "out"]


@pytest.fixture
async def waiting_to_be_sent(service: Service) -> str:
    """A Telegram conversation with two messages in the outbox; returns its id."""
    received = await write(service, "hello", channel="telegram", address="42")
    await answered(service, received)
    return received.conversation


async def test_messages_are_claimed_one_at_a_time_in_their_order(
    service: Service, waiting_to_be_sent: str
) -> None:
    (first,) = await service.outbox.claim("telegram")
    assert first.address == "42"
    assert await service.outbox.claim("telegram") == []
    await service.outbox.sent(first.id, "900")
    (second,) = await service.outbox.claim("telegram")
    assert second.seq > first.seq
    assert second.reply.text == "You wrote: hello"


async def test_a_message_that_is_told_to_wait_keeps_its_place(
    service: Service, waiting_to_be_sent: str
) -> None:
    (first,) = await service.outbox.claim("telegram")
    await service.outbox.later(first.id, 3600, "429")
    assert await service.outbox.claim("telegram") == []
    assert (await _statuses(service, waiting_to_be_sent))[0] == "pending"


async def test_a_message_that_never_gets_through_is_given_up_visibly(
    service: Service, waiting_to_be_sent: str
) -> None:
    for _ in range(MOST_ATTEMPTS):
        (first,) = await service.outbox.claim("telegram", limit=1)
        await service.outbox.later(first.id, -1, "no connection")
    assert (await _statuses(service, waiting_to_be_sent))[0] == "failed_temporary"
    assert len(await service.outbox.claim("telegram")) == 1


async def test_a_status_never_goes_back(service: Service, waiting_to_be_sent: str) -> None:
    (first,) = await service.outbox.claim("telegram")
    await service.outbox.acknowledge(waiting_to_be_sent, "seen", first.seq)
    await service.outbox.acknowledge(waiting_to_be_sent, "delivered", first.seq)
    await service.outbox.sent(first.id)
    await service.outbox.failed(first.id, permanent=True, reason="late news")
    assert (await _statuses(service, waiting_to_be_sent))[0] == "seen"


async def test_a_message_whose_sender_died_is_unknown_and_never_sent_again(
    service: Service, waiting_to_be_sent: str
) -> None:
    (first,) = await service.outbox.claim("telegram")
    assert await service.outbox.recover(alive={"some other gateway"}) == 1
    assert (await _statuses(service, waiting_to_be_sent))[0] == "unknown"
    assert first.id not in [d.id for d in await service.outbox.claim("telegram")]


async def test_a_living_senders_messages_are_left_alone(
    service: Service, waiting_to_be_sent: str
) -> None:
    await service.outbox.claim("telegram")
    assert await service.outbox.recover(alive={service.gateway}) == 0


async def test_a_change_of_status_reaches_a_stream_that_resumes(
    service: Service, waiting_to_be_sent: str
) -> None:
    before = max(e.revision for e in await service.transcript.since(waiting_to_be_sent, 0))
    (first,) = await service.outbox.claim("telegram")
    await service.outbox.sent(first.id)
    changed = await service.transcript.since(waiting_to_be_sent, before)
    assert [(entry.seq, entry.status) for entry in changed] == [(first.seq, "sent")]


async def test_what_waits_for_telegram_wakes_its_sender(service: Service) -> None:
    with service.hub.subscribe("outbox:telegram") as news:
        await write(service, "hello", channel="telegram")
        assert await news.wait(5)


async def test_another_channels_messages_are_not_claimed(service: Service) -> None:
    await answered(service, await write(service, "hello", channel="web"))
    assert await service.outbox.claim("telegram") == []


async def test_a_page_of_a_transcript_never_ends_inside_one_change(service: Service) -> None:
    received = await write(service, "hello")
    await answered(service, received)
    await answered(service, await write(service, "again"))
    await service.outbox.acknowledge(received.conversation, "delivered", 10_000)
    page = await service.transcript.since(received.conversation, 0, limit=3)
    seen = {entry.seq for entry in page}
    last = max(entry.revision for entry in page)
    rest = await service.transcript.since(received.conversation, last)
    everything = await service.transcript.since(received.conversation, 0, limit=1000)
    assert seen | {entry.seq for entry in rest} == {entry.seq for entry in everything}


async def test_erasing_a_person_stops_what_is_being_sent(service: Service) -> None:
    received = await write(service, "hello", channel="telegram", address="42")
    await answered(service, received)
    (first,) = await service.outbox.claim("telegram")
    await write(service, "/forget_confirmed", channel="telegram", address="42", kind="button")
    await service.outbox.sent(first.id)
    await eventually(lambda: True)
    (last,) = await service.outbox.claim("telegram")
    assert last.reply.text.startswith("It's erased.")
