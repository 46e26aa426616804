"""A treatment facility of the SAMHSA FindTreatment.gov locator, read from one row of its answer.

Field names and their oddities are those of the developer guide and of captured answers: numbers
as strings, ``services`` null, two spellings of the type, placeholder telephone numbers.
"""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from assistant.referral.contact import Phone, website

_LONGEST = 300


class UnusableRow(ValueError):
    """A row without what a listing needs. The message says what, never what the row holds."""


@dataclass(frozen=True)
class Facility:
    """One site. ``services`` maps a category code (``PAY``) to the labels listed under it.

    ``kinds`` are the source's types (``SA``, ``MH``, ``OTP`` …). ``miles`` is the distance from
    the place asked about. ``street`` is empty when the site hides it. ``asked_on`` is the day the
    source was asked. ``services`` is empty when the source lists none: that is "not stated".
    """

    name: str
    programme: str = ""
    kinds: frozenset[str] = frozenset()
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    phone: Phone | None = None
    intake: Phone | None = None
    website: str = ""
    latitude: float | None = None
    longitude: float | None = None
    miles: float | None = None
    services: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    asked_on: date | None = None

    @property
    def address(self) -> str:
        """The address on one line; only the town when the street is not listed."""
        town = ", ".join(part for part in (self.city, self.state) if part)
        return ", ".join(part for part in (self.street, f"{town} {self.zip}".strip()) if part)

    @property
    def peer_support(self) -> bool:
        """True when the listing names peer support; False means not stated, not "no"."""
        return any(self.lists(("RSS", "AS"), words) for words in ("peer support", "peer-support"))

    @property
    def telehealth(self) -> bool:
        """True when the listing names telehealth (under approaches, until 2022 under settings)."""
        return any(self.lists(("TAP", "SET"), word) for word in ("telemedicine", "telehealth"))

    def lists(self, categories: tuple[str, ...], fragment: str) -> bool:
        """True when a label of one of ``categories`` holds ``fragment``, in any letter case.

        A fragment that begins with ``^`` must stand at the beginning of the label.
        """
        wanted = fragment.casefold()
        return any(
            label.casefold().startswith(wanted[1:])
            if wanted.startswith("^")
            else wanted in label.casefold()
            for category in categories
            for label in self.services.get(category, ())
        )

    def merged(self, other: Facility) -> Facility:
        """This site with what another listing of the same site adds (one is often SA, one MH)."""
        services = dict(self.services)
        for category, labels in other.services.items():
            mine = services.get(category, ())
            services[category] = mine + tuple(label for label in labels if label not in mine)
        return replace(
            self,
            kinds=self.kinds | other.kinds,
            programme=self.programme or other.programme,
            phone=self.phone or other.phone,
            intake=self.intake or other.intake,
            website=self.website or other.website,
            miles=self.miles if self.miles is not None else other.miles,
            services=MappingProxyType(services),
        )


def parse(row: object) -> Facility:
    """The facility of one row; raises :class:`UnusableRow`, and nothing else, for any value."""
    if not isinstance(row, Mapping):
        raise UnusableRow("the row is not an object")
    name = clean(row.get("name1"))
    if not name:
        raise UnusableRow("the row has no name")
    latitude = _number(row.get("latitude"), 90)
    longitude = _number(row.get("longitude"), 180)
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
        latitude = longitude = None
    street = ", ".join(part for key in ("street1", "street2") if (part := clean(row.get(key))))
    kind = clean(row.get("typeFacility")) or clean(row.get("type_facility"))
    programme = clean(row.get("name2"))
    phone, intake = Phone.read(clean(row.get("phone"))), Phone.read(clean(row.get("intake1")))
    return Facility(
        name=name,
        programme="" if programme.casefold() == name.casefold() else programme,
        kinds=frozenset({kind.upper()} if kind else ()),
        street=street,
        city=clean(row.get("city")),
        state=clean(row.get("state")).upper(),
        zip=_zip(row.get("zip")),
        phone=phone,
        intake=None if intake == phone else intake,
        website=website(clean(row.get("website"))),
        latitude=latitude,
        longitude=longitude,
        miles=_number(row.get("miles"), 13_000, low=0),
        services=_services(row.get("services")),
    )


def clean(value: object) -> str:
    """``value`` as one line of readable text: entities, odd spaces and broken letters mended."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**12 else ""
    text = value[: _LONGEST * 4]
    for _ in range(2):  # "&amp;amp;" occurs
        text = html.unescape(text)
    text = unicodedata.normalize("NFC", text.replace("\N{REPLACEMENT CHARACTER}", ""))
    text = "".join(
        " " if char.isspace() else char
        for char in text
        if char.isspace() or not unicodedata.category(char).startswith("C")
    )
    return re.sub(r" +", " ", text).strip()[:_LONGEST].strip()


def _number(value: object, high: float, low: float | None = None) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    lowest = -high if low is None else low
    return number if math.isfinite(number) and lowest <= number <= high else None


def _zip(value: object) -> str:
    """Five digits, or nine as ``12345-6789``; a number has lost its leading zeros."""
    text = re.sub(r"[^0-9]", "", clean(value))
    if isinstance(value, int):
        text = text.zfill(5)
    if len(text) == 9:
        return f"{text[:5]}-{text[5:]}"
    return text if len(text) == 5 else ""


def _services(value: object) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for item in value if isinstance(value, list) else ():
        if not isinstance(item, Mapping) or not isinstance(item.get("f3"), str):
            continue
        category = clean(item.get("f2")).upper()
        labels = [label for part in item["f3"].split(";")[:200] if (label := clean(part))]
        if category and labels:
            found[category] = tuple(dict.fromkeys(found.get(category, ()) + tuple(labels)))
    return MappingProxyType(found)
