"""The reading grade is the one others would compute."""

from __future__ import annotations

import pytest

from assistant.education.library import Library
from assistant.education.reading import grade, sentences, syllables, words


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("one", 1), ("people", 2), ("are", 1), ("use", 1), ("going", 2), ("doesn't", 2),
        ("somebody", 3), ("medication", 4), ("depression", 3), ("anxiety", 4), ("psychosis", 3),
        ("bipolar", 3), ("recovery", 4), ("treated", 2), ("helped", 1), ("changes", 2),
        ("coaches", 2), ("safely", 2), ("sometimes", 2), ("PTSD", 4), ("I", 1), ("the", 1),
        ("table", 2), ("schizophrenia", 5), ("alcohol", 3), ("naloxone", 3), ("diagnosis", 4),
    ],
)  # fmt: skip
def test_it_counts_the_syllables_of_words_we_use(word: str, count: int) -> None:
    assert syllables(word) == count


def test_it_counts_words_and_sentences_and_list_items() -> None:
    assert words("Don't stop. It’s 5 o'clock") == ["Don't", "stop", "It’s", "5", "o'clock"]
    assert sentences("One. Two? Three") == 3
    assert sentences("You could:\n\n- rest\n- walk\n- talk") == 4
    assert sentences("") == 1
    assert grade("") == 0.0


def test_the_grade_follows_the_published_formula() -> None:
    assert grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 * 1 - 15.59)
    assert grade("Recovery takes time.") == pytest.approx(0.39 * 3 + 11.8 * 6 / 3 - 15.59)


def test_hard_text_is_graded_hard() -> None:
    assert grade("Antipsychotic medications necessitate continuous monitoring.") > 12


def test_it_agrees_with_textstat_where_that_has_its_dictionary() -> None:
    """textstat looks words up in the CMU dictionary, which it fetches; skipped without it."""
    nltk = pytest.importorskip("nltk")
    try:
        nltk.data.find("corpora/cmudict")
    except LookupError:
        pytest.skip("the CMU dictionary that textstat needs is not on this machine")
    textstat = pytest.importorskip("textstat")
    for card in Library.load():
        theirs = textstat.flesch_kincaid_grade(card.body)
        assert theirs <= 8.0, card.id
        assert abs(theirs - card.grade) < 1.5, card.id
