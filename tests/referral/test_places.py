from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.referral.places import Places


def labels(places: Places, text: str) -> list[str]:
    return [place.label for place in places.find(text)]


@pytest.mark.parametrize("text", ["93701", "zip 93701-1234", "my zip is 93701 please", "ZIP:93701"])
def test_a_zip_code_is_a_place(places: Places, text: str) -> None:
    (place,) = places.find(text)
    assert (place.label, place.zip) == ("Fresno, CA 93701", "93701")
    assert (place.latitude, place.longitude) == (36.75, -119.79)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Fresno, CA", "Fresno, CA"),
        ("fresno ca", "Fresno, CA"),
        ("FRESNO CA", "Fresno, CA"),
        ("near fresno", "Fresno, CA"),
        ("somewhere around Fresno, California please", "Fresno, CA"),
        ("Fresno, TX", "Fresno, TX"),
        ("springfield illinois", "Springfield, IL"),
        ("Portland, ME", "Portland, ME"),
        ("portland or", "Portland, OR"),
        ("somewhere in oregon near portland", "Portland, OR"),
        ("st. louis", "Saint Louis, MO"),
        ("coeur d'alene", "Coeur D'Alene, ID"),
        ("ft worth", "Fort Worth, TX"),
        ("N. Hollywood", "North Hollywood, CA"),
        ("the dalles", "The Dalles, OR"),
        ("washington d.c.", "Washington, DC"),
        ("new york", "New York, NY"),
        ("nyc", "New York, NY"),
        ("brooklyn new york", "Brooklyn, NY"),
        ("kansas city, missouri", "Kansas City, MO"),
        ("charleston west virginia", "Charleston, WV"),
        ("LA", "Los Angeles, CA"),
        ("I need help with drinking in San José", "San Jose, CA"),
        ("quiero ayuda en Los Angeles", "Los Angeles, CA"),
        ("find treatment around tulsa that takes medicaid", "Tulsa, OK"),
        ("orange county, ca", "Orange County, CA"),
        ("hope, ar", "Hope, AR"),
        ("I live in Normal, IL", "Normal, IL"),
        ("downtown fresno", "Fresno, CA"),
        ("east oakland", "Oakland, CA"),
        ("fresno area", "Fresno, CA"),
        ("near embarrass", "Embarrass, MN"),
        ("i am in man, wv", "Man, WV"),
        ("San Juan, PR", "San Juan, PR"),
        ("12345 Main St, Fresno, CA", "Fresno, CA"),
        ("12345 Main St, Fresno, CA 93701", "Fresno, CA 93701"),
        ("mexico, mo", "Mexico, MO"),
    ],
)
def test_a_town_is_found_in_the_words_people_use(places: Places, text: str, label: str) -> None:
    assert labels(places, text) == [label]


def test_a_name_of_many_towns_gives_several_the_largest_first(places: Places) -> None:
    found = labels(places, "springfield")
    assert 2 <= len(found) <= 5
    assert {"Springfield, MA", "Springfield, IL", "Springfield, MO"} <= set(found[:3])


def test_portland_alone_asks_which(places: Places) -> None:
    assert labels(places, "portland")[:2] == ["Portland, OR", "Portland, ME"]


def test_kansas_city_lies_in_two_states(places: Places) -> None:
    assert labels(places, "kansas city") == ["Kansas City, MO", "Kansas City, KS"]


def test_a_small_town_of_an_everyday_name_is_only_a_guess(places: Places) -> None:
    (place,) = places.find("Embarrass")
    assert (place.label, place.guessed) == ("Embarrass, MN", True)


def test_every_label_is_found_again_by_itself(places: Places) -> None:
    for text in ("springfield", "portland", "paris", "93701", "o'fallon", "orange county", "salem"):
        for place in places.find(text):
            again = places.find(place.label)
            assert [(found.label, found.guessed) for found in again] == [(place.label, False)]


