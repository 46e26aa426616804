"""A facility as a card: what it is, how far, who pays, what to tap. Only what the listing says."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from assistant.referral import payment
from assistant.referral.facility import Facility
from assistant.referral.treatment import Search
from assistant.replies import Card, Link, Source
from assistant.texts import Texts

SOURCE_URL = "https://findtreatment.gov"
_MAP = "https://www.openstreetmap.org/?mlat={lat:.5f}&mlon={lng:.5f}#map=16/{lat:.5f}/{lng:.5f}"
_PAYMENTS = 4

# Labels changed their wording over the years; these pieces of them did not.
_SETTINGS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("detox", ("SET", "TC"), "detox"),
    ("inpatient", ("SET",), "hospital inpatient"),
    ("residential", ("SET",), "residential"),
    ("day", ("SET",), "day treatment"),
    ("intensive", ("SET",), "intensive outpatient"),
    ("outpatient", ("SET",), "^outpatient"),
    ("housing", ("TC",), "sober home"),
)


def facility(found: Facility) -> Card:
    """The card of one facility."""
    texts = _texts()
    title = f"{found.name}: {found.programme}" if found.programme else found.name
    lines = [_what(found, texts), _distance(found, texts), _address(found, texts)]
    accepted = payment.accepted(found)[:_PAYMENTS]
    lines.append(
        texts("card.pays", payments=", ".join(accepted)) if accepted else texts("card.pays_unknown")
    )
    lines.append(texts("card.peers" if found.peer_support else "card.peers_unknown"))
    if found.telehealth:
        lines.append(texts("card.telehealth"))
    lines.append(
        texts("card.confirm", date=day(found.asked_on))
        if found.asked_on
        else texts("card.confirm_undated")
    )
    return Card(title, tuple(line for line in lines if line), _links(found, texts))


def facilities(search: Search, most: int = 3) -> tuple[Card, ...]:
    """The cards of the nearest ``most`` facilities of a search."""
    return tuple(facility(found) for found in search.facilities[:most])


def source(search: Search) -> Source:
    """Where the cards come from and the day the source was asked."""
    return Source(_texts()("source.name"), SOURCE_URL, search.asked_at.date().isoformat())


def day(moment: date) -> str:
    """``22 Nov 2026``."""
    return f"{moment.day} {moment:%b %Y}"


def _what(found: Facility, texts: Texts) -> str:
    if {"SA", "MH"} <= found.kinds:
        kind = texts("card.kind.both")
    else:
        known = [name for name in ("OTP", "SA", "MH", "HRSA") if name in found.kinds]
        kind = texts(f"card.kind.{known[0]}" if known else "card.kind.other")
    settings = [
        texts(f"card.setting.{name}")
        for name, categories, fragment in _SETTINGS
        if found.lists(categories, fragment)
    ]
    return texts("card.about", kind=kind, settings=", ".join(settings)) if settings else kind


def _distance(found: Facility, texts: Texts) -> str:
    if found.miles is None:
        return ""
    miles = round(found.miles)
    if miles < 1:
        return texts("card.near")
    return texts("card.one_mile") if miles == 1 else texts("card.miles", miles=miles)


def _address(found: Facility, texts: Texts) -> str:
    if not found.address:
        return ""
    key = "card.address" if found.street else "card.hidden_street"
    name = "address" if found.street else "town"
    return texts(key, **{name: found.address})


def _links(found: Facility, texts: Texts) -> tuple[Link, ...]:
    links = []
    if found.phone:
        links.append(Link(texts("card.call", number=found.phone), found.phone.href))
    if found.intake:
        links.append(Link(texts("card.intake", number=found.intake), found.intake.href))
    if found.website:
        links.append(Link(texts("card.website"), found.website))
    # A site that hides its street has a reason; no map for it, whatever coordinates there are.
    if found.street and found.latitude is not None and found.longitude is not None:
        links.append(Link(texts("card.map"), _MAP.format(lat=found.latitude, lng=found.longitude)))
    return tuple(links)


@lru_cache(maxsize=1)
def _texts() -> Texts:
    return Texts.load(Path(__file__).with_name("texts.yml"))
