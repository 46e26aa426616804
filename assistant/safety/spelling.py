"""Normal spelling: how a message looks to the rules.

Small letters without accents, look-alike letters and letters between dots brought back, slang and
contractions written out, misspelt danger words corrected, sentences ended by `` . `` or `` ? ``.
The tables are in ``spelling.yml``. Work is proportional to the length of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import yaml

PATH = Path(__file__).with_name("spelling.yml")
_LONGEST_WORD = 240
_LONGEST_SLIP = 16
_LONGEST_PIECE = 12
_ALONE = 3  # a letter alone costs as much as three words
_HIDDEN = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e"
                     "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]")  # fmt: skip
_SPACED = re.compile(r"(?<![a-z0-9'])[a-z](?:[ ._\-*/,|+]{1,3}[a-z](?![a-z0-9'])){3,}")
_IN_WORD = re.compile(r"(?<=[a-z])[013457@$!|](?=[a-z])|(?<![^\s])[$@](?=[a-z]{2})")
_WITH = re.compile(r"(?<![a-z0-9])w/(o(?![a-z]))?")
_LOST_APOSTROPHE = {
    "ill": ("i", "will"),
    "id": ("i", "would"),
    "hell": ("he", "will"),
    "shell": ("she", "will"),
}
_TAILS = frozenset(("t", "m", "s", "re", "ve", "ll", "d"))
_LETTERS = str.maketrans("013457@$!|", "oieastasil")
_TOKEN = re.compile(r"[a-z0-9][a-z0-9'*]*|[.?!;\n…]")
_RUN = re.compile(r"([a-z])\1{2,}")
_ENDS = {".": ".", "!": ".", ";": ".", "\n": ".", "…": ".", "?": "?"}


class Speller:
    """Text → words in normal spelling. ``vocabulary`` are the words the rules mention."""

    def __init__(self, vocabulary: Iterable[str], path: Path | None = None) -> None:
        data = yaml.load((path or PATH).read_bytes(), Loader=yaml.CSafeLoader)
        self._write_as = {str(k): tuple(str(v).split()) for k, v in data["write_as"].items()}
        self._emoji = {str(k): f" {v} " for k, v in data["emoji"].items()}
        self._emoji_any = re.compile("|".join(map(re.escape, self._emoji)))
        self._alike = str.maketrans({str(k): str(v) for k, v in data["look_alike"].items()})
        self._alike.update(_enclosed_letters())
        self._real = frozenset(map(str, data["real_words"]))
        self._vocabulary = frozenset(vocabulary)
        self._before_will = frozenset(map(str, data["before_will"]))
        self._glue = self._vocabulary | frozenset(map(str, data["glue_words"]))
        self._core = re.compile("|".join(map(str, data["core"])))
        self._spelled_out = re.compile(
            "|".join(
                rf"(?<![a-z]){'[ ._-]{1,2}'.join(str(w))}(?![a-z])" for w in data["spelled_out"]
            )
        )
        self._starred = tuple(map(str, data["starred"]))
        self._near: dict[str, str] = {}
        self._slips = dict.fromkeys(map(str, data["often_misspelt"]), 1)
        self._slips.update(dict.fromkeys(map(str, data["badly_misspelt"]), 2))
        for word, slips in self._slips.items():
            for variant in _deletes(word, slips):
                self._near.setdefault(variant, word)
        self._word = lru_cache(maxsize=16_384)(self._correct)

    @property
    def shorthand(self) -> frozenset[str]:
        """Spellings that never reach the rules, because they are written out."""
        return frozenset(self._write_as)

    def words(self, text: str) -> list[str]:
        """The words of ``text`` in normal spelling, with ``.`` and ``?`` for ends of sentences."""
        text = text.casefold()
        if not text.isascii():
            text = self._plain(text)
        text = _WITH.sub(lambda match: "without " if match.group(1) else "with ", text)
        text = _SPACED.sub(self._close_up, text)
        text = self._spelled_out.sub(lambda match: re.sub("[^a-z]", "", match.group()), text)
        text = _IN_WORD.sub(lambda match: match.group().translate(_LETTERS), text)
        found: list[str] = []
        for piece in self._rejoin(_TOKEN.findall(text)):
            if piece in _ENDS:
                if found and found[-1] not in (".", "?"):
                    found.append(_ENDS[piece])
                elif found and piece == "?":
                    found[-1] = "?"
            else:
                found.extend(self._word(piece[:_LONGEST_WORD]))
        return self._in_context(found)

    def _rejoin(self, pieces: list[str]) -> list[str]:
        """``don t`` is ``don't``: some keyboards and exports lose the apostrophe."""
        if _TAILS.isdisjoint(pieces):
            return pieces
        found = pieces[:1]
        for piece in pieces[1:]:
            if piece in _TAILS and (
                found[-1] + piece in self._write_as or f"{found[-1]}'{piece}" in self._write_as
            ):
                found[-1] += f"'{piece}"
            else:
                found.append(piece)
        return found

    def _plain(self, text: str) -> str:
        """Only ASCII letters where a reader would see them, and emoji as words."""
        text = text.replace("’", "'").replace("‘", "'").replace("´", "'").replace("`", "'")
        text = _HIDDEN.sub("", text)
        text = self._emoji_any.sub(lambda match: self._emoji[match.group()], text)
        text = unicodedata.normalize("NFKC", text).casefold()
        text = unicodedata.normalize("NFD", text)
        text = "".join(char for char in text if unicodedata.category(char) != "Mn")
        return text.translate(self._alike).replace("’", "'")

    def _correct(self, piece: str) -> tuple[str, ...]:
        word = piece.strip("'*")
        for candidate in self._candidates(word):
            if candidate in self._write_as:
                return self._write_as[candidate]
            if candidate in self._vocabulary:
                return (candidate,)
        if "*" in word:
            return self._uncensor(word)
        if word.endswith("'s"):
            return (*self._correct(word[:-2]), "is")
        word = word.replace("'", "")
        if not word:
            return ()
        if word in self._real or word.isdigit():
            return (word,)
        if len(word) >= 6 and self._core.search(word):
            parts = self._unglue(word)
            if parts:
                return parts
        return (self._nearest(_RUN.sub(r"\1", word)) or word,)

    def _candidates(self, word: str) -> Iterable[str]:
        yield word
        bare = word.replace("'", "")
        yield bare
        if _RUN.search(bare):
            yield _RUN.sub(r"\1\1", bare)
            yield _RUN.sub(r"\1", bare)

    def _in_context(self, words: list[str]) -> list[str]:
        """``want 2 die`` is ``want to die``; ``ill kill`` is ``i will kill``."""
        found: list[str] = []
        for i, word in enumerate(words):
            after = words[i + 1] if i + 1 < len(words) else ""
            if word == "2" and found and found[-1] in _BEFORE_TO and not after.isdigit():
                found.append("to")
            elif word in _LOST_APOSTROPHE and after in self._before_will:
                found += _LOST_APOSTROPHE[word]
            else:
                found.append(word)
        return found

    def _uncensor(self, word: str) -> tuple[str, ...]:
        shown = word.replace("*", "")
        if len(shown) >= 2:
            pattern = re.compile(re.sub(r"\*+", lambda stars: _stars(len(stars.group())), word))
            for target in self._starred:
                if pattern.fullmatch(target):
                    return self._write_as.get(target, (target,))
        return (shown,) if shown else ()

    def _close_up(self, match: re.Match[str]) -> str:
        """``i w a n t  t o  d i e`` as ``i want to die``, whether or not gaps mark the words."""
        words = [re.sub("[^a-z]", "", part) for part in re.split(r"\s{2,}", match.group())]
        return " ".join(" ".join(self._pieces(word)) for word in words)

    def _unglue(self, word: str) -> tuple[str, ...]:
        """``iwanttodie`` as its words, if it is made of known ones; empty if it is not."""
        pieces = self._pieces(word)
        if any(piece not in self._glue for piece in pieces):
            return ()
        if len(pieces) < 3 and pieces[-1] != "myself":
            return ()
        return tuple(part for piece in pieces for part in self._write_as.get(piece, (piece,)))

    def _pieces(self, word: str) -> list[str]:
        """The way to cut ``word`` into the fewest known words, letters no word takes being alone.

        At most a dozen look-ups for each letter.
        """
        cost, cut = [0] + [0] * len(word), [0] * (len(word) + 1)
        for end in range(1, len(word) + 1):
            cost[end], cut[end] = cost[end - 1] + _ALONE, end - 1
            for start in range(max(0, end - _LONGEST_PIECE), end):
                if cost[start] + 1 < cost[end] and word[start:end] in self._glue:
                    cost[end], cut[end] = cost[start] + 1, start
        found, end = [], len(word)
        while end:
            found.append(word[cut[end] : end])
            end = cut[end]
        return found[::-1]

    def _nearest(self, word: str) -> str | None:
        """The danger word that ``word`` most likely is a slip of, if any."""
        if word in self._slips:
            return word
        if 4 <= len(word) <= _LONGEST_SLIP and word not in self._real:
            for variant in _deletes(word, 2 if len(word) >= 6 else 1):
                target = self._near.get(variant)
                if target and _slips(word, target) <= self._slips[target]:
                    return target
        return None


def _stars(count: int) -> str:
    return f"[a-z]{{1,{count + 1}}}"


def _deletes(word: str, depth: int) -> set[str]:
    found = {word}
    edge = {word}
    for _ in range(depth):
        edge = {each[:i] + each[i + 1 :] for each in edge for i in range(len(each))}
        found |= edge
    return found


def _slips(word: str, target: str) -> int:
    """How many letters were changed, added, left out or swapped with a neighbour."""
    before: list[int] = []
    row = list(range(len(target) + 1))
    for i, letter in enumerate(word, 1):
        previous, before, row = before, row, [i]
        for j, other in enumerate(target, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == target[j - 2] and word[i - 2] == other:
                cost = min(cost, previous[j - 2] + 1)
            row.append(cost)
    return row[-1]


_BEFORE_TO = frozenset(
    ("want", "wanted", "wants", "going", "need", "have", "try", "trying", "ready", "about", "used")
)


def _enclosed_letters() -> dict[int, str]:
    """Letters in squares and circles, and flags spelling words, which NFKC leaves alone."""
    starts = (0x1F130, 0x1F150, 0x1F170, 0x1F1E6)
    return {start + i: chr(97 + i) for start in starts for i in range(26)}
