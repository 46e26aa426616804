"""How a reply is drawn: readable numbers, buttons Telegram takes, long texts cut kindly."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors.telegram
from assistant.replies import Button, Card, Link, Reply, Source
from assistant.safety import respond
from assistant.safety.directory import Directory
from assistant.safety.screen import Screen
from assistant.texts import Texts
from connectors.telegram.incoming import COMMANDS
from connectors.telegram.outgoing import File, Piece, draw
from connectors.telegram.splitting import MOST_UNITS, split, units
from tests.fakes.telegram_rules import check_markup

TEXTS = Texts.load(Path(connectors.telegram.__file__).with_name("texts.yml"))
EMOJI = ["👩🏽‍⚕️", "🏳️‍🌈", "🇺🇸", "👨‍👩‍👧‍👦", "e\u0301", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"]


def _one(reply: Reply) -> Piece:
    (piece,) = draw(reply, 7, TEXTS)
    return piece


def test_a_text_stays_as_it_is() -> None:
    assert _one(Reply(text="One.\n\nTwo <b>*x*</b>.")).text == "One.\n\nTwo <b>*x*</b>."


def test_buttons_carry_their_payload_when_it_fits() -> None:
    payload = "/" + "a" * 63
    keys = _one(Reply(text="?", buttons=(Button("A", payload), Button("B", payload + "b")))).keys
    assert [key.data for key in keys] == [payload, "b:7:1"]


def test_pages_are_buttons_and_numbers_are_lines() -> None:
    links = (
        Link("Call 311", "tel:311"),
        Link("Text HOME to 311", "sms:311?&body=HOME"),
        Link("Chat", "https://example.org/chat"),
    )
    piece = _one(Reply(text="Help is near.", links=links))
    assert piece.text == "Help is near.\n\nCall 311\nText HOME to 311"
    assert [(key.title, key.url) for key in piece.keys] == [("Chat", "https://example.org/chat")]


@pytest.mark.parametrize(
    ("link", "line"),
    [
        (Link("Call", "tel:+15550100199"), "Call: 555-010-0199"),
        (Link("Call", "tel:5550100199"), "Call: 555-010-0199"),
        (Link("Call 555-010-0199", "tel:+15550100199"), "Call 555-010-0199"),
        (Link("Call", "tel:+442071838750"), "Call: +442071838750"),
        (Link("Text us", "sms:311?&body=HOPE%20NOW"), "Text us: 311 (HOPE NOW)"),
        (Link("Here", "http://localhost:8000/"), "Here: http://localhost:8000/"),
    ],
)
def test_what_cannot_be_a_button_can_be_read(link: Link, line: str) -> None:
    piece = _one(Reply(text="Help.", links=(link,)))
    assert piece.text == f"Help.\n\n{line}"
    assert piece.keys == ()


def test_a_number_the_text_has_already_is_not_repeated() -> None:
    text = "You can call or text 311 now."
    links = (Link("Call 311", "tel:311"), Link("Text 311", "sms:311"))
    assert _one(Reply(text=text, links=links)).text == text


@pytest.mark.parametrize("label", ["Call 311, then press 1", "Text HOPE to 311", "Call 3110"])
def test_a_number_with_more_to_it_is_still_shown(label: str) -> None:
    text = "You can call or text 311 now."
    assert _one(Reply(text=text, links=(Link(label, "tel:311"),))).text.endswith(label)


def test_several_cards_are_numbered_with_their_pages() -> None:
    cards = tuple(
        Card(
            f"Clinic {name}",
            ("12 Main St", "2 miles"),
            (Link("Call 311", "tel:311"), Link("Website", f"https://{name}.example.org")),
        )
        for name in "ab"
    )
    piece = _one(Reply(text="Found two.", cards=cards))
    assert piece.text == (
        "Found two.\n\n1. Clinic a\n12 Main St\n2 miles\nCall 311"
        "\n\n2. Clinic b\n12 Main St\n2 miles\nCall 311"
    )
    assert [key.title for key in piece.keys] == ["1 · Website", "2 · Website"]


def test_sources_are_named_with_date_and_address() -> None:
    reply = Reply(
        text="So.", sources=(Source("NIMH", "https://www.nimh.nih.gov/", "2026-11-22", "2026-12"),)
    )
    assert _one(reply).text == (
        "So.\n\nSource: NIMH, 2026-11-22\nhttps://www.nimh.nih.gov/\nReviewed: 2026-12"
    )
    assert "Reviewed" not in _one(Reply(text="So.", sources=(Source("A", "https://a.b"),))).text


def test_asking_for_the_location_gives_a_key_for_it() -> None:
    assert _one(Reply(text="Where are you?", ask_location=True)).ask_location


def test_asking_for_the_location_next_to_buttons_takes_a_second_message() -> None:
    first, second = draw(
        Reply(text="Where?", buttons=(Button("Skip", "/skip"),), ask_location=True), 1, TEXTS
    )
    assert first.keys
    assert not first.ask_location
    assert second.text
    assert second.ask_location


def test_buttons_without_words_get_some() -> None:
    assert _one(Reply(buttons=(Button("Yes", "/affirm"),))).text


def test_nothing_to_say_is_nothing_to_send() -> None:
    assert draw(Reply(text=" \n "), 1, TEXTS) == []


def test_a_file_comes_after_the_words() -> None:
    file = File("a.pdf", b"%PDF")
    assert draw(Reply(text="Here."), 1, TEXTS, file=file) == [Piece("Here."), Piece(file=file)]


def test_a_peer_is_named_once_in_a_long_message() -> None:
    pieces = draw(Reply(text="word " * 2000), 1, TEXTS, peer="Maria")
    assert pieces[0].text.startswith("Maria: word")
    assert "Maria" not in "".join(piece.text for piece in pieces[1:])


def test_half_a_character_is_replaced() -> None:
    text = _one(Reply(text="a\ud83db")).text
    text.encode()
    assert text == "a\ufffdb"


def test_every_crisis_answer_has_buttons_that_telegram_takes_and_numbers_in_its_text() -> None:
    directory = Directory.load()
    screen = Screen.load()
    replies = [respond.crisis_menu(directory)]
    for words in ("i am going to kill myself tonight", "i want to die", "my son overdosed"):
        replies += respond.answer(screen.read(words), 0, directory)
    assert len(replies) >= 3
    for reply in replies:
        pieces = draw(reply, 1, TEXTS)
        assert directory["988"].call in pieces[0].text
        for piece in pieces:
            rows = [
                [
                    {
                        "text": key.title,
                        **({"url": key.url} if key.url else {"callback_data": key.data}),
                    }
                ]
                for key in piece.keys
            ]
            check_markup({"inline_keyboard": rows}, private=True)


def test_the_menu_has_words_for_every_command() -> None:
    assert {key.removeprefix("menu.") for key in TEXTS.keys("menu")} == set(COMMANDS)


@pytest.mark.parametrize("emoji", EMOJI)
def test_a_cut_never_falls_inside_what_is_seen_as_one_character(emoji: str) -> None:
    text = emoji * 3000
    parts = split(text)
    assert "".join(parts) == text
    assert all(len(part) % len(emoji) == 0 and units(part) <= MOST_UNITS for part in parts)


def test_a_cut_prefers_the_end_of_a_paragraph() -> None:
    first, second = "a. b " * 600, "c. d " * 600
    assert split(f"{first.strip()}\n\n{second.strip()}") == [first.strip(), second.strip()]


def test_a_cut_prefers_a_sentence_to_a_word() -> None:
    text = "word " * 790 + "end. " + "next " * 100
    assert split(text)[0].endswith("end.")


@given(
    st.lists(
        st.one_of(st.text(max_size=30), st.sampled_from([*EMOJI, " ", "\n", "\n\n", "x" * 50])),
        max_size=60,
    ).map("".join),
    st.integers(min_value=40, max_value=120),
)
def test_parts_fit_and_lose_nothing_but_white_space(text: str, most: int) -> None:
    parts = split(text, most)
    assert all(part and units(part) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(st.text(alphabet="👩🏽‍⚕️🇺🇸é\u0301a ", min_size=1, max_size=80))
def test_no_part_begins_with_a_mark_that_belongs_to_the_part_before(text: str) -> None:
    for part in split("a" + text, 60)[1:]:
        assert unicodedata.category(part[0]) not in ("Mn", "Me") or units("a" + text) > 60 * 2
