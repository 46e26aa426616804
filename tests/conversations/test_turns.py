"""A turn is done whole or not at all, whatever breaks in the middle."""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy.exc import OperationalError

from assistant.conversations.conversation import Conversation
from assistant.conversations.owner import Owner
from assistant.safety.screen import Screen
from assistant.service import Service
from assistant.settings import Settings
from tests.conftest import answered, eventually, write
from tests.fakes.dialogue import FakeDialogue


async def test_before_the_dialogue_is_up_a_person_is_told_and_then_answered_in_order(
    settings: Settings, socket_path: str, screen: Screen
) -> None:
    service = Service(settings, screen=screen)
    await service.start()
    try:
        received = [await write(service, f"message {number}") for number in range(3)]
        told = await service.transcript.answers(received[0].conversation, received[0].seq)
        assert "not a person" in told[0].reply.text
        assert "starting up" in told[1].reply.text
        later = await service.transcript.answers(received[1].conversation, received[1].seq)
        assert later == []
        dialogue = FakeDialogue(socket_path)
        await dialogue.start()
        for message in received:
            await answered(service, message)
        assert [request.text for request in dialogue.asked] == [f"message {n}" for n in range(3)]
        await dialogue.stop()
    finally:
        await service.stop()


async def test_a_crisis_is_answered_while_the_dialogue_is_not_there(
    settings: Settings, screen: Screen
) -> None:
    service = Service(settings, screen=screen)
    await service.start()
    try:
        texts = await answered(service, await write(service, "i want to kill myself"))
        assert "988" in texts[0]
        assert not any("starting up" in text for text in texts)
    finally:
        await service.stop()


async def test_killing_the_dialogue_in_mid_turn_loses_nothing_and_answers_once(
    service: Service, dialogue: FakeDialogue
) -> None:
    dialogue.die_during_next = 1
    received = await write(service, "are you there")

    async def told() -> bool:
        entries = await service.transcript.answers(received.conversation, received.seq)
        return any("the answer is coming" in entry.reply.text for entry in entries)

    await eventually(told)
    await dialogue.start()
    texts = await answered(service, received)
    assert sum("the answer is coming" in text for text in texts) == 1
    assert texts.count("You wrote: are you there") == 1
    assert [request.turn for request in dialogue.asked] == [dialogue.asked[0].turn] * 2


async def test_a_dialogue_that_fails_once_is_asked_again(
    service: Service, dialogue: FakeDialogue
) -> None:
    dialogue.fail_next = 1
    texts = await answered(service, await write(service, "hello"))
    assert texts[-1] == "You wrote: hello"


async def test_a_message_nobody_can_answer_is_said_to_have_failed_and_the_next_is_answered(
    service: Service, dialogue: FakeDialogue
) -> None:
    dialogue.fail_next = 2
    texts = await answered(service, await write(service, "hello"))
    assert "Something went wrong on my side" in texts[-1]
    assert await answered(service, await write(service, "again")) == ["You wrote: again"]


async def test_a_message_that_brings_the_dialogue_down_three_times_is_given_up_visibly(
    service: Service, dialogue: FakeDialogue
) -> None:
    dialogue.die_during_next = 3
    received = await write(service, "poison")
    for _ in range(2):
        await eventually(lambda: not dialogue.up)
        await dialogue.start()
    texts = await answered(service, received)
    assert "Something went wrong on my side" in texts[-1]


async def test_an_answer_that_comes_after_the_person_left_is_dropped(
    service: Service, dialogue: FakeDialogue
) -> None:
    dialogue.stall = 0.3
    received = await write(service, "a slow question")
    await eventually(lambda: bool(dialogue.asked))
    await write(service, "/forget_confirmed", kind="button")
    await eventually(lambda: not service.turns._tasks)
    assert await service.transcript.since(received.conversation, 0) == []


async def test_a_turn_left_by_a_dead_gateway_is_taken_by_the_next_one(
    settings: Settings, dialogue: FakeDialogue, screen: Screen
) -> None:
    dialogue.stall = 60
    first = Service(settings, screen=screen)
    await first.start()
    await eventually(lambda: first.turns.ready)
    received = await write(first, "hello")
    await eventually(lambda: bool(dialogue.asked))
    for task in [*first._tasks, *first.turns._tasks]:
        task.cancel()  # as a kill would: nothing is given back, nothing is tidied up
    dialogue.stall = 0
    async with first.database.write() as connection:
        from assistant.storage.models import gateways

        await connection.execute(gateways.delete().where(gateways.c.id == first.gateway))
    second = Service(settings, screen=screen)
    await second.start()
    try:
        assert (await answered(second, received))[-1] == "You wrote: hello"
    finally:
        await second.stop()
        await first.database.close()


async def test_after_a_crash_a_new_message_does_not_overtake_those_that_wait(
    settings: Settings, socket_path: str, screen: Screen
) -> None:
    first = Service(settings, screen=screen)
    await first.start()
    received = [await write(first, f"message {number}") for number in range(3)]
    await first.stop()
    second = Service(settings, screen=screen)
    await second.start()
    dialogue = FakeDialogue(socket_path)
    await dialogue.start()
    second.turns.ready = True  # as if the dialogue were seen before the first sweep
    received.append(await write(second, "message 3"))
    for message in received:
        await answered(second, message)
    assert [request.text for request in dialogue.asked] == [f"message {n}" for n in range(4)]
    await second.stop()
    await dialogue.stop()


async def test_an_answer_begun_under_another_owner_is_dropped_with_its_state(
    service: Service, dialogue: FakeDialogue
) -> None:
    dialogue.stall = 0.5
    received = await write(service, "a slow question")
    await eventually(lambda: bool(dialogue.asked))
    async with service.database.write() as connection:
        conversation = await Conversation.of_id(connection, service.vault, received.conversation)
        assert conversation is not None
        conversation.change_owner(Owner.WAITING)
        await conversation.save()
    await eventually(lambda: not service.turns._tasks)
    entries = await service.transcript.since(received.conversation, 0)
    assert "You wrote: a slow question" not in [entry.reply.text for entry in entries]
    async with service.database.write() as connection:
        conversation = await Conversation.of_id(connection, service.vault, received.conversation)
        assert conversation is not None
        assert conversation.state is None


async def test_a_turn_the_database_failed_over_is_asked_again_and_answered_once(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = service.turns._commit
    failures = iter([OperationalError("the database went away", None, Exception())])

    async def breaks_once(*arguments: object) -> object:
        for error in failures:
            raise error
        return await whole(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(service.turns, "_commit", breaks_once)
    texts = await answered(service, await write(service, "hello"))
    assert texts.count("You wrote: hello") == 1
    assert (await answered(service, await write(service, "again")))[-1] == "You wrote: again"


async def test_the_watch_goes_on_after_any_error(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = service._watch.look
    looks = 0

    async def breaks_once() -> None:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise asyncpg.CannotConnectNowError
        await whole()

    monkeypatch.setattr(service._watch, "look", breaks_once)
    await eventually(lambda: looks >= 2)
