"""Finding treatment: three skippable questions, then what the listing says or who can look."""

from __future__ import annotations

from typing import Any

import pytest

from actions import rooms, search
from actions.conversation import Affirm
from actions.names import HERE, SKIPPED, Form, Slot
from actions.referral import (
    AskNeed,
    AskPayment,
    AskPlace,
    ReadSearch,
    SearchTreatment,
    ValidateTreatment,
)
from assistant.safety.directory import Directory
from tests.actions.conftest import Chat, payloads
from tests.fakes.findtreatment import FRESNO, FakeFindTreatment


async def _answer(slot: str, text: str, intent: str, **more: Any) -> dict[str, Any]:
    """What is filled when ``slot`` is asked and the person says ``text``."""
    chat = Chat(**more.pop("facts", {})).asks(Form.TREATMENT, slot)
    before = dict(chat.slots)
    await chat.hears_and_runs(text, intent, ValidateTreatment(), **more)
    return {key: value for key, value in chat.slots.items() if key not in before}


async def test_everything_said_at_once_is_not_asked_again(chat: Chat) -> None:
    await chat.hears_and_runs(
        "a rehab near fresno ca that takes medicaid", "find_treatment", ReadSearch()
    )
    assert chat.slots == {Slot.PLACE: "Fresno, CA", Slot.NEED: "sa", Slot.PAYMENT: "MD"}


async def test_a_search_begins_with_a_place_and_says_what_it_is_for(chat: Chat) -> None:
    await chat.hears_and_runs("find treatment", "find_treatment", ReadSearch())
    (reply,) = await chat.runs(AskPlace())
    assert "where?" in reply.text
    assert "without your name" in reply.text
    assert reply.ask_location


@pytest.mark.parametrize(
    ("text", "intent", "label"),
    [
        ("93701", "out_of_scope", "Fresno, CA 93701"),
        ("fresno, ca", "inform_place", "Fresno, CA"),
        ("i'm in fresno california", "inform_place", "Fresno, CA"),
        ("skip", "skip", SKIPPED),
        ("i don't know", "skip", SKIPPED),
    ],
)
async def test_a_place_is_understood(text: str, intent: str, label: str) -> None:
    assert (await _answer(Slot.PLACE, text, intent))[Slot.PLACE] == label


async def test_a_place_that_could_be_several_is_asked_back(chat: Chat) -> None:
    chat.asks(Form.TREATMENT, Slot.PLACE)
    await chat.hears_and_runs("springfield", "inform_place", ValidateTreatment())
    assert chat.slots[Slot.PLACE] is None
    (reply,) = await chat.runs(AskPlace())
    chosen = reply.buttons[0]
    assert chosen.title.startswith("Springfield, ")
    assert payloads(reply)[-1] == "/ask_human"
    again = await _answer(Slot.PLACE, chosen.payload, "inform_place", place=chosen.title)
    assert again[Slot.PLACE] == chosen.title


async def test_a_guessed_place_is_made_sure_of_and_yes_takes_it(chat: Chat) -> None:
    chat.asks(Form.TREATMENT, Slot.PLACE)
    await chat.hears_and_runs("pheonix az", "inform_place", ValidateTreatment())
    (reply,) = await chat.runs(AskPlace())
    if chat.slots[Slot.PLACE] is None:
        assert "Did you mean Phoenix, AZ?" in reply.text
        await chat.hears_and_runs("yes", "affirm", ValidateTreatment())
    assert chat.slots[Slot.PLACE] == "Phoenix, AZ"


async def test_a_place_nobody_knows_is_asked_differently_then_given_up(chat: Chat) -> None:
    chat.asks(Form.TREATMENT, Slot.PLACE)
    said = []
    for words in ("xyzzyville", "plughtown", "frobozz"):
        chat.events.append({"event": "action", "name": Form.TREATMENT})
        await chat.hears_and_runs(words, "nlu_fallback", ValidateTreatment())
        if chat.slots[Slot.PLACE] is None:
            (reply,) = await chat.runs(AskPlace())
            said.append(reply.text)
    assert chat.slots[Slot.PLACE] == SKIPPED
    assert all("couldn't find" in text for text in said)


async def test_a_whole_state_is_asked_about(chat: Chat) -> None:
    chat.asks(Form.TREATMENT, Slot.PLACE)
    await chat.hears_and_runs("texas", "inform_place", ValidateTreatment())
    (reply,) = await chat.runs(AskPlace())
    assert "whole state" in reply.text


async def test_near_me_without_a_shared_location_says_it_cannot_see(chat: Chat) -> None:
    chat.asks(Form.TREATMENT, Slot.PLACE)
    await chat.hears_and_runs("near me", "inform_place", ValidateTreatment())
    (reply,) = await chat.runs(AskPlace())
    assert "can't see where you are" in reply.text
    assert reply.ask_location


async def test_a_shared_location_is_used_and_not_written_into_a_slot() -> None:
    facts = {"place": FRESNO}
    filled = await _answer(Slot.PLACE, "/inform_place", "inform_place", facts=facts)
    assert filled[Slot.PLACE] == HERE
    assert str(FRESNO[0]) not in str(filled)