def test_two_towns_in_one_message_are_both_offered(places: Places) -> None:
    found = labels(places, "i live in oakland but work in fresno")
    assert found == ["Oakland, CA", "Fresno, CA"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("sacremento", "Sacramento, CA"),
        ("sacremento ca", "Sacramento, CA"),
        ("pheonix", "Phoenix, AZ"),
        ("tuscon", "Tucson, AZ"),
        ("cincinatti", "Cincinnati, OH"),
        ("alburquerque nm", "Albuquerque, NM"),
        ("near philidelphia", "Philadelphia, PA"),
    ],
)
def test_a_misspelt_town_is_a_guess_to_be_asked_about(
    places: Places, text: str, label: str
) -> None:
    (place,) = places.find(text)
    assert (place.label, place.guessed) == (label, True)


def test_a_small_town_that_may_be_a_misspelt_large_one_offers_both(places: Places) -> None:
    found = places.find("pittsburg")
    assert (found[0].label, found[0].guessed) == ("Pittsburgh, PA", True)
    assert "Pittsburg, CA" in [place.label for place in found]


def test_a_misspelt_state_still_counts(places: Places) -> None:
    assert labels(places, "Springfield, Ilinois") == ["Springfield, IL"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "hello",
        "skip",
        "idk",
        "i don't know",
        "nothing",
        "i need help",
        "i need a rehab near me",
        "near my home",
        "in recovery",
        "at night",
        "I drink a lot and it's 3 in the morning",
        "hope",
        "love",
        "send it to my phone",
        "mental health",
        "i have blue cross",
        "how do i tell my boss",
        "counseling that doesnt cost much",
        "is it normal that my meds make me shake",
        "remove the question about lithium",
        "can i stop taking seroquel",
        "i can feel it starting again",
        "no way",
        "n",
        "99999",
        "00000",
        "asdfghjkl",
        "x" * 5000,
        "london, england",
        "toronto canada",
        "paris, france",
        "mexico city, mexico",
        "Sacramento, TX",
        "559-555-0100",
        "💙",
        "Фресно",
    ],
)
def test_what_is_no_place_finds_nothing(places: Places, text: str) -> None:
    assert places.find(text) == []


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("california", "CA"),
        ("in Washington state", "WA"),
        ("west virginia", "WV"),
        ("oregon", "OR"),
        ("i live in rural montana", "MT"),
        ("anywhere in vermont", "VT"),
    ],
)
def test_a_whole_state_is_too_large_and_is_named_so(places: Places, text: str, state: str) -> None:
    assert places.find(text) == []
    assert places.state(text) == state


@pytest.mark.parametrize(
    "text", ["Fresno, CA", "new york", "kansas city", "hello", "washington dc"]
)
def test_a_town_is_not_a_whole_state(places: Places, text: str) -> None:
    assert places.state(text) is None


def test_a_shared_location_is_named_after_the_nearest_town_and_rounded(places: Places) -> None:
    place = places.nearest(36.746842, -119.772587)
    assert place is not None
    assert place.label == "Fresno, CA"
    assert (place.latitude, place.longitude) == (36.75, -119.77)


@pytest.mark.parametrize(
    "spot", [(51.5, -0.1), (0.0, 0.0), (91.0, 0.0), (float("nan"), 0.0), (float("inf"), 1.0)]
)
def test_a_location_that_is_not_here_finds_nothing(
    places: Places, spot: tuple[float, float]
) -> None:
    assert places.nearest(*spot) is None


def test_a_military_post_has_no_place_on_the_map(places: Places) -> None:
    assert places.find("09012") == []


_words = st.sampled_from(
    re.findall(
        r"\S+",
        "in near springfield or ca 93701 the city , . new york hope me i la washington portland st",
    )
)


@given(st.text(max_size=80) | st.lists(_words, max_size=8).map(" ".join))
def test_no_text_breaks_the_search(places: Places, text: str) -> None:
    found = places.find(text)
    assert len(found) <= 5
    places.state(text)
    for place in found:
        assert (round(place.latitude, 2), round(place.longitude, 2)) == (
            place.latitude,
            place.longitude,
        )
        assert 13 <= place.latitude <= 72 or place.label.endswith(", AS")
