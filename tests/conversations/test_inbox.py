"""What happens to a message from the moment it arrives."""

from __future__ import annotations

import asyncio

import pytest

from assistant.conversations.message import BadMessage, TooFast
from assistant.service import Service
from tests.conftest import answered, eventually, write
from tests.fakes.dialogue import FakeDialogue


async def test_a_first_message_is_met_with_who_beside_is_and_then_answered(
    service: Service,
) -> None:
    texts = await answered(service, await write(service, "what is bipolar"))
    assert "not a person" in texts[0]
    assert texts[1].startswith("Bipolar disorder means")


async def test_a_second_message_is_not_met_with_the_notice_again(service: Service) -> None:
    await answered(service, await write(service, "hello"))
    assert await answered(service, await write(service, "what now")) == ["You wrote: what now"]


async def test_the_same_message_delivered_twice_is_answered_once(
    service: Service, dialogue: FakeDialogue
) -> None:
    first = await write(service, "hello", provider_id="m1")
    again = await write(service, "hello", provider_id="m1")
    assert (again.conversation, again.seq, again.duplicate) == (first.conversation, first.seq, True)
    await answered(service, first)
    assert [request.text for request in dialogue.asked] == ["hello"]


async def test_two_deliveries_at_the_same_moment_are_one_message(
    service: Service, dialogue: FakeDialogue
) -> None:
    both = await asyncio.gather(*(write(service, "hello", provider_id="m1") for _ in range(5)))
    assert len({received.seq for received in both}) == 1
    assert sum(not received.duplicate for received in both) == 1
    await answered(service, both[0])
    assert len(dialogue.asked) == 1


async def test_messages_of_one_person_are_answered_in_order_one_at_a_time(
    service: Service, dialogue: FakeDialogue
) -> None:
    dialogue.stall = 0.05
    received = [await write(service, f"message {number}") for number in range(6)]
    for message in received:
        await answered(service, message)
    assert [request.text for request in dialogue.asked] == [f"message {n}" for n in range(6)]
    assert [request.state for request in dialogue.asked] == [None, "1", "2", "3", "4", "5"]


async def test_two_people_never_see_each_others_conversation(service: Service) -> None:
    anna = await write(service, "hello", address="anna")
    ben = await write(service, "hello", address="ben")
    assert anna.conversation != ben.conversation
    await answered(service, anna)
    entries = await service.transcript.since(ben.conversation, 0)
    assert all("anna" not in entry.reply.text for entry in entries)


async def test_the_same_name_on_two_channels_is_two_people(service: Service) -> None:
    web = await write(service, "hello", address="7", channel="web")
    telegram = await write(service, "hello", address="7", channel="telegram")
    assert web.conversation != telegram.conversation


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01", "\ud800"])
async def test_a_message_without_words_is_refused_with_a_sentence(
    service: Service, text: str
) -> None:
    with pytest.raises(BadMessage) as refused:
        await write(service, text)
    assert refused.value.status == 422
    assert refused.value.sentence.endswith("like.")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x00b\x07c", "abc"),
        ("half \ud83d character", "half  character"),
        ("two\r\nlines", "two\nlines"),
        ("😔😔", "😔😔"),
        ("‮abc", "‮abc"),
        ("<b>bold</b> *mark*", "<b>bold</b> *mark*"),
    ],
)
async def test_odd_characters_are_kept_or_dropped_but_never_break_anything(
    service: Service, dialogue: FakeDialogue, text: str, kept: str
) -> None:
    await answered(service, await write(service, text))
    assert dialogue.asked[-1].text == kept


async def test_a_very_long_message_gets_a_kind_answer_and_is_kept(
    service: Service, dialogue: FakeDialogue
) -> None:
    received = await write(service, "words " * 16_000)
    texts = await answered(service, received)
    assert "a message this long" in texts[-1]
    assert dialogue.asked == []
    entries = await service.transcript.since(received.conversation, 0)
    assert len(entries[0].reply.text) > 90_000


async def test_danger_in_the_middle_of_a_very_long_message_is_met(service: Service) -> None:
    text = "and then " * 5_000 + " i want to kill myself " + "and then " * 5_000
    texts = await answered(service, await write(service, text))
    assert "988" in texts[0]


async def test_more_than_can_be_read_is_refused_at_the_door(service: Service) -> None:
    with pytest.raises(BadMessage) as refused:
        await write(service, "x" * 200_001)
    assert refused.value.status == 413


async def test_fifty_messages_a_second_are_slowed_down_and_none_is_lost(
    service: Service, dialogue: FakeDialogue
) -> None:
    kept, refused = [], []
    for number in range(50):
        try:
            kept.append(await write(service, f"message {number}"))
        except TooFast as error:
            refused.append(error.retry_after)
    assert refused
    assert min(refused) >= 1
    for message in kept:
        assert await answered(service, message)
    assert len(dialogue.asked) == len(kept)


