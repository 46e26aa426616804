"""Reading where somebody is, offline: a ZIP code, a town, a county, in the words they used.

No geocoding service is asked, so nobody learns where a person is. Coordinates are rounded to two
decimals (about half a mile), which is all a search needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import zip_longest
from pathlib import Path

import yaml

from assistant.referral.gazetteer import Gazetteer, Town, ZipArea, miles_between, words, zip_area
from assistant.referral.place_text import DIRECTIONS, Kind, Phrase, Vocabulary

_ZIP = re.compile(r"(?<![\w-])(\d{5})(?:[-–]\d{4})?(?![\w-])")
_MOST = 5
_LONGEST_TEXT = 500
_SHORT_ANSWER = 4
_FAR = 60.0
_OWN = 0.9  # ZIP codes: less than one is a name that a post office only knows besides its own
_LARGE = 3.0
_LEAST: dict[Kind, float] = {"near": 1.0, "in": _LARGE, "loose": _LARGE}


@dataclass(frozen=True)
class Place:
    """A place to search from, in degrees. ``guessed``: the spelling was not exact, so ask."""

    label: str
    latitude: float
    longitude: float
    zip: str | None = None
    guessed: bool = False


class Places:
    """Finds places in text. Made at once; the town index is built at the first need of it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    @classmethod
    def load(cls) -> Places:
        """Places with the installed ZIP table."""
        return cls(_vocabulary())

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        return Gazetteer.load(self._vocabulary.states)

    def warm(self) -> None:
        """Build the town index now (about a second) rather than at the first question."""
        _ = self._gazetteer

    def find(self, text: str) -> list[Place]:
        """The places ``text`` may mean, likeliest first, at most five; [] when none is named.

        One place means it is clear (one town far larger than its namesakes counts as clear, and
        its label names the state). Several mean: ask which. A state alone is too large: [] here,
        and :meth:`state` names it.
        """
        text = text[:_LONGEST_TEXT]
        phrase = self._vocabulary.read(text)
        areas = [area for code in _ZIP.findall(text) if (area := zip_area(code)) is not None]
        if areas and not phrase.states:
            return _unique(_zip_place(area) for area in areas)
        named = self._in_state(phrase)
        if areas:
            # A house number looks like a ZIP code: believe it only in the state that was named.
            known = [area for area in areas if area.state in phrase.states]
            if known or not named:
                return _unique(_zip_place(area) for area in known or areas)
        if named or phrase.abroad:
            return named
        if phrase.only_state:
            return self._named_like_state(phrase)
        return self._bare(phrase)

    def state(self, text: str) -> str | None:
        """The two-letter code when ``text`` names a whole state and no town in it, else None."""
        phrase = self._vocabulary.read(text[:_LONGEST_TEXT])
        return phrase.states[0] if phrase.only_state and not self.find(text) else None

    def nearest(self, latitude: float, longitude: float) -> Place | None:
        """A shared location as a place, named by the nearest ZIP area; None outside the country."""
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            return None
        found = self._gazetteer.nearest(latitude, longitude)
        if found is None or found[1] > _FAR:
            return None
        area = found[0]
        return Place(
            f"{area.city}, {area.state}", round(latitude, 2), round(longitude, 2), area.zip
        )

    def _in_state(self, phrase: Phrase) -> list[Place]:
        """Towns with their state behind them: "fresno ca", "springfield, illinois"."""
        for guessing in (False, True):
            for state, before in phrase.before_states():
                for run in before:
                    key = "".join(run)
                    if not guessing:
                        found = self._gazetteer.towns(key, state.code)
                        found = found or self._gazetteer.counties(key, state.code)
                    elif not state.sure or self._vocabulary.is_filler(run[0]):
                        continue
                    else:
                        found = self._gazetteer.guess(key, state.code)
                    if found:
                        return [_town_place(town, guessing) for town in found[:_MOST]]
        return []

    def _bare(self, phrase: Phrase) -> list[Place]:
        """Towns without a state: behind "near" or "in", or as the whole of a short answer."""
        if phrase.state_behind_town:
            return []  # A town that the named state does not have: asking again beats guessing.
        named: list[list[Place]] = []
        for kind, run in phrase.behind_prepositions():
            found = self._longest(run, phrase, sure=kind == "near")[1]
            named.append(_sure(found) if kind == "loose" else found)
        if not any(named) and len(phrase.content()) <= _SHORT_ANSWER:
            named = [self._whole(run, phrase) for run in phrase.content_runs()]
            if not all(named):  # Something else is said too: a small town is hardly meant.
                named = [_sure(found) for found in named]
        if not any(named):
            named = self._misspelt(phrase)
        # "fresno or oakland": the first of each name before the namesakes of any.
        return _unique(place for rank in zip_longest(*named) for place in rank if place)

    def _whole(self, run: list[str], phrase: Phrase) -> list[Place]:
        """The places of a stretch of words that is names from end to end, else none."""
        found: list[list[Place]] = []
        rest = run
        while rest:
            length, places = self._longest(rest, phrase)
            if not length and rest is run and run[0] in DIRECTIONS:
                length = 1  # "east oakland"
            if not length:
                return []
            found += [places] if places else []
            rest = rest[length:]
        return found[0] if len(found) == 1 else [place for each in found for place in _sure(each)]

    def _misspelt(self, phrase: Phrase) -> list[list[Place]]:
        """Guesses; without "near" in front only at towns large enough to be worth the question."""
        runs = phrase.behind_prepositions()
        answer = phrase.content_runs()
        if len(answer) == 1:
            runs.append(("loose", answer[0]))
        return [
            _clear(self._gazetteer.guess("".join(run), least=_LEAST[kind]), True)
            for kind, run in runs
            if not self._vocabulary.is_filler(run[0]) and not self._gazetteer.towns("".join(run))
        ]

    def _named_like_state(self, phrase: Phrase) -> list[Place]:
        """The few towns that people call by the name or code of a state: "new york", "LA"."""
        if phrase.states == ("NY",):
            return [_town_place(town) for town in self._gazetteer.towns("newyork", "NY")]
        for nickname in phrase.state_words():
            if nickname in self._vocabulary.nicknames:
                return self._nickname(nickname, guessed=nickname == "la")
        return []

    def _longest(
        self, run: list[str], phrase: Phrase, sure: bool = False
    ) -> tuple[int, list[Place]]:
        """How many words of the beginning of ``run`` are a name, and the places of that name.

        Many small towns are called like everyday words (Tell, Normal, Aetna): unless the words
        before make it ``sure``, a small one is a guess, and a mere nickname of one is nothing.
        """
        for length in range(len(run), 0, -1):
            name = run[:length]
            nickname = " ".join(name)
            if nickname in self._vocabulary.nicknames:
                return length, self._nickname(nickname)
            if self._vocabulary.is_no_place(name) or nickname in phrase.state_words():
                continue
            key = "".join(name)
            towns = self._gazetteer.towns(key) or self._gazetteer.counties(key)
            towns = [town for town in towns if town.weight >= _OWN]
            if phrase.states and not any(word in nickname for word in phrase.state_words()):
                towns = [town for town in towns if town.state in phrase.states] or towns
            if towns:
                sure = sure or towns[0].weight >= _LARGE or towns[0].state in phrase.states
                return length, self._with_namesake(key, towns, sure)
        return 0, []

    def _nickname(self, nickname: str, guessed: bool = False) -> list[Place]:
        town, _, state = self._vocabulary.nicknames[nickname].partition(", ")
        found = self._gazetteer.towns("".join(words(town)), state)
        return [_town_place(town, guessed) for town in found]

    def _with_namesake(self, key: str, towns: list[Town], sure: bool) -> list[Place]:
        """Exact towns; small ones also with a large town one letter off ("pittsburg")."""
        if towns[0].weight >= 10:
            return _clear(towns)
        large = self._gazetteer.guess(key, least=8.0)[:1]
        places = [_town_place(town, guessed=True) for town in large]
        return places + [_town_place(town, guessed=not sure) for town in towns]


