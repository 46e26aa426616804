from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.questions.question_list import (
    LONGEST_ITEM,
    MOST_ITEMS,
    AmbiguousQuestion,
    BadQuestion,
    ListFull,
    NoSuchQuestion,
    QuestionError,
    QuestionList,
)

FIVE = QuestionList(
    [
        "Will I gain weight?",
        "Does sleep get better?",
        "Can I take 2 pills at once?",
        "Is my sleep medicine addictive?",
        "Can my two kids visit?",
    ]
)


def test_a_question_is_kept_in_the_persons_own_words() -> None:
    kept = QuestionList().add("  why do i feel so damn flat??\n")
    assert kept.items == ("why do i feel so damn flat??",)


def test_adding_leaves_the_old_list_as_it_was() -> None:
    before = QuestionList(["One?"])
    after = before.add("Two?")
    assert before.items == ("One?",)
    assert after.items == ("One?", "Two?")
    assert before == QuestionList(("One?",))


def test_the_same_question_twice_is_kept_once() -> None:
    kept = QuestionList(["Can I drive?"])
    assert kept.add(" can i  drive? ") == kept


def test_a_list_mark_in_front_is_not_part_of_the_question() -> None:
    for text in ("- Can I drive?", "1. Can I drive?", "2) Can I drive?", "• Can I drive?"):
        assert QuestionList().add(text).items == ("Can I drive?",)
    assert QuestionList().add("2.5 mg or 5?").items == ("2.5 mg or 5?",)


@pytest.mark.parametrize("text", ["", "   ", "?", "...", "\n\n", "\u200b", "- "])
def test_nothing_to_keep_is_said_kindly(text: str) -> None:
    for add in (QuestionList().add, QuestionList().add_many):
        with pytest.raises(BadQuestion) as caught:
            add(text)
        assert "own words" in caught.value.sentence


def test_a_question_has_a_longest_length() -> None:
    assert len(QuestionList().add("a" * LONGEST_ITEM)) == 1
    with pytest.raises(BadQuestion):
        QuestionList().add("a" * (LONGEST_ITEM + 1))


def test_a_full_list_says_so_and_keeps_what_it_has() -> None:
    full = QuestionList(f"Question {number}?" for number in range(MOST_ITEMS))
    with pytest.raises(ListFull) as caught:
        full.add("One more?")
    assert "50" in caught.value.sentence
    assert full.add("Question 7?") == full


def test_many_questions_are_all_kept_or_none() -> None:
    nearly = QuestionList(f"Question {number}?" for number in range(MOST_ITEMS - 1))
    with pytest.raises(ListFull):
        nearly.add_many("One more? And another?")
    assert len(nearly) == MOST_ITEMS - 1


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        (
            "Can I drive on this? And can I drink?",
            ["Can I drive on this?", "And can I drink?"],
        ),
        ("how long do i need this", ["how long do i need this"]),
        ("will i gain weight\nhow long", ["will i gain weight", "how long"]),
        (
            "my questions:\n- will I gain weight\n- how long?",
            ["will I gain weight", "how long?"],
        ),
        (
            "1. what is it 2. will it pass 3) who do i call",
            ["what is it", "will it pass", "who do i call"],
        ),
        ("to ask: 1. what 2. when", ["what", "when"]),
        (
            "Can I stop lithium? I'm so tired of it",
            ["Can I stop lithium? I'm so tired of it"],
        ),
        (
            "I feel tired all the time. Is it the meds?",
            ["I feel tired all the time. Is it the meds?"],
        ),
        ("take 2. 5 mg?", ["take 2. 5 mg?"]),
        ("is http://example.org/a?b=1 true?", ["is http://example.org/a?b=1 true?"]),
        ("Why?? Really?!", ["Why??", "Really?!"]),
        ("¿Puedo beber? ¿Y conducir?", ["¿Puedo beber?", "¿Y conducir?"]),
        ("这药有副作用吗？能喝酒吗？", ["这药有副作用吗？", "能喝酒吗？"]),
    ],
)
def test_one_message_may_hold_several_questions(text: str, questions: list[str]) -> None:
    assert list(QuestionList().add_many(text).items) == questions


@pytest.mark.parametrize(
    ("reference", "number"),
    [
        (2, 2),
        ("2", 2),
        ("#2", 2),
        ("2.", 2),
        ("2nd", 2),
        ("second", 2),
        ("number 2", 2),
        ("question two", 2),
        ("remove the second question please", 2),
        ("take off number 3", 3),
        ("number one", 1),
        ("one", 1),
        ("first one", 1),
        ("last", 5),
        ("the last one", 5),
        ("second to last", 4),
        ("the one about weight", 1),
        ("wieght", 1),
        ("the one with 2 pills", 3),
        ("addictive", 4),
        ("about my two kids", 5),
        ("sleep getting better", 2),
        ("Is my sleep medicine addictive", 4),
    ],
)
def test_a_question_is_taken_off_the_way_people_point_at_it(
    reference: str | int, number: int
) -> None:
    left = FIVE.remove(reference)
    assert left.items == FIVE.items[: number - 1] + FIVE.items[number:]
    assert FIVE.position(reference) == number - 1


@pytest.mark.parametrize("reference", ["7", 0, -1, 99, "0", "-1", "the sixth one"])
def test_a_number_that_is_not_there_is_said_with_how_many_there_are(reference: str | int) -> None:
    with pytest.raises(NoSuchQuestion) as caught:
        FIVE.remove(reference)
    assert "has 5 questions" in caught.value.sentence


@pytest.mark.parametrize("reference", ["cars", "", "remove", "the one", "all of them", "🙂"])
def test_words_that_fit_nothing_take_nothing_off(reference: str) -> None:
    with pytest.raises(NoSuchQuestion):
        FIVE.remove(reference)


def test_when_two_fit_the_person_is_asked_which() -> None:
    with pytest.raises(AmbiguousQuestion) as caught:
        FIVE.remove("the one about sleep")
    assert caught.value.numbers == (2, 4)
    assert caught.value.sentence == "That could be number 2 or 4. Which one?"
    with pytest.raises(AmbiguousQuestion):
        FIVE.remove("remove 1 and 3")


def test_an_empty_list_has_nothing_to_take_off() -> None:
    with pytest.raises(NoSuchQuestion, match="empty"):
        QuestionList().remove("1")


def test_a_list_of_one_is_spoken_of_as_one() -> None:
    with pytest.raises(NoSuchQuestion, match="has 1 question,"):
        QuestionList(["Why?"]).remove("2")


def test_the_list_as_text_is_numbered_lines() -> None:
    assert QuestionList(["Why?", "When?"]).as_text() == "1. Why?\n2. When?"
    assert QuestionList().as_text() == ""


@given(st.lists(st.text(max_size=30), max_size=6), st.text(max_size=40) | st.integers())
def test_no_text_breaks_the_list(texts: list[str], reference: str | int) -> None:
    kept = QuestionList()
    for text in texts:
        with contextlib.suppress(QuestionError):
            kept = kept.add_many(text)
    for item in kept.items:
        assert item == item.strip()
        assert item.isprintable()
    with contextlib.suppress(QuestionError):
        assert len(kept.remove(reference)) == len(kept) - 1


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=80))
def test_splitting_loses_no_word(text: str) -> None:
    try:
        kept = QuestionList().add_many(text)
    except BadQuestion:
        return
    letters = [char for char in text.casefold() if char.isalpha()]
    held = [char for item in kept.items for char in item.casefold() if char.isalpha()]
    assert set(held) == set(letters)
