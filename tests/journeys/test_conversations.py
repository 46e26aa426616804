"""Whole conversations, each message really understood, decided and answered."""

from __future__ import annotations

import pytest

from assistant.dialogue.contract import RequestPeer, SaveQuestions
from tests.fakes.findtreatment import FRESNO, FakeFindTreatment
from tests.journeys.conftest import STARTS_WITHIN, Person

pytestmark = pytest.mark.timeout(STARTS_WITHIN + 60)  # the first one waits for the process


async def test_from_a_diagnosis_to_a_question_on_the_list(person: Person) -> None:
    assert "bipolar" in (await person.reads("i was just diagnosed with bipolar, what now")).lower()
    assert "bipolar" in (await person.reads("is there any hope")).lower()
    assert "your words" in await person.reads("add a question")
    said = "how do i stop being so tired on it?"
    assert said in await person.reads(said)
    assert person.effects == [SaveQuestions((said,))]
    assert said in await person.reads("show my list")


async def test_a_search_said_in_one_breath_is_answered_in_one(
    person: Person, source: FakeFindTreatment
) -> None:
    replies = await person.writes("find a rehab in fresno, ca that takes medicaid")
    assert len(replies) == 1
    assert replies[0].cards


async def test_a_search_in_three_answers(person: Person, source: FakeFindTreatment) -> None:
    assert "where?" in await person.reads("/find_treatment")
    assert "What is it for" in await person.reads("93701")
    assert "paid" in await person.reads('/inform_need{"need": "both"}')
    (reply,) = await person.writes("/skip")
    assert reply.cards


async def test_when_the_listing_is_down_numbers_are_given(
    person: Person, source: FakeFindTreatment
) -> None:
    source.fail(503, times=3)
    replies = await person.writes("find a rehab in fresno, ca that takes medicaid")
    assert replies[0].cards == ()
    assert replies[0].links


async def test_a_shared_location_is_an_answer(person: Person, source: FakeFindTreatment) -> None:
    person.facts["place"] = FRESNO
    assert "What is it for" in await person.reads("/find_treatment", "/inform_place")
    assert "Fresno" in await person.reads("/skip", "/skip")


async def test_a_town_with_namesakes_is_asked_back_by_button(
    person: Person, source: FakeFindTreatment
) -> None:
    await person.reads("/find_treatment")
    (reply,) = await person.writes("springfield")
    assert reply.buttons[0].title.startswith("Springfield")
    assert "What is it for" in await person.reads(reply.buttons[0].payload)


async def test_a_question_about_beside_comes_in_between_and_the_search_goes_on(
    person: Person,
) -> None:
    await person.reads("/find_treatment")
    replies = await person.writes("are you a real person")
    assert len(replies) == 2
    assert "program" in replies[0].text
    assert "Back to the search" in replies[1].text


async def test_a_feeling_in_between_puts_the_search_aside_in_one_message(person: Person) -> None:
    await person.reads("/find_treatment")
    (reply,) = await person.writes("i feel so alone")
    assert "search aside" in reply.text
    (reply,) = await person.writes("thanks")
    assert "ZIP" not in reply.text


@pytest.mark.parametrize("before", ["/find_treatment", "/add_question", "/ask_what_now", "/stop"])
async def test_a_person_from_anywhere_in_two_turns(person: Person, before: str) -> None:
    await person.reads(before)
    assert "peer specialist" in await person.reads("i want to talk to a person")
    await person.reads("yes")
    assert person.effects == [RequestPeer()]


async def test_yes_after_two_complaints_leads_to_a_person(person: Person) -> None:
    await person.reads("you are useless", "this is useless")
    assert "peer specialist" in await person.reads("yes")
    await person.reads('/choose_sharing{"sharing": "conversation"}')
    assert person.effects == [RequestPeer(share_transcript=True)]


async def test_a_note_goes_out_word_for_word(person: Person) -> None:
    await person.reads("/ask_human", '/choose_sharing{"sharing": "note"}')
    words = "i stopped my meds and my wife is scared. i need someone kind"
    await person.reads(words)
    assert person.effects == [RequestPeer(summary=words)]


async def test_a_yes_to_something_else_never_counts_as_consent(person: Person) -> None:
    await person.reads("/ask_human", "i feel so alone")
    await person.reads("yes")
    assert person.effects == []
    await person.reads("/ask_human", "/deny", "yes")
    assert person.effects == []


async def test_who_may_read_can_be_asked_before_agreeing(person: Person) -> None:
    replies = await person.writes("/ask_human")
    replies = await person.writes("who can read my messages")
    assert len(replies) == 2
    assert "About the person" in replies[1].text
    await person.reads("yes")
    assert person.effects == [RequestPeer()]


async def test_a_boundary_becomes_a_question_with_one_yes(person: Person) -> None:
    assert "pharmacist" in await person.reads("can i stop taking my zoloft")
    await person.reads("yes")
    assert person.effects == [SaveQuestions(("can i stop taking my zoloft",))]
    assert "your words" in await person.reads("yes")


@pytest.mark.parametrize("opening", ["/find_treatment", "/add_question", "/ask_human"])
async def test_stop_ends_every_form_and_nothing_asks_on(person: Person, opening: str) -> None:
    await person.reads(opening)
    assert "Okay" in await person.reads("stop")
    assert person.effects == []
    (reply,) = await person.writes("/thanks")
    assert not reply.buttons


async def test_nonsense_is_answered_three_ways_and_breaks_nothing(person: Person) -> None:
    said = [await person.reads(words) for words in ("qzx vvv", "zzkq pf", "wxq qqz")]
    assert all(said)
    assert "peer specialist" in await person.reads("/ask_human")


@pytest.mark.parametrize(
    "text", ["/no_such_intent", "/ask_what_is{broken", "/add_question{}", "/", "🙂", "…", "{}"]
)
async def test_odd_messages_get_an_answer(person: Person, text: str) -> None:
    assert await person.writes(text)
