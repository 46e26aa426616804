from __future__ import annotations

import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from assistant.questions import sheet
from assistant.questions.sheet import missing, pdf


def read(document: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(document))


def text_of(document: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(document).pages)


def test_the_questions_stand_on_the_sheet_in_order_and_in_the_persons_words() -> None:
    made = text_of(pdf(["why do i feel so damn flat??", "Can I drive?"], made_on=date(2026, 11, 2)))
    assert made.splitlines()[:4] == [
        "Questions for my visit",
        "Made on 2 November 2026",
        "1. why do i feel so damn flat??",
        "2. Can I drive?",
    ]


def test_the_title_can_be_given() -> None:
    assert text_of(pdf(["Why?"], title="For my first visit")).startswith("For my first visit")


def test_a_usual_list_fits_one_page() -> None:
    items = [f"Question {number}: does the tiredness pass, and when?" for number in range(1, 13)]
    assert len(read(pdf(items, made_on=date(2026, 11, 2))).pages) == 1


def test_a_full_list_of_long_questions_loses_nothing() -> None:
    items = [f"Item{number} " + "word " * 90 for number in range(1, 51)]
    made = text_of(pdf(items))
    assert all(f"Item{number} " in made for number in range(1, 51))
    assert made.count("word") == 50 * 90


def test_an_empty_list_is_a_sheet_with_a_title() -> None:
    assert text_of(pdf([])).strip() == "Questions for my visit"


def test_there_are_lines_to_write_on() -> None:
    page = read(pdf(["Why?"])).pages[0]
    assert page.get_contents() is not None
    content = page.get_contents().get_data()  # type: ignore[union-attr]
    assert content.count(b" l S") >= 2


def test_a_screen_reader_is_told_the_language_and_the_heading() -> None:
    made = read(pdf(["¿Por qué?"], title="Preguntas", language="es-US"))
    root = made.trailer["/Root"]
    assert root["/Lang"] == "es-US"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert made.outline[0].title == "Preguntas"


def test_nothing_on_it_tells_where_it_was_made() -> None:
    document = pdf(["Why?"], made_on=date(2026, 11, 2))
    made = read(document)
    assert set(made.metadata or {}) == {"/Title", "/CreationDate"}
    assert (made.metadata or {})["/Title"] == "Questions for my visit"
    assert b"beside" not in document.lower()
    assert b"fpdf" not in document.lower()


@pytest.mark.parametrize(
    "question",
    [
        "¿Puedo beber alcohol con esto?",
        "Можно ли мне кофе?",
        "Có được lái xe không?",
        "Ile to potrwa, zażółć gęślą jaźń?",
        "Πόσο κρατάει;",
        "“Quotes” – and dashes — too…",
    ],
)
def test_other_languages_print_whole(question: str) -> None:
    assert missing([question]) == ""
    assert question in text_of(pdf([question]))


def test_letters_the_font_lacks_are_shown_as_boxes_and_said() -> None:
    made = text_of(pdf(["这药 ok?"]))
    assert missing(["这药 ok?"]) == "药这"
    assert "1. □□ ok?" in made
    assert "Some letters could not be printed. □ stands for each of them." in made
    assert "could not be printed" not in text_of(pdf(["ok?"]))


def test_right_to_left_letters_are_drawn_from_the_right() -> None:
    made = read(pdf(["מתי"])).pages[0].extract_text()
    assert "יתמ" in made or "מתי" in made
    assert missing(["מתי"]) == ""


def test_joiners_and_direction_marks_are_not_called_missing() -> None:
    assert missing(["a\u200d\ufe0f\u200eb"]) == ""


def test_without_a_unicode_font_latin_letters_print_and_the_rest_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sheet, "_font_folders", list)
    made = text_of(pdf(["¿Qué? Можно ok"]))
    assert "1. ¿Qué? ????? ok" in made
    assert "Some letters could not be printed. ? stands for each of them." in made


def test_the_same_list_gives_the_same_bytes() -> None:
    first, second = (pdf(["Why?"], made_on=date(2026, 11, 2)) for _ in range(2))
    assert first == second


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=4))
def test_no_text_breaks_the_sheet(items: list[str]) -> None:
    assert pdf(items).startswith(b"%PDF")
