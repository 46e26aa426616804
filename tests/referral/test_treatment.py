from __future__ import annotations

import asyncio
import logging
from datetime import date

import httpx
import pytest

from assistant.referral.payment import UnknownPayment
from assistant.referral.places import Place
from assistant.referral.treatment import TreatmentLocator, TreatmentUnavailable
from tests.fakes.findtreatment import FRESNO, FakeFindTreatment, row

NORTH = 1 / 69.0  # degrees of latitude in a mile


def miles_north(miles: float) -> tuple[float, float]:
    return (FRESNO[0] + miles * NORTH, FRESNO[1])


async def reason(locator: TreatmentLocator, place: Place) -> str:
    with pytest.raises(TreatmentUnavailable) as caught:
        await locator.search(place)
    return caught.value.reason


async def test_a_person_gets_the_nearest_places_first(
    locator: TreatmentLocator, fresno: Place
) -> None:
    search = await locator.search(fresno)

    names = [facility.name for facility in search.facilities]
    assert names == ["Made-Up Harbor House", "Imaginary Valley Counseling"]
    assert (search.miles, search.widened) == (10, False)
    assert search.facilities[0].asked_on == date(2026, 1, 1)


async def test_the_source_is_asked_the_way_its_guide_says(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    await locator.search(fresno, "sa", "MD", 25)

    asked = fake.requests[0]
    assert asked["sAddr"] == "36.75,-119.77"  # latitude first
    assert asked["limitType"] == "2"
    assert float(asked["limitValue"]) == pytest.approx(40233.6)  # metres
    assert asked["sType"] == "sa"
    assert asked["sCodes"] == "MD"
    assert int(asked["pageSize"]) <= 25


async def test_need_and_payment_narrow_the_search(locator: TreatmentLocator, fresno: Place) -> None:
    mental = await locator.search(fresno, "mh")
    medicare = await locator.search(fresno, "both", "MC")

    assert [facility.name for facility in mental.facilities] == ["Imaginary Valley Counseling"]
    assert [facility.name for facility in medicare.facilities] == ["Imaginary Valley Counseling"]


async def test_free_finds_sliding_scale_though_the_source_has_no_such_code(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    search = await locator.search(fresno, "both", "FREE")

    assert [facility.name for facility in search.facilities] == ["Made-Up Harbor House"]
    assert "sCodes" not in fake.requests[0]


async def test_telehealth_can_be_asked_for(locator: TreatmentLocator, fresno: Place) -> None:
    search = await locator.search(fresno, telehealth=True)
    assert [facility.name for facility in search.facilities] == ["Imaginary Valley Counseling"]


async def test_other_state_insurance_is_not_taken_for_medicaid(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.rows = [row("Invented House", offers=("SI",))]
    fake.knows_codes = True
    search = await locator.search(fresno, "both", "MD")
    assert search.facilities == ()


async def test_codes_the_source_has_renamed_do_not_hide_places(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.knows_codes = False  # every search with a code finds nothing

    search = await locator.search(fresno, "both", "MD")

    assert [facility.name for facility in search.facilities] == ["Made-Up Harbor House"]
    assert (search.miles, search.widened) == (10, False)


async def test_an_unknown_payment_is_refused_before_anything_is_asked(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    with pytest.raises(UnknownPayment, match="MD"):
        await locator.search(fresno, "both", "GOLD")
    assert fake.requests == []


@pytest.mark.parametrize(("away", "radius"), [(20, 25), (40, 50), (90, 100)])
async def test_a_search_widens_until_something_is_found_and_says_so(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place, away: float, radius: int
) -> None:
    fake.rows = [row("Faraway Fiction Center", at=miles_north(away))]

    search = await locator.search(fresno)

    assert [facility.name for facility in search.facilities] == ["Faraway Fiction Center"]
    assert (search.miles, search.widened) == (radius, True)


async def test_nothing_within_a_hundred_miles_is_an_answer_not_an_error(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.rows = []
    search = await locator.search(fresno)

    assert search.facilities == ()
    assert (search.miles, search.widened) == (100, True)
    assert len(fake.requests) == 4


async def test_a_wide_search_is_not_made_narrower(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.rows = []
    search = await locator.search(fresno, miles=60)
    assert [round(float(asked["limitValue"]) / 1609.344) for asked in fake.requests] == [60, 100]
    assert search.miles == 100


async def test_two_listings_of_one_site_become_one_card(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.rows = [
        row("Twofold House", "SA", offers=("MD",), phone="559-555-0141"),
        row("TWOFOLD HOUSE", "MH", offers=("PEER",), street1="100 nowhere st."),
    ]
    search = await locator.search(fresno)

    (facility,) = search.facilities
    assert facility.kinds == {"SA", "MH"}
    assert facility.peer_support
    assert facility.lists(("PAY",), "medicaid")
    assert str(facility.phone) == "559-555-0141"


async def test_the_same_name_in_two_towns_stays_two_places(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.rows = [
        row("Twofold House"),
        row("Twofold House", city="Clovis", zip="93612", at=miles_north(6)),
    ]
    assert len((await locator.search(fresno)).facilities) == 2


async def test_an_opioid_programme_listed_next_door_is_the_same_site(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.rows = [
        row("Twofold House"),
        row("Twofold House", "OTP", street1="102 Nowhere Street", at=miles_north(0.03)),
    ]
    assert len((await locator.search(fresno)).facilities) == 1


async def test_hidden_homes_of_one_owner_are_told_apart_by_their_number(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.rows = [
        row("Quiet House", street1=None, phone="559-555-0151"),
        row("Quiet House", street1=None, phone="559-555-0152"),
    ]
    assert len((await locator.search(fresno)).facilities) == 2


async def test_rows_sent_over_and_over_are_shown_once(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.repeats = 5
    search = await locator.search(fresno)
    names = [facility.name for facility in search.facilities]
    assert names == ["Made-Up Harbor House", "Imaginary Valley Counseling"]


async def test_rows_without_services_name_or_place_break_nothing(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    bare = row("Bare Listing", services=None)
    old = row("Old Spelling", street1="7 Old Road", type_facility="MH")
    del old["typeFacility"]
    fake.rows = [bare, old, row(""), row("Lost", latitude=None, longitude=None)]

    search = await locator.search(fresno)

    names = [facility.name for facility in search.facilities]
    assert sorted(names[:2]) == ["Bare Listing", "Old Spelling"]
    assert names[2:] == ["Lost"]  # listed, but nobody can say how far it is
    assert search.facilities[2].miles is None
    assert {tuple(facility.kinds) for facility in search.facilities} == {("SA",), ("MH",)}


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_it_tries_again_after_a_server_error(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place, status: int
) -> None:
    fake.fail(status)
    assert (await locator.search(fresno)).facilities
    assert len(fake.requests) == 2


async def test_it_tries_again_after_a_cut_off_answer(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.cut_off()
    assert (await locator.search(fresno)).facilities


async def test_it_gives_up_on_a_source_that_stays_down(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.fail(503, times=100)
    assert await reason(locator, fresno) == "down"
    assert len(fake.requests) == 3


async def test_it_does_not_ask_again_after_a_refusal(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.fail(403, times=100)
    assert await reason(locator, fresno) == "refused"
    assert len(fake.requests) == 1


async def test_it_waits_as_long_as_a_busy_source_asks(
    fake: FakeFindTreatment,
    locator: TreatmentLocator,
    fresno: Place,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("assistant.referral.fetch.asyncio.sleep", sleep)
    fake.fail(429, retry_after="2")
    assert (await locator.search(fresno)).facilities
    assert waits == [2]


async def test_it_measures_a_retry_date_by_the_sources_own_clock(
    fake: FakeFindTreatment, locator: TreatmentLocator, fresno: Place
) -> None:
    fake.fail(
        429,
        date="Sun, 22 Nov 2026 10:00:00 GMT",
        retry_after="Sun, 22 Nov 2026 11:00:00 GMT",
    )
    assert await reason(locator, fresno) == "busy"  # an hour is too long to wait
    assert len(fake.requests) == 1


async def test_a_busy_source_that_asks_for_too_long_a_wait_is_left_alone(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.fail(429, times=100, retry_after="60")
    assert await reason(locator, fresno) == "busy"
    assert len(fake.requests) == 1


async def test_a_stalled_source_ends_within_the_limit(
    fake: FakeFindTreatment, http: httpx.AsyncClient, fresno: Place
) -> None:
    fake.stall(60, times=100)
    locator = TreatmentLocator(fake.url, http, limit=0.3)
    assert await reason(locator, fresno) == "slow"


async def test_a_source_that_is_not_there_is_down(http: httpx.AsyncClient, fresno: Place) -> None:
    locator = TreatmentLocator("http://127.0.0.1:9", http, jitter=lambda: 0.0)
    assert await reason(locator, fresno) == "down"


@pytest.mark.parametrize(
    "body",
    [
        b"Invalid parameters",
        b"<html>Down for maintenance</html>",
        b"",
        b"[]",
        b'"rows"',
        b"null",
        b'{"rows": null}',
        b'{"rows": {"0": {}}}',
        b'{"page": 1}',
        b'{"rows": [1, 2, 3]}',
        b'{"rows": [{"name1": ""}]}',
        b'{"rows": [',
        b"[" * 100_000,
        b"\xff\xfe\x00",
    ],
)
async def test_an_answer_that_makes_no_sense_is_unreadable(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place, body: bytes
) -> None:
    fake.say(body, times=100)
    assert await reason(locator, fresno) == "unreadable"


async def test_a_flood_is_not_read_to_its_end(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.pour(megabytes=16)
    assert await reason(locator, fresno) == "unreadable"


async def test_letters_broken_in_transit_do_not_lose_the_answer(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.say(
        b'\xef\xbb\xbf{"rows": [{"name1": "Caf\xe9 Recovery", "latitude": "36.75",'
        b' "longitude": "-119.77", "miles": "0.5", "services": null}]}'
    )
    (facility,) = (await locator.search(fresno)).facilities
    assert facility.name == "Caf Recovery"
    assert facility.miles == 0.5


async def test_places_at_the_other_end_of_the_country_are_never_shown(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.reversed = True
    assert await reason(locator, fresno) == "elsewhere"


async def test_a_source_that_lies_about_the_distance_is_noticed(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.say(
        b'{"rows": [{"name1": "Liar House", "miles": 0.1, "latitude": "40.7",'
        b' "longitude": "-74.0"}]}'
    )
    assert await reason(locator, fresno) == "elsewhere"


async def test_a_stray_among_good_rows_is_left_out(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.say(
        b'{"rows": [{"name1": "Near", "miles": 1, "latitude": null, "longitude": null},'
        b' {"name1": "Stray", "miles": 900}, {"name1": "No distance at all"}]}'
    )
    names = [facility.name for facility in (await locator.search(fresno)).facilities]
    assert names == ["Near", "No distance at all"]


async def test_one_row_with_a_wrong_spot_on_the_map_does_not_spoil_the_answer(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.say(
        b'{"rows": [{"name1": "Misplaced", "miles": 0.2, "latitude": "1", "longitude": "1"},'
        b' {"name1": "Near", "miles": 1}]}'
    )
    assert [facility.name for facility in (await locator.search(fresno)).facilities] == ["Near"]


async def test_rows_whose_distance_nobody_can_check_are_not_shown_alone(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.say(b'{"rows": [{"name1": "Somewhere"}]}', times=4)
    assert (await locator.search(fresno)).facilities == ()


async def test_where_a_person_is_never_enters_a_log_or_an_error(
    locator: TreatmentLocator,
    fake: FakeFindTreatment,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    home = Place("Secretville, CA", 36.76, -119.78, "93702")
    await locator.search(home)
    fake.fail(503, times=100)
    with pytest.raises(TreatmentUnavailable) as caught:
        await locator.search(home)

    error = caught.value
    said = caplog.text + repr(error) + repr(error.__cause__) + str(error.__suppress_context__)
    for secret in ("36.76", "119.78", "Secretville", "93702", "sAddr"):
        assert secret not in said
    assert error.__suppress_context__


async def test_searches_side_by_side_do_not_mix(
    locator: TreatmentLocator, fake: FakeFindTreatment, fresno: Place
) -> None:
    fake.rows += [row("Second City House", at=(45.52, -122.68), city="Portland", state="OR")]
    portland = Place("Portland, OR", 45.52, -122.68)
    here, there = await asyncio.gather(locator.search(fresno), locator.search(portland))
    assert [facility.name for facility in there.facilities] == ["Second City House"]
    assert "Second City House" not in [facility.name for facility in here.facilities]
