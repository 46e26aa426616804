"""Questions about an illness are answered by the card that fits, and by no other."""

from __future__ import annotations

from actions import rooms
from actions.boundaries import Boundary
from actions.education import Answer, ShowSource
from actions.hearing import HearGoodNews
from actions.names import Form, Slot
from assistant.dialogue.contract import SaveQuestions
from tests.actions.conftest import Chat, payloads


async def test_a_person_can_ask_what_now_and_gets_a_sourced_card(chat: Chat) -> None:
    (reply,) = await chat.hears_and_runs(
        "i was just diagnosed with bipolar, what do i do now", "ask_what_now", Answer()
    )
    card = rooms.library().get("bipolar-now")
    assert card is not None
    assert card.body in reply.text
    assert reply.sources
    assert "/ask_human" in payloads(reply)


async def test_the_condition_is_remembered_for_the_next_question(chat: Chat) -> None:
    await chat.hears_and_runs("is there hope with bipolar", "ask_hope", Answer())
    (reply,) = await chat.hears_and_runs("what helps", "ask_what_helps", Answer())
    assert rooms.library().get("bipolar-helps").title in reply.text  # type: ignore[union-attr]
    assert chat.slots[Slot.LAST_ARTICLE] == "bipolar-helps"


async def test_what_is_it_without_a_condition_asks_which(chat: Chat) -> None:
    (reply,) = await chat.hears_and_runs("what is it", "ask_what_is", Answer())
    assert any("depression" in payload for payload in payloads(reply))
    assert "/ask_human" in payloads(reply)


async def test_a_bare_name_answers_the_question_which_one(chat: Chat) -> None:
    await chat.hears_and_runs("what helps", "ask_what_helps", Answer())
    (reply,) = await chat.hears_and_runs("ptsd", "ask_what_is", Answer())
    assert chat.slots[Slot.LAST_ARTICLE] == "ptsd-helps"
    assert reply.sources


async def test_a_button_carries_its_condition(chat: Chat) -> None:
    await chat.hears_and_runs(
        '/ask_what_is{"topic": "alcohol"}', "ask_what_is", Answer(), topic="alcohol"
    )
    assert chat.slots[Slot.LAST_ARTICLE] == "alcohol-what_is"


async def test_a_stale_button_with_an_unknown_condition_harms_nothing(chat: Chat) -> None:
    (reply,) = await chat.hears_and_runs(
        '/ask_what_is{"topic": "gone"}', "ask_what_is", Answer(), topic="gone"
    )
    assert "Which one" in reply.text


async def test_a_card_on_a_wider_topic_says_so(chat: Chat) -> None:
    (reply,) = await chat.hears_and_runs("what is anorexia", "ask_what_is", Answer())
    assert reply.text.startswith("I don't have a page on eating disorders")


async def test_the_same_card_is_not_read_out_twice_in_a_row(chat: Chat) -> None:
    (first,) = await chat.hears_and_runs("what is ptsd", "ask_what_is", Answer())
    (second,) = await chat.hears_and_runs("what is ptsd?", "ask_what_is", Answer())
    assert len(second.text) < len(first.text) / 2
    assert "/ask_human" in payloads(second)


async def test_drinking_again_gets_the_card_about_drinking(chat: Chat) -> None:
    await chat.hears_and_runs("i drank last night", "ask_relapse", Answer())
    assert chat.slots[Slot.LAST_ARTICLE] == "alcohol-relapse"


async def test_sources_can_be_asked_for_and_are_honest_about_review(chat: Chat) -> None:
    await chat.hears_and_runs("what is ptsd", "ask_what_is", Answer())
    (reply,) = await chat.hears_and_runs("where is that from", "ask_source", ShowSource())
    card = rooms.library().get("ptsd-what_is")
    assert card is not None
    assert reply.sources == card.sources
    assert ("no health professional" in reply.text) == (card.reviewed == "none")


async def test_without_a_card_no_source_is_claimed(chat: Chat) -> None:
    (reply,) = await chat.hears_and_runs("source?", "ask_source", ShowSource())
    assert not reply.sources
    assert "haven't shown you" in reply.text


async def test_another_matter_puts_a_search_aside_and_says_so(chat: Chat) -> None:
    chat.asks(Form.TREATMENT, Slot.PLACE)
    (reply,) = await chat.hears_and_runs("is there hope", "ask_hope", Answer())
    assert "search aside" in reply.text
    assert "/find_treatment" in payloads(reply)
    assert chat.form is None
    assert chat.slots["requested_slot"] is None


async def test_asking_who_the_peers_are_keeps_the_question_about_sharing_open(chat: Chat) -> None:
    chat.asks(Form.PEER, Slot.SHARING)
    await chat.hears_and_runs("who are the peers", "ask_peer_support", Answer())
    assert chat.form == Form.PEER


async def test_a_wish_to_write_something_down_is_not_taken_for_the_question_in_it(
    chat: Chat,
) -> None:
    (reply,) = await chat.hears_and_runs(
        "add to my list: is recovery possible with this", "ask_hope", Answer()
    )
    assert chat.effects == [SaveQuestions(("is recovery possible with this",))]
    assert "Written down" in reply.text


async def test_what_helped_is_kept_as_theirs_and_not_answered_with_a_card(chat: Chat) -> None:
    await chat.hears_and_runs("30 days sober", "share_good_news", HearGoodNews())
    (reply,) = await chat.hears_and_runs(
        "my sister calls me every night", "ask_for_family", Answer()
    )
    assert "“my sister calls me every night”" in reply.text


async def test_a_button_about_medication_shows_the_page_and_no_judgement(chat: Chat) -> None:
    (reply,) = await chat.hears_and_runs(
        '/ask_medication{"topic": "bipolar"}', "ask_medication", Boundary(), topic="bipolar"
    )
    assert reply.sources
