"""The words around a place: which of them name a state, which lead to a town, which are chaff."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from rapidfuzz.distance import OSA

from assistant.referral.gazetteer import words

Kind = Literal["near", "in", "loose"]  # of preposition

DIRECTIONS = ("north", "south", "east", "west")
_LONGEST_NAME = 5


@dataclass(frozen=True)
class _Word:
    text: str
    capitals: bool
    after_comma: bool


@dataclass(frozen=True)
class State:
    """A state named by the words from ``start`` up to ``end``. ``sure``: not an everyday word."""

    code: str
    start: int
    end: int
    sure: bool


class Vocabulary:
    """The word lists of ``place_words.yml``, and the reading of a text with them."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.nicknames = {" ".join(words(k)): v for k, v in data["nicknames"].items()}
        self._names: dict[tuple[str, ...], str] = {}
        for code, names in data["states"].items():
            for name in names:
                self._names[tuple(words(name))] = code
        self.states = tuple(data["states"])
        self._codes = {code.lower(): code for code in data["states"]}
        self._word_like = set(data["word_like_states"])
        self.fillers = {" ".join(words(word)) for word in data["fillers"]}
        self.no_places = {" ".join(words(word)) for word in data["not_places"]}
        kinds: tuple[Kind, ...] = ("near", "in", "loose")
        self.chaff = self.fillers | self.no_places
        self._prepositions = {
            kind: [tuple(words(word)) for word in data["prepositions"][kind]] for kind in kinds
        }
        self._abroad = [tuple(words(word)) for word in data["abroad"]]

    def is_filler(self, word: str) -> bool:
        return word in self.chaff

    def is_no_place(self, name: list[str]) -> bool:
        """True for a single word that is nearly always something else than a town."""
        word = name[0]
        bare = len(word) == 1 or word.isdigit() or word in DIRECTIONS or self.is_filler(word)
        return len(name) == 1 and bare

    def read(self, text: str) -> Phrase:
        """``text`` taken apart."""
        found = _split(text)
        plain = [word.text for word in found]
        return Phrase(self, plain, self._states(found), self._goes_abroad(plain))

    def preposition_ends(self, plain: list[str]) -> Iterator[tuple[Kind, int]]:
        """The kind of each preposition, and where the word behind it stands."""
        for start in range(len(plain)):
            for kind, names in self._prepositions.items():
                for name in names:
                    if tuple(plain[start : start + len(name)]) == name:
                        yield kind, start + len(name)

    def _states(self, found: list[_Word]) -> list[State]:
        plain = [word.text for word in found]
        shouted = all(word.capitals for word in found)
        states: list[State] = []
        at = 0
        while at < len(plain):
            for length in (3, 2, 1):
                code = self._names.get(tuple(plain[at : at + length]))
                if code is not None and at + length <= len(plain):
                    states.append(State(code, at, at + length, True))
                    break
            else:
                length = 1
                state = self._code(found, at, shouted) or self._misspelt(plain[at], at)
                if state is not None:
                    states.append(state)
            at += length
        return states

    def _code(self, found: list[_Word], at: int, shouted: bool) -> State | None:
        word = found[at]
        code = self._codes.get(word.text)
        if code is None or at == 0:
            return None
        if word.text not in self._word_like:
            return State(code, at, at + 1, True)
        last = at == len(found) - 1 or found[at + 1].text.isdigit()
        capitals = word.capitals and not shouted
        if not (last or capitals or word.after_comma):
            return None
        return State(code, at, at + 1, capitals or word.after_comma)

    def _misspelt(self, word: str, at: int) -> State | None:
        if at == 0 or len(word) < 6:
            return None
        for name, code in self._names.items():
            allowed = 1 if len(word) < 9 else 2
            if len(name) == 1 and OSA.distance(word, name[0], score_cutoff=allowed) <= allowed:
                return State(code, at, at + 1, False)
        return None

    def _goes_abroad(self, plain: list[str]) -> bool:
        """True when the text ends with a country that is not this one: "london, england"."""
        return any(
            len(plain) > len(name) and tuple(plain[-len(name) :]) == name for name in self._abroad
        )


@dataclass(frozen=True)
class Phrase:
    """A text as plain words with the states named in it."""

    vocabulary: Vocabulary
    plain: list[str]
    named: list[State]
    abroad: bool

    @property
    def states(self) -> tuple[str, ...]:
        """Codes of the states surely named."""
        return tuple(dict.fromkeys(state.code for state in self.named if state.sure))

    @property
    def only_state(self) -> bool:
        """True when a state is all that is named: "california", "in washington state"."""
        rest = self.content(without_states=True)
        return bool(self.states) and all(word in self.vocabulary.no_places for word in rest)

    @property
    def state_behind_town(self) -> bool:
        """True when something that may be a town stands right before a surely named state."""
        return any(
            state.sure
            and state.start > 0
            and not self.vocabulary.is_filler(self.plain[state.start - 1])
            for state in self.named
        )

    def state_words(self) -> list[str]:
        """How each state was written: ``["new york"]``."""
        return [" ".join(self.plain[state.start : state.end]) for state in self.named]

    def before_states(self) -> Iterator[tuple[State, list[list[str]]]]:
        """Each state with the runs of words that end right before it, longest first."""
        for state in self.named:
            end = state.start
            if end > 1 and self.plain[end - 1] == "in":
                end -= 1
            runs = [self.plain[start:end] for start in range(max(0, end - _LONGEST_NAME), end)]
            # A lone everyday word right before a state may be a town (Hope, AR), "and" is none.
            close = state.sure and end == state.start
            chaff = self.vocabulary.fillers if close else self.vocabulary.chaff
            yield state, [run for run in runs if end == 1 or len(run) > 1 or run[0] not in chaff]

    def behind_prepositions(self) -> list[tuple[Kind, list[str]]]:
        """The words behind each "near", "in" and so on that may be a name."""
        starts = self.vocabulary.preposition_ends(self.plain)
        return [(kind, run) for kind, start in starts if (run := self._run(start))]

    def content(self, without_states: bool = False) -> list[str]:
        """The words that are not everyday ones."""
        hidden = {
            at for state in self.named if without_states for at in range(state.start, state.end)
        }
        return [
            word
            for at, word in enumerate(self.plain)
            if at not in hidden and not self._ends_run(at, at - 1)
        ]

    def content_runs(self) -> list[list[str]]:
        """The stretches of words between the everyday ones."""
        runs: list[list[str]] = []
        at = 0
        while at < len(self.plain):
            run = self._run(at)
            if run:
                runs.append(run)
            at += len(run) or 1
        return runs

    def _run(self, start: int) -> list[str]:
        end = start
        while end < min(len(self.plain), start + _LONGEST_NAME) and not self._ends_run(end, start):
            end += 1
        return self.plain[start:end]

    def _ends_run(self, at: int, start: int) -> bool:
        """True where a name cannot go on; "the" may begin one ("the dalles") and "city" end one."""
        word = self.plain[at]
        if word == "the" and at == start:
            return False
        if word in ("city", "town") and at > max(start, 0):
            return self.plain[at - 1] in self.vocabulary.fillers
        return word in self.vocabulary.fillers


def _split(text: str) -> list[_Word]:
    found: list[_Word] = []
    for piece in re.finditer(r"([,;/]?)\s*([^\s,;/]+)", text):
        for index, word in enumerate(words(piece.group(2))):
            found.append(_Word(word, piece.group(2).isupper(), bool(piece.group(1)) and index == 0))
    return found
