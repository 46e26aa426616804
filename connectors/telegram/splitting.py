"""Cutting a long text into parts that Telegram takes: at most 4096 UTF-16 units each.

A cut falls between paragraphs if it can, else between lines, sentences, words, and never inside
what a reader sees as one character (an emoji with its skin tone, a flag, a letter with its accent).
"""

from __future__ import annotations

import re
import unicodedata

MOST_UNITS = 4096

_PLACES = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.?!…。])\s"),
    re.compile(r"\s"),
)
_JOINER = "\u200d"


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def split(text: str, most: int = MOST_UNITS) -> list[str]:
    """The parts of ``text`` in order, without the white space at the cuts; empty for no text."""
    parts = []
    rest = text.strip()
    while units(rest) > most:
        end = _cut(rest, _fits(rest, most))
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*parts, rest] if rest else parts


def _fits(text: str, most: int) -> int:
    """How many characters of ``text`` fit into ``most`` units."""
    used = 0
    for index, character in enumerate(text):
        used += 2 if ord(character) > 0xFFFF else 1
        if used > most:
            return index
    return len(text)


def _cut(text: str, fits: int) -> int:
    """The best place for a cut at or before ``fits``; never 0."""
    for place in _PLACES:
        # A cut in the first half would leave a stub: better a less good place further on.
        ends = [found.start() for found in place.finditer(text, fits // 2, fits + 1)]
        if ends:
            return ends[-1]
    end = fits
    while end > 0 and _joined(text, end):
        end -= 1
    return end or fits


def _joined(text: str, at: int) -> bool:
    """Whether the characters on both sides of ``at`` are seen as one."""
    before, after = text[at - 1], text[at]
    if after == _JOINER or before == _JOINER or unicodedata.category(after) in ("Mn", "Mc", "Me"):
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True
    if _regional(before) and _regional(after):
        run = 0
        while run < at and _regional(text[at - 1 - run]):
            run += 1
        return run % 2 == 1
    return False


def _regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