async def test_telegram_cannot_be_refused_so_a_flood_is_kept_and_answered_once(
    service: Service, dialogue: FakeDialogue
) -> None:
    dialogue.stall = 0.2
    received = [await write(service, f"m{n}", channel="telegram") for n in range(40)]
    dialogue.stall = 0
    texts = [text for message in received for text in await answered(service, message)]
    assert sum("Many messages came at once" in text for text in texts) == 1
    assert len(dialogue.asked) >= 20
    entries = await service.transcript.since(received[0].conversation, 0, limit=1000)
    assert sum(entry.direction == "in" for entry in entries) == 40


async def test_danger_is_read_even_when_the_sender_is_too_fast(service: Service) -> None:
    for number in range(25):
        try:
            await write(service, f"message {number}")
        except TooFast:
            break
    texts = await answered(service, await write(service, "im going to kill myself tonight"))
    assert "911" in texts[0] or "988" in texts[0]


@pytest.mark.parametrize("kind", ["voice", "picture", "document", "sticker", "other"])
async def test_what_is_not_text_is_answered_kindly(service: Service, kind: str) -> None:
    received = await write(service, "", kind=kind, channel="telegram")
    assert "only read text" in (await answered(service, received))[-1]


async def test_a_caption_is_read_like_any_message(service: Service, dialogue: FakeDialogue) -> None:
    await answered(service, await write(service, "my new pills", kind="picture"))
    assert dialogue.asked[-1].text == "my new pills"


async def test_an_edit_is_screened_for_danger(service: Service) -> None:
    await answered(service, await write(service, "i want to die", kind="text"))
    edited = await write(service, "i am going to kill myself", kind="edit", channel="web")
    assert "988" in (await answered(service, edited))[0]


async def test_a_harmless_edit_is_noticed_and_not_answered_twice(
    service: Service, dialogue: FakeDialogue
) -> None:
    await answered(service, await write(service, "helo"))
    texts = await answered(service, await write(service, "hello", kind="edit"))
    assert "you changed that message" in texts[0]
    assert len(dialogue.asked) == 1


async def test_a_button_press_goes_to_the_dialogue_as_its_payload(
    service: Service, dialogue: FakeDialogue
) -> None:
    received = await write(service, "/ask_hope", title="Is there hope?", kind="button")
    await answered(service, received)
    assert dialogue.asked[-1].text == "/ask_hope"
    entries = await service.transcript.since(received.conversation, 0)
    assert entries[0].reply.text == "Is there hope?"


async def test_typed_words_that_begin_with_a_slash_are_words(
    service: Service, dialogue: FakeDialogue
) -> None:
    await answered(service, await write(service, "/ask_hope"))
    assert dialogue.asked[-1].text == "ask_hope"


async def test_a_shared_place_is_rounded_to_a_kilometre_before_it_is_kept(
    service: Service, dialogue: FakeDialogue
) -> None:
    await answered(
        service, await write(service, "", kind="location", place=(36.746842, -119.772587))
    )
    assert dialogue.asked[-1].context.place == (36.75, -119.77)
    assert dialogue.asked[-1].text == "/inform_place"


async def test_a_place_that_is_not_on_the_map_is_refused(service: Service) -> None:
    with pytest.raises(BadMessage):
        await write(service, "", kind="location", place=(91.0, 0.0))


async def test_a_question_list_is_kept_and_given_to_the_next_turn(
    service: Service, dialogue: FakeDialogue
) -> None:
    received = await write(service, "keep two questions")
    await answered(service, received)
    await answered(service, await write(service, "thanks"))
    assert dialogue.asked[-1].context.questions == ("Will I always need it?", "Can I drive?")
    name, data = await service.documents.render(received.conversation, "questions")
    assert name.endswith(".pdf")
    assert data.startswith(b"%PDF-")


async def test_a_person_can_have_everything_erased_in_two_taps(service: Service) -> None:
    received = await write(service, "something private")
    await answered(service, received)
    asked = await write(service, "/forget", kind="button", title="Erase")
    assert "can't be undone" in (await answered(service, asked))[0]
    fresh = await write(service, "/forget_confirmed", kind="button", title="Yes, erase it")
    assert fresh.conversation != received.conversation
    assert await service.transcript.since(received.conversation, 0) == []
    assert await service.transcript.standing(received.conversation) is None
    entries = await service.transcript.since(fresh.conversation, 0)
    assert [entry.reply.text[:12] for entry in entries] == ["It's erased."]
    standing = await service.transcript.standing(fresh.conversation)
    assert standing is not None
    assert standing.revision > asked.seq


async def test_the_word_stop_goes_to_the_dialogue_when_nobody_is_waited_for(
    service: Service, dialogue: FakeDialogue
) -> None:
    await answered(service, await write(service, "/stop", kind="button"))
    await eventually(lambda: dialogue.asked and dialogue.asked[-1].text == "/stop")
