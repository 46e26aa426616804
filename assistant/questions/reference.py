"""How people point at one thing of a list: by number, by order, or by what it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz.distance import OSA

_ALIKE = 0.75
_MARK = re.compile(r"(?<![\w.])(-?\d{1,4})(?:st|nd|rd|th)?(?![\w-])")


def numbers(text: str, count: int) -> list[int]:
    """The numbers (from 1) that ``text`` says, in a list of ``count``; [] when it says other words.

    Only when nothing else is said: in "the one about 2 pills" the 2 belongs to the question.
    """
    lists = _words_of_lists()
    plain = re.sub(r"['’#]", "", text.casefold())
    marks = [int(mark) for mark in _MARK.findall(plain)]
    rest = _spaced(_MARK.sub(" ", plain))
    for words, back in sorted(lists["from_the_end"].items(), key=lambda pair: -len(pair[0])):
        if f" {words} " in rest:
            marks.append(max(1, count + back))
            rest = rest.replace(f" {words} ", " ")
    found = [(word, at) for word, at in lists["from_the_start"].items()]
    found += [(word, at) for at, word in enumerate(lists["ordinal"], 1)]
    found += [(word, at) for at, word in enumerate(lists["counting"], 1) if at > 1]
    for word, at in found:
        if f" {word} " in rest:
            marks.append(at)
            rest = rest.replace(f" {word} ", " ")
    if not marks and re.search(r"^ (?:one|.*(?:number|question|no|item) one) $", rest):
        marks.append(1)  # A "one" elsewhere ("the one", "that one") counts nothing.
    if any(word not in lists["around"] for word in rest.split()):
        return []
    return list(dict.fromkeys(marks))


def by_words(text: str, items: Sequence[str]) -> list[int]:
    """Positions (from 0) of the items that share most of what ``text`` says, misspellings too."""
    said = text.strip().casefold().rstrip("?.! ")
    for at, item in enumerate(items):
        if said and item.casefold().rstrip("?.! ") == said:
            return [at]
    around = _words_of_lists()["around"]
    wanted = [word for word in _words(text) if word not in around]
    if not wanted:
        return []
    scores = [sum(_has(word, _words(item)) for word in wanted) for item in items]
    best = max(scores)
    if best == 0 or best * 2 < len(wanted):
        return []
    return [at for at, score in enumerate(scores) if score == best]


def _spaced(plain: str) -> str:
    return " " + " ".join(re.findall(r"[^\W_]+", plain)) + " "


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"['’]", "", text.casefold()))


def _has(wanted: str, words: Sequence[str]) -> bool:
    """True when ``words`` hold ``wanted``, another form of it, or it with a slip in it."""
    if wanted in words:
        return True
    if len(wanted) < 4:
        return False
    return any(
        word.startswith(wanted)
        or (len(word) >= 4 and wanted.startswith(word))
        or OSA.normalized_similarity(wanted, word) >= _ALIKE
        for word in words
    )


@lru_cache(maxsize=1)
def _words_of_lists() -> dict[str, Any]:
    path = Path(__file__).with_name("reference_words.yml")
    data: dict[str, Any] = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    return {**data, "around": frozenset(data["around"])}
