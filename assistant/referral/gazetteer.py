"""Towns, counties and ZIP areas of the United States, from the offline ZIP table.

The table (package ``zipcodes``) has no population, so a town's weight is the number of its ZIP
codes. Nothing here asks the network; building the index takes about half a second, once.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import zipcodes
from rapidfuzz import process
from rapidfuzz.distance import OSA

_SAME = {
    "saint": "st",
    "sainte": "ste",
    "fort": "ft",
    "mount": "mt",
    # Written out, or "S End" and the word "send" would be the same.
    "n": "north",
    "s": "south",
    "e": "east",
    "w": "west",
}
_DROPPED = re.compile(r"[.'’ʻ`]")
_WORD = re.compile(r"[a-z0-9]+")
_NOT_TOWNS = ("MILITARY",)
_SHORTEST_GUESS = 5


@dataclass(frozen=True)
class Town:
    """A town (or county) of one state with its middle, in degrees. ``weight`` counts ZIP codes."""

    name: str
    state: str
    latitude: float
    longitude: float
    weight: float

    @property
    def label(self) -> str:
        return f"{self.name}, {self.state}"


@dataclass(frozen=True)
class ZipArea:
    """One ZIP code, the town it belongs to and its middle, in degrees."""

    zip: str
    city: str
    state: str
    latitude: float
    longitude: float


def words(text: str) -> list[str]:
    """``text`` as plain lower-case words: no accents, dots or apostrophes, ``Saint`` as ``st``."""
    plain = text.casefold()
    if plain.isascii() and plain.replace(" ", "").isalpha():
        return [_SAME.get(word, word) for word in plain.split()]  # The usual, and quick.
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        plain = "".join(char for char in plain if not unicodedata.combining(char))
    return [_SAME.get(word, word) for word in _WORD.findall(_DROPPED.sub("", plain))]


def zip_area(code: str) -> ZipArea | None:
    """The area of a five-digit ZIP code, or None when there is none that has a place on a map."""
    if not re.fullmatch(r"[0-9]{5}", code):
        return None
    for row in zipcodes.matching(code):  # type: ignore[no-untyped-call]
        area = _area(row)
        if area is not None:
            return area
    return None


class Gazetteer:
    """The index. ``key`` everywhere is the joined words of a name: ``"stlouis"``."""

    def __init__(self, rows: Iterable[dict[str, Any]]) -> None:
        key = lru_cache(maxsize=None)(_key)  # One name stands in many rows.
        self._towns: dict[str, dict[str, _Gathered]] = defaultdict(dict)
        self._counties: dict[str, dict[str, _Gathered]] = defaultdict(dict)
        self._areas: list[ZipArea] = []
        for row in rows:
            area = _area(row) if row["active"] else None
            if area is None:
                continue
            standard = row["zip_code_type"] == "STANDARD"
            if standard:
                self._areas.append(area)
            share = 1.0 if standard else 0.2
            _gather(self._towns[key(area.city)], area, area.city, share)
            for name in row["acceptable_cities"]:
                _gather(self._towns[key(name)], area, name, 0.5 * share)
            for name in row["unacceptable_cities"]:
                shown = name if len(name) > 4 else area.city
                _gather(self._towns[key(name)], area, shown, 0.25 * share)
            if row["county"]:
                _gather(self._counties[key(row["county"])], area, row["county"], share)
        self._keys = [
            name
            for name, states in self._towns.items()
            if name and any(entry.weight >= 1 for entry in states.values())
        ]

    @classmethod
    def load(cls, states: Iterable[str]) -> Gazetteer:
        """The index of the installed ZIP table for these two-letter codes.

        State by state, because the table as one list stays in memory for good (100 MB).
        """
        return cls(
            row
            for state in states
            for row in zipcodes.filter_by(  # type: ignore[no-untyped-call]
                state=state, active=True
            )
        )

    def towns(self, key: str, state: str | None = None) -> list[Town]:
        """Towns of exactly this name, heaviest first."""
        return _made(self._towns.get(key, {}), state)

    def counties(self, key: str, state: str | None = None) -> list[Town]:
        """Counties of exactly this name (``"fresnocounty"``), heaviest first."""
        return _made(self._counties.get(key, {}), state)

    def guess(self, key: str, state: str | None = None, least: float = 1.0) -> list[Town]:
        """Towns whose name is a slip of the finger or the ear away, nearest spelling first.

        Only the nearest spelling counts, short words are never guessed at, and the first letter
        must be right: a wrong town far away is worse than asking again.
        """
        if len(key) < _SHORTEST_GUESS:
            return []
        allowed = 1 if len(key) <= 7 else 2 if len(key) <= 12 else 3
        nearest = allowed
        found: list[Town] = []
        matches = process.extract(
            key, self._keys, scorer=OSA.distance, score_cutoff=allowed, limit=None
        )
        for name, distance, _ in sorted(matches, key=lambda match: match[1]):
            if distance > nearest and found:
                break
            if distance == 0 or name[0] != key[0]:
                continue
            towns = [town for town in self.towns(name, state) if town.weight >= least]
            if towns:
                nearest = int(distance)
                found.extend(towns)
        return sorted(found, key=lambda town: -town.weight)

    def nearest(self, latitude: float, longitude: float) -> tuple[ZipArea, float] | None:
        """The ZIP area whose middle is nearest and how far it is, in miles; None beyond 150."""
        best: tuple[ZipArea, float] | None = None
        for area in self._areas:
            if abs(area.latitude - latitude) > 2.2:
                continue
            distance = miles_between(latitude, longitude, area.latitude, area.longitude)
            if distance <= 150 and (best is None or distance < best[1]):
                best = (area, distance)
        return best


def miles_between(lat1: float, lng1: float, lat2: float, lng2: float) -> float:
    """Great-circle distance in miles between two points in degrees."""
    a, b = math.radians(lat1), math.radians(lat2)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(lng2 - lng1) / 2) ** 2
    return 7917.51 * math.asin(min(1.0, math.sqrt(half)))


class _Gathered:
    """Sums of one name in one state: full ZIP areas tell where its middle is, if it has any."""

    __slots__ = ("full", "latitude", "longitude", "names", "points", "weight")

    def __init__(self) -> None:
        self.names: dict[str, float] = {}
        self.weight = self.latitude = self.longitude = 0.0
        self.points = 0
        self.full = False

    def town(self, state: str) -> Town:
        name = max(self.names, key=lambda name: (self.names[name], len(name)))
        name = re.sub(r"\b([OD]) (?=[A-Z])", r"\1'", name)  # The table writes "O Fallon".
        return Town(
            name, state, self.latitude / self.points, self.longitude / self.points, self.weight
        )


def _gather(states: dict[str, _Gathered], area: ZipArea, name: str, weight: float) -> None:
    entry = states.get(area.state)
    if entry is None:
        entry = states[area.state] = _Gathered()
    entry.names[name] = entry.names.get(name, 0.0) + weight
    entry.weight += weight
    full = weight >= 0.25
    if full and not entry.full:
        entry.full, entry.points, entry.latitude, entry.longitude = True, 0, 0.0, 0.0
    if full or not entry.full:
        entry.points += 1
        entry.latitude += area.latitude
        entry.longitude += area.longitude


def _made(states: dict[str, _Gathered], state: str | None) -> list[Town]:
    chosen = states if state is None else {state: states[state]} if state in states else {}
    towns = [entry.town(code) for code, entry in chosen.items()]
    return sorted(towns, key=lambda town: (-town.weight, town.state))


def _key(name: str) -> str:
    return "".join(words(name))


def _area(row: dict[str, Any]) -> ZipArea | None:
    latitude, longitude = float(row["lat"]), float(row["long"])
    if row["zip_code_type"] in _NOT_TOWNS or (latitude, longitude) == (0, 0):
        return None
    return ZipArea(row["zip_code"], row["city"], row["state"], latitude, longitude)