def _clear(towns: list[Town], guessed: bool = False) -> list[Place]:
    """The first alone when it is far larger than all others, else up to five."""
    if len(towns) > 1 and towns[0].weight >= 10 and towns[0].weight >= 10 * towns[1].weight:
        towns = towns[:1]
    return [_town_place(town, guessed) for town in towns[:_MOST]]


def _sure(places: list[Place]) -> list[Place]:
    return [place for place in places if not place.guessed]


def _town_place(town: Town, guessed: bool = False) -> Place:
    return Place(town.label, round(town.latitude, 2), round(town.longitude, 2), guessed=guessed)


def _zip_place(area: ZipArea) -> Place:
    label = f"{area.city}, {area.state} {area.zip}"
    return Place(label, round(area.latitude, 2), round(area.longitude, 2), area.zip)


def _unique(places: Iterable[Place]) -> list[Place]:
    kept: list[Place] = []
    for place in places:
        if not any(
            place.label == other.label
            or miles_between(place.latitude, place.longitude, other.latitude, other.longitude) < 1
            for other in kept
        ):
            kept.append(place)
    return kept[:_MOST]


@lru_cache(maxsize=1)
def _vocabulary() -> Vocabulary:
    path = Path(__file__).with_name("place_words.yml")
    return Vocabulary(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader))
