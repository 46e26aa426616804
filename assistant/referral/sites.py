"""One facility for one site: the locator lists a site once for SA and once again for MH."""

from __future__ import annotations

import re

from assistant.referral.facility import Facility
from assistant.referral.gazetteer import miles_between

_SAME_SPOT = 0.0621  # 100 metres, in miles
_STREET_WORDS = {
    "street": "st",
    "avenue": "ave",
    "road": "rd",
    "drive": "dr",
    "boulevard": "blvd",
    "lane": "ln",
    "highway": "hwy",
    "suite": "ste",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
}


def merge(facilities: list[Facility]) -> list[Facility]:
    """``facilities`` in their order, listings of one site made into one.

    The same site: the same name and address, or the same name within 100 metres (opioid programmes
    are listed with slightly other addresses). Two sites that hide their street are told apart by
    their telephone number.
    """
    kept: list[Facility] = []
    for facility in facilities:
        for at, other in enumerate(kept):
            if _same(facility, other):
                kept[at] = other.merged(facility)
                break
        else:
            kept.append(facility)
    return kept


def _same(one: Facility, other: Facility) -> bool:
    if _plain(one.name) != _plain(other.name):
        return False
    if _address(one) == _address(other):
        return bool(one.street) or one.phone == other.phone
    if not one.street or not other.street:
        return False
    if None in (one.latitude, one.longitude, other.latitude, other.longitude):
        return False
    distance = miles_between(
        one.latitude or 0, one.longitude or 0, other.latitude or 0, other.longitude or 0
    )
    return distance <= _SAME_SPOT


def _address(facility: Facility) -> tuple[str, str, str, str]:
    return (
        _plain(facility.street),
        _plain(facility.city),
        facility.state,
        facility.zip[:5],
    )


def _plain(text: str) -> str:
    found = re.findall(r"\w+", text.casefold())
    return " ".join(_STREET_WORDS.get(word, word) for word in found)
