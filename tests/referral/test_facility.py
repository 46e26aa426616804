from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.referral import cards
from assistant.referral.facility import Facility, UnusableRow, parse
from assistant.referral.sites import merge
from assistant.replies import Card, Reply, decode, encode
from tests.fakes.findtreatment import row


def test_a_row_is_read_in_the_sources_own_form() -> None:
    found = parse(
        row(
            "Invented &amp; Sons",
            name2="Night\u00a0Programme",
            street2="Suite 4",
            zip="937011234",
            phone="(559) 555-0100",
            intake1="559-555-0102 x12",
            miles="0.5",
        )
    )
    assert found.name == "Invented & Sons"
    assert found.programme == "Night Programme"
    assert found.address == "100 Nowhere Street, Suite 4, Fresno, CA 93701-1234"
    assert (found.latitude, found.longitude, found.miles) == (36.75, -119.77, 0.5)
    assert str(found.intake) == "559-555-0102 ext. 12"
    assert found.services["TC"] == ("Substance use treatment",)


def test_both_spellings_of_the_type_are_read() -> None:
    old = row("One", "MH")
    new = {**old, "type_facility": old.pop("typeFacility")}
    assert parse(new).kinds == {"MH"}
    assert parse(row("Two", "sa")).kinds == {"SA"}


def test_services_may_be_null_and_then_nothing_is_stated() -> None:
    found = parse(row("One", services=None))
    assert found.services == {}
    assert not found.peer_support


@pytest.mark.parametrize("name", [None, "", "   ", "\u200b", "\ufffd", 0.5, [], {}, True])
def test_a_row_without_a_name_is_unusable(name: object) -> None:
    with pytest.raises(UnusableRow):
        parse({**row("x"), "name1": name})


@pytest.mark.parametrize("junk", [None, 1, "row", [], [row("x")], b"row"])
def test_a_row_that_is_no_object_is_unusable(junk: object) -> None:
    with pytest.raises(UnusableRow):
        parse(junk)


def test_the_error_does_not_repeat_the_row() -> None:
    with pytest.raises(UnusableRow) as caught:
        parse({"name1": "", "phone": "559-555-0199"})
    assert "0199" not in str(caught.value)


def test_broken_text_is_mended() -> None:
    found = parse(row("Women\ufffds\u00a0  Center &amp;amp; Caf&eacute;\u202e\x07"))
    assert found.name == "Womens Center & Café"


def test_a_zip_that_came_as_a_number_gets_its_zeros_back() -> None:
    assert parse(row("One", zip=2139)).zip == "02139"
    assert parse(row("One", zip="nonsense")).zip == ""


@pytest.mark.parametrize("value", ["", "north", "nan", "inf", "1e999", 91, True, None, [], 10**400])
def test_a_place_off_the_map_has_no_coordinates(value: object) -> None:
    found = parse(row("One", latitude=value))
    assert (found.latitude, found.longitude) == (None, None)


def test_an_intake_number_like_the_main_one_is_not_shown_twice() -> None:
    found = parse(row("One", phone="559-555-0100", intake1="(559) 555-0100"))
    assert found.intake is None


def test_merging_keeps_what_either_listing_says() -> None:
    first = parse(row("One", "SA", offers=("MD",), website=None))
    second = parse(row("One", "MH", offers=("MD", "PI", "PEER"), website="example.org"))
    (both,) = merge([first, second])
    assert both.kinds == {"SA", "MH"}
    assert both.services["PAY"] == ("Medicaid", "Private health insurance")
    assert both.website == "https://example.org"
    assert both.peer_support


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
_keys = [*row("x"), "type_facility", "miles", "_irow", "frid"]
_service = st.fixed_dictionaries(
    {},
    optional={
        "f1": _json,
        "f2": st.sampled_from(["PAY", "RSS", "TC", "pay"]) | _json,
        "f3": st.text() | _json,
    },
)
_rows = st.dictionaries(st.sampled_from(_keys), _json) | st.fixed_dictionaries(
    {"name1": st.text() | _json},
    optional={
        **{key: st.text() | _json for key in _keys if key not in ("name1", "services")},
        "services": st.lists(_service, max_size=5) | _json,
    },
)


@given(_rows | _json)
def test_no_row_breaks_the_reading_or_the_card(made: Any) -> None:
    try:
        found = parse(made)
    except UnusableRow:
        return
    assert found.name
    assert_card_is_safe(cards.facility(found))
    assert merge([found, found]) != []


@given(st.text(max_size=40))
def test_no_text_in_a_telephone_or_website_field_makes_an_unsafe_link(text: str) -> None:
    found = parse(row("One", phone=text, intake1=text, website=text))
    assert_card_is_safe(cards.facility(found))


def assert_card_is_safe(card: Card) -> None:
    reply = Reply(cards=(card,))
    assert decode(encode(reply)) == reply
    for line in (card.title, *card.lines):
        assert line.strip() == line
        assert line.isprintable()
    for link in card.links:
        assert link.href.startswith(("tel:+1", "https://"))
        assert link.href.isascii()
        assert not set(link.href) & set(" <>\"'\\")


def test_dates_and_distances_read_like_speech() -> None:
    found = Facility("One", miles=0.2, asked_on=date(2026, 11, 2))
    lines = cards.facility(found).lines
    assert "Less than a mile away" in lines
    assert any("2 Nov 2026" in line for line in lines)
    assert "About 1 mile away" in cards.facility(Facility("One", miles=1.2)).lines
    assert "About 12 miles away" in cards.facility(Facility("One", miles=12.4)).lines


def test_a_facility_is_a_plain_value() -> None:
    assert parse(row("One")) == parse(json.loads(json.dumps(row("One"))))
