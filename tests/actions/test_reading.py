"""Reading a message: what is kept is the person's words, what is reflected is what they said."""

from __future__ import annotations

import pytest

from actions import reading


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("add: does lithium hurt the kidneys", "does lithium hurt the kidneys"),
        ("add to my list: can I still drive?", "can I still drive?"),
        ("put on my list whether i can work nights", "whether i can work nights"),
        ('add "can i drive on this" to my list', "can i drive on this"),
        ("remind me to ask my doctor about sleep", "about sleep"),
        ("i want to ask my psychiatrist why it is bipolar 2", "why it is bipolar 2"),
        ("write down why do i feel worse in the morning", "why do i feel worse in the morning"),
        ("question for the doctor: is this for life", "is this for life"),
        ("pls add does it get better to the list", "does it get better"),
    ],
)
def test_the_question_in_a_request_is_kept_word_for_word(said: str, question: str) -> None:
    assert reading.own_question(said) == question


@pytest.mark.parametrize(
    "said",
    [
        "add a question",
        "put this on my list",
        "i want to write down a question",
        "questions for my doctor",
        "what is bipolar",
        "can i stop my lithium",
        "my doctor said “you have bipolar” and left",
        "i want to ask about ptsd",
        "i put down the bottle",
    ],
)
def test_what_asks_for_no_question_to_be_written_gives_none(said: str) -> None:
    assert reading.own_question(said) is None


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("3 weeks sober", "3 weeks"),
        ("i haven't had a drink in two months", "Two months"),
        ("got my 90 day chip", "90 days"),
        ("100 days!", "100 days"),
        ("a year without the hospital", "A year"),
        ("i went out for the first time in a week", None),
        ("i slept eight hours", None),
        ("he left two weeks ago", None),
        ("it was good", None),
    ],
)
def test_a_time_kept_up_is_said_in_the_persons_words(said: str, time: str | None) -> None:
    assert reading.milestone(said) == time


@pytest.mark.parametrize(
    ("said", "shared"),
    [
        ("share everything", "conversation"),
        ("they can read what i wrote", "conversation"),
        ("just a short note", "note"),
        ("i don't want to share the conversation", "nothing"),
        ("they don't get to read it", "nothing"),
        ("connect me without the chat", "nothing"),
        ("i'd rather not show them", "nothing"),
        ("maybe they can read it later", None),
        ("share it but not the first part", "nothing"),
        ("who can read it?", None),
        ("what happens if i share it", None),
    ],
)
def test_only_a_plain_yes_lets_anybody_read(said: str, shared: str | None) -> None:
    assert reading.sharing(said) == shared


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("for drinking", "sa"),
        ("it's my depression", "mh"),
        ("depression and alcohol", "both"),
        ("both", "both"),
        ("alcohol and drugs", "sa"),
        ("i don't know", None),
    ],
)
def test_what_help_is_for_is_read_from_the_words(said: str, kind: str | None) -> None:
    assert reading.need(said) == kind


@pytest.mark.parametrize(
    ("said", "which"),
    [
        ("i drank last night", "returned"),
        ("i used this weekend", "returned"),
        ("i had wine last night after a year without", "returned"),
        ("i haven't relapsed in a year", "kept_off"),
        ("i wanted to drink and i didn't", "kept_off"),
        ("i walked past the liquor store", "kept_off"),
        ("i used my breathing thing", None),
        ("i used to like music", None),
    ],
)
def test_a_return_to_use_is_told_from_one_avoided(said: str, which: str | None) -> None:
    assert reading.recognise("returned", said) == which


@pytest.mark.parametrize(
    ("said", "bare"),
    [
        ("add a question", True),
        ("one more", True),
        ("write this down please", True),
        ("i have a question for my doctor", True),
        ("is lithium for life", False),
        ("why do i shake", False),
    ],
)
def test_a_wish_to_write_is_told_from_what_is_to_be_written(said: str, bare: bool) -> None:
    assert reading.bare_request(said) is bare


def test_what_is_said_back_is_cut_at_a_word() -> None:
    said = reading.quoted("calling my sister " * 20)
    assert len(said) <= 92
    assert said.endswith(("calling …", "my …", "sister …"))