@pytest.mark.parametrize(
    ("text", "intent", "value"),
    [
        ("for drinking", "inform_need", "sa"),
        ("depression", "ask_what_is", "mh"),
        ("both", "inform_need", "both"),
        ('/inform_need{"need": "mh"}', "inform_need", "mh"),
        ("skip", "skip", SKIPPED),
        ("no", "deny", SKIPPED),
    ],
)
async def test_a_need_is_understood_whatever_the_words_resemble(
    text: str, intent: str, value: str
) -> None:
    more = {"need": "mh"} if text.startswith("/") else {}
    assert (await _answer(Slot.NEED, text, intent, **more))[Slot.NEED] == value


@pytest.mark.parametrize(
    ("text", "intent", "value"),
    [
        ("medicaid", "inform_payment", "MD"),
        ("i don't have insurance", "inform_payment", "FREE"),
        ("none", "deny", "FREE"),
        ("my job's insurance", "ask_work", "PI"),
        ("skip", "skip", SKIPPED),
        ("no", "deny", SKIPPED),
    ],
)
async def test_a_way_to_pay_is_understood(text: str, intent: str, value: str) -> None:
    assert (await _answer(Slot.PAYMENT, text, intent))[Slot.PAYMENT] == value


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("i want a person", "ask_human"),
        ("stop", "stop"),
        ("no", "deny"),
        ("what can you do", "help"),
        ("is there hope", "ask_hope"),
        ("i feel so alone", "share_hard_feelings"),
        ("thanks", "thanks"),
        ("/ask_human", "ask_human"),
    ],
)
async def test_another_matter_is_not_taken_for_a_place(text: str, intent: str) -> None:
    assert await _answer(Slot.PLACE, text, intent) == {}


async def test_other_answers_are_kept_while_the_place_is_asked(chat: Chat) -> None:
    chat.asks(Form.TREATMENT, Slot.PLACE)
    await chat.hears_and_runs("i have medicaid", "inform_payment", ValidateTreatment())
    assert chat.slots[Slot.PAYMENT] == "MD"
    (reply,) = await chat.runs(AskPlace())
    assert "couldn't find" not in reply.text


async def test_the_other_questions_are_short_and_have_choices(chat: Chat) -> None:
    for action in (AskNeed(), AskPayment()):
        (reply,) = await chat.hears_and_runs("fresno", "inform_place", action)
        assert "/ask_human" in payloads(reply)


async def _search(source: FakeFindTreatment, **slots: str) -> Any:
    chat = Chat()
    chat.slots.update({Slot.PLACE: "Fresno, CA", Slot.NEED: "both", Slot.PAYMENT: SKIPPED})
    chat.slots.update(slots)
    (reply,) = await chat.hears_and_runs("skip", "skip", SearchTreatment())
    return chat, reply


async def test_real_listings_are_shown_with_their_source_and_call_to_confirm(
    source: FakeFindTreatment,
) -> None:
    _, reply = await _search(source)
    assert 1 <= len(reply.cards) <= 3
    assert "call to confirm" in reply.text
    assert reply.sources[0].name == "SAMHSA FindTreatment.gov"
    assert "/ask_human" in payloads(reply)


async def test_when_the_listing_fails_numbers_are_given_and_no_place_is_made_up(
    source: FakeFindTreatment,
) -> None:
    source.fail(503, times=20)
    chat, reply = await _search(source)
    directory = Directory.load()
    assert reply.cards == ()
    assert str(directory["samhsa"]) in reply.text
    assert str(directory["211"]) in reply.text
    await chat.hears_and_runs("yes", "affirm", Affirm())
    assert chat.followup == Form.TREATMENT


async def test_nothing_near_says_how_far_it_looked(source: FakeFindTreatment) -> None:
    source.rows = []
    _, reply = await _search(source)
    assert reply.cards == ()
    assert "100 miles" in reply.text
    assert str(Directory.load()["samhsa"]) in reply.text


async def test_without_a_place_nothing_is_searched() -> None:
    chat = Chat()
    chat.slots[Slot.PLACE] = SKIPPED
    (reply,) = await chat.hears_and_runs("skip", "skip", SearchTreatment())
    assert str(Directory.load()["samhsa"]) in reply.text


async def test_a_shared_location_is_searched_from(source: FakeFindTreatment) -> None:
    chat = Chat(place=FRESNO)
    chat.slots.update({Slot.PLACE: HERE, Slot.NEED: "sa", Slot.PAYMENT: SKIPPED})
    (reply,) = await chat.hears_and_runs("skip", "skip", SearchTreatment())
    assert reply.cards
    assert "Fresno" in reply.text


async def test_a_search_can_be_changed_in_one_thing(chat: Chat) -> None:
    chat.slots.update({Slot.PLACE: "Fresno, CA", Slot.NEED: "sa", Slot.PAYMENT: SKIPPED})
    chat.hears("skip", "skip")
    chat.events.append({"event": "action", "name": SearchTreatment().name()})
    await chat.hears_and_runs("i have medicare", "inform_payment", ReadSearch())
    assert chat.slots == {Slot.PLACE: "Fresno, CA", Slot.NEED: "sa", Slot.PAYMENT: "MC"}


async def test_a_new_search_begins_empty(chat: Chat) -> None:
    chat.slots.update({Slot.PLACE: "Fresno, CA", Slot.NEED: "sa", Slot.PAYMENT: "MD"})
    await chat.hears_and_runs("/find_treatment", "find_treatment", ReadSearch())
    assert set(chat.slots.values()) == {None}


def test_a_place_chosen_by_button_is_found_again() -> None:
    for place in rooms.places().find("springfield"):
        (found, *_) = rooms.places().find(place.label)
        assert found.label == place.label
        assert search.place_payload(place.label).startswith("/inform_place{")
