"""Which conditions a message speaks of: names, slang and misspellings, by word list.

This finds what a message is *about*. It says nothing on whether the person has it, and nothing may
be concluded from it: "is it like bipolar?" and "I have bipolar" both give ``["bipolar"]``.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from pathlib import Path
from typing import Any

import msgspec
import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

FILE = Path(__file__).parent / "topics.yml"
GENERAL = "general"
SHORTEST = 6  # letters a listed word needs for its misspellings to be recognised
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Topic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    parent: str | None = None
    words: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    topics: dict[str, _Topic]
    ordinary: tuple[str, ...]


class _Words(msgspec.Struct, frozen=True):
    """The word list made ready: phrases by their words, and what a misspelling may stand for."""

    topics: dict[str, _Topic]
    phrases: dict[tuple[str, ...], str | None]
    longest: int
    vocabulary: frozenset[str]
    correctable: tuple[str, ...]


def recognise(text: str) -> list[str]:
    """Topic slugs named in ``text``, in the order they appear, each once.

    A wide topic is left out beside one of its own kind: "addicted to heroin" is ``["opioids"]``.
    """
    words = _words()
    tokens = [_corrected(token, words) for token in _tokens(text)]
    found: list[str] = []
    at = 0
    while at < len(tokens):
        for length in range(min(words.longest, len(tokens) - at), 0, -1):
            phrase = tuple(tokens[at : at + length])
            if phrase in words.phrases:
                slug = words.phrases[phrase]
                if slug is not None and slug not in found:
                    found.append(slug)
                at += length
                break
        else:
            at += 1
    wider = {parent for slug in found for parent in lineage(slug)[1:]}
    return [slug for slug in found if slug not in wider]


def slugs() -> tuple[str, ...]:
    """Every topic, in the order of the file."""
    return tuple(_words().topics)


def name(slug: str) -> str:
    """How a topic is called inside a sentence: "bipolar disorder", "PTSD"."""
    return _words().topics[slug].name


def lineage(slug: str | None) -> tuple[str, ...]:
    """The topic and its parents, nearest first, ending in ``general``.

    ``alcohol`` gives ``("alcohol", "addiction", "general")``; None or an unknown slug gives
    ``("general",)``.
    """
    known = _words().topics
    line: list[str] = []
    while slug is not None and slug in known and slug not in line:
        line.append(slug)
        slug = known[slug].parent
    if GENERAL not in line:
        line.append(GENERAL)
    return tuple(line)


def _tokens(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.lower().replace("\u2019", "'"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _WORD.findall(plain)


def _corrected(token: str, words: _Words) -> str:
    """The listed word that ``token`` misspells, else ``token``.

    One slip is forgiven in a word of six letters or more, two from ten; the first letter has to be
    right. Ordinary words that lie that close ("addition") are in the file and stay what they are.
    """
    if len(token) < SHORTEST - 1 or token in words.vocabulary:
        return token
    slips = 2 if len(token) >= 10 else 1
    near = process.extract(
        token, words.correctable, scorer=OSA.distance, score_cutoff=slips, limit=None
    )
    best = [word for word, _, _ in sorted(near, key=lambda hit: hit[1]) if word[0] == token[0]]
    return best[0] if best else token


@functools.lru_cache(maxsize=1)
def _words() -> _Words:
    file = msgspec.convert(yaml.load(FILE.read_text("utf-8"), Loader=_Loader), _File)  # noqa: S506
    phrases: dict[tuple[str, ...], str | None] = {}
    for slug, topic in file.topics.items():
        for phrase in topic.words:
            key = tuple(_tokens(phrase))
            if not key or phrases.get(key, slug) != slug:
                raise ValueError(f"topics.yml: {slug}: {phrase!r} is empty or in another topic")
            phrases[key] = slug
    named = {word for phrase in phrases for word in phrase}
    for phrase in file.ordinary:
        phrases.setdefault(tuple(_tokens(phrase)), None)
    return _Words(
        topics=file.topics,
        phrases=phrases,
        longest=max(map(len, phrases)),
        vocabulary=frozenset(word for phrase in phrases for word in phrase),
        correctable=tuple(sorted(word for word in named if len(word) >= SHORTEST)),
    )
