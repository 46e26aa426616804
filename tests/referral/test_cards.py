from __future__ import annotations

from datetime import date

from assistant.referral import cards
from assistant.referral.facility import Facility, parse
from assistant.referral.places import Place
from assistant.referral.treatment import TreatmentLocator
from assistant.replies import Link
from tests.fakes.findtreatment import row, town


def links(found: Facility) -> dict[str, str]:
    return {link.label: link.href for link in cards.facility(found).links}


def test_a_card_says_what_it_is_where_who_pays_and_that_calling_confirms_it() -> None:
    found = parse({**town()[0], "miles": 1.4})
    card = cards.facility(found)

    assert card.title == "Made-Up Harbor House"
    assert card.lines == (
        "Substance use treatment (intensive outpatient, outpatient)",
        "About 1 mile away",
        "11 Invented Avenue, Fresno, CA 93701",
        "Takes: Medicaid, sliding fee by income",
        "Peer support: yes, the listing says so",
        "Call to confirm; listings can be out of date.",
    )


def test_numbers_website_and_map_can_be_tapped() -> None:
    assert links(parse(town()[0])) == {
        "Call 559-555-0111": "tel:+15595550111",
        "Intake 559-555-0112 ext. 4": "tel:+15595550112;ext=4",
        "Website": "https://www.example.org",
        "Map": "https://www.openstreetmap.org/?mlat=36.75100&mlon=-119.77500"
        "#map=16/36.75100/-119.77500",
    }


def test_what_a_listing_does_not_state_is_called_not_stated() -> None:
    lines = cards.facility(parse(row("One", services=None))).lines
    assert "Peer support: not stated" in lines
    assert "Payment: not stated, ask when you call" in lines


def test_a_home_that_hides_its_street_gets_no_map() -> None:
    found = parse(row("Quiet House", street1=None))
    assert "Map" not in links(found)
    assert "Fresno, CA 93701 (the street is not listed)" in cards.facility(found).lines


def test_a_site_for_both_says_both() -> None:
    both = parse(row("One", "SA")).merged(parse(row("One", "MH")))
    assert cards.facility(both).lines[0].startswith("Substance use and mental health treatment")


def test_programmes_are_named_beside_their_organisation() -> None:
    assert cards.facility(parse(row("One", name2="Two"))).title == "One: Two"
    assert cards.facility(parse(row("One", name2="ONE"))).title == "One"


def test_a_placeholder_number_is_never_offered() -> None:
    found = parse(row("One", phone="(999) 999-9999", intake1="000-000-0000"))
    assert not any(label.startswith(("Call", "Intake")) for label in links(found))


async def test_a_search_gives_cards_with_the_day_it_was_asked_and_its_source(
    locator: TreatmentLocator, fresno: Place
) -> None:
    search = await locator.search(fresno)
    made = cards.facilities(search, most=1)

    assert len(made) == 1
    assert "Looked up 1 Jan 2026. Call to confirm; listings can be out of date." in made[0].lines
    source = cards.source(search)
    assert (source.name, source.date) == ("SAMHSA FindTreatment.gov", "2026-01-01")


def test_only_https_and_telephone_links_leave_here() -> None:
    found = parse(row("One", website="javascript:alert(1)"))
    assert all(isinstance(link, Link) for link in cards.facility(found).links)
    assert "Website" not in links(found)


def test_days_are_written_without_a_leading_zero() -> None:
    assert cards.day(date(2026, 11, 2)) == "2 Nov 2026"
