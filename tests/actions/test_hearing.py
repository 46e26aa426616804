"""Feelings and news are heard before anything else, and bad news is never congratulated."""

from __future__ import annotations

import pytest

from actions import feelings
from actions.conversation import Complaint
from actions.fallback import Fallback
from actions.hearing import Hear, HearGoodNews, HearRelapse
from actions.names import Form, Slot
from tests.actions.conftest import Chat, payloads


async def test_a_hard_feeling_is_reflected_in_its_own_terms(chat: Chat) -> None:
    (reply,) = await chat.hears_and_runs("i feel so alone with this", "share_hard_feelings", Hear())
    assert "alone" in reply.text.split("\n")[0]
    assert "/ask_human" in payloads(reply)


async def test_the_second_and_third_time_it_is_said_differently_and_offers_a_person(
    chat: Chat,
) -> None:
    said = []
    for words in ("i feel so alone", "i am so tired", "everything is awful"):
        (reply,) = await chat.hears_and_runs(words, "share_hard_feelings", Hear())
        said.append(reply)
    assert len({reply.text.partition("\n")[2] for reply in said}) == 3
    assert len(said[2].text) < len(said[0].text)
    assert chat.slots[Slot.OFFER] == "/ask_human"


async def test_a_feeling_in_the_middle_of_a_search_comes_first(chat: Chat) -> None:
    chat.asks(Form.TREATMENT, Slot.NEED)
    (reply,) = await chat.hears_and_runs("i'm so ashamed", "share_hard_feelings", Hear())
    assert reply.text.startswith("Shame")
    assert "/find_treatment" in payloads(reply)
    assert chat.form is None


@pytest.mark.parametrize("words", ["3 weeks sober", "one year today", "i have 45 days"])
def test_a_time_kept_up_is_said_back(words: str) -> None:
    text = feelings.hear_good_news(words).text
    assert "one day at a time" in text
    assert "Amazing" not in text


@pytest.mark.parametrize(
    "words",
    [
        "i haven't eaten in two days",
        "they turned off my heat",
        "i got evicted today",
        "my wife and i got divorced",
        "i had a panic attack at the store",
        "i got a dui",
        "i went to jail for a night",
        "blue",
    ],
)
def test_news_that_may_be_bad_is_asked_about_not_celebrated(words: str) -> None:
    assert "good, hard, or some of both" in feelings.hear_good_news(words).text


@pytest.mark.parametrize("words", ["my son is 30 days sober", "my daughter came home from rehab"])
def test_somebody_elses_news_is_theirs(words: str) -> None:
    assert "for them and for you" in feelings.hear_good_news(words).text


async def test_a_return_to_use_taken_for_good_news_is_not_congratulated(chat: Chat) -> None:
    await chat.hears_and_runs("i used this weekend", "share_good_news", HearGoodNews())
    assert str(chat.slots[Slot.LAST_ARTICLE]).endswith("-relapse")


@pytest.mark.parametrize(
    ("words", "time"),
    [("i haven't relapsed in a year", "A year"), ("i am 90 days sober", "90 days")],
)
async def test_a_relapse_that_did_not_happen_is_good_news(words: str, time: str) -> None:
    (reply,) = await Chat().hears_and_runs(words, "ask_relapse", HearRelapse())
    assert reply.text.startswith(time)


@pytest.mark.parametrize(
    "words", ["i had 90 days and i drank", "90 days sober and i used last night", "i relapsed"]
)
async def test_a_relapse_is_never_congratulated(words: str) -> None:
    for action, intent in ((HearRelapse(), "ask_relapse"), (HearGoodNews(), "share_good_news")):
        chat = Chat()
        await chat.hears_and_runs(words, intent, action)
        assert str(chat.slots[Slot.LAST_ARTICLE]).endswith("-relapse")


async def test_a_question_about_not_drinking_is_a_question(chat: Chat) -> None:
    await chat.hears_and_runs(
        "how do i get through a wedding without drinking?", "ask_relapse", HearRelapse()
    )
    assert str(chat.slots[Slot.LAST_ARTICLE]).endswith("-relapse")


async def test_words_after_a_hard_feeling_that_nothing_fits_are_not_called_unclear(
    chat: Chat,
) -> None:
    await chat.hears_and_runs("i feel so alone", "share_hard_feelings", Hear())
    (reply,) = await chat.hears_and_runs("since the thing with marta", "nlu_fallback", Fallback())
    assert "didn't catch" not in reply.text
    assert "/ask_human" in payloads(reply)


async def test_what_helped_is_said_back_even_when_it_was_not_understood(chat: Chat) -> None:
    await chat.hears_and_runs("3 weeks sober", "share_good_news", HearGoodNews())
    (reply,) = await chat.hears_and_runs("long walks with rex", "nlu_fallback", Fallback())
    assert "“long walks with rex”" in reply.text


def test_other_peoples_anger_is_not_taken_for_ones_own() -> None:
    assert feelings.hear("everyone is mad at me", 0).text.startswith("That hurts")
    assert feelings.hear("im mad at my doctor", 0).text.startswith("There's reason")


async def test_being_tired_of_the_day_is_not_a_complaint(chat: Chat) -> None:
    (reply,) = await chat.hears_and_runs("im so tired of this", "complain", Complaint())
    assert reply.text.startswith("That sounds worn out.")
