"""The small language the rules are written in, and its translation into bounded expressions.

A phrase is words in normal spelling (:mod:`assistant.safety.spelling`) separated by spaces:

=============  ==================================================================
``word``       that word                    ``word*``   any word that begins so
``<group>``    any phrase of ``words.yml``  ``(a|b c)`` one of these
``x?``         with or without ``x``        ``~`` ``~5``  up to 3 (5) other words
``^``  ``$``   the sentence begins (ends) here
=============  ==================================================================

A gap never crosses the end of a sentence or a negation. Every construction is bounded, so that a
phrase costs at most a constant for each place it is tried at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

LONGEST = 32
"""The most words a phrase may span; windows of text overlap by more (``screen.py``)."""

_LEX = re.compile(r"\s*(?:(<[a-z_]+>)|(~\d*)|([()|?^$])|([a-z0-9]+\*?))")
_GAP = r"(?:(?!(?:not|never|no|without|nor) )[^ .?]+ ){0,%d}"
_COMMON = frozenset(
    """
    i a an the to of in on it is am are was be been do did have has had my me you he she they we
    not no and or if that this so for with at by from up out off about as all just can could
    will would want wants wanted going get got go him her them what how when who why there
    s t d feel feeling like know think make made take took say says said tell told need any more
    being into over after before than too very really here now time day life mi la el de
    que en un una se y lo con por todo
    """.split()  # noqa: SIM905
)


class PhraseError(ValueError):
    """A phrase is not well formed; the sentence says what is wrong with it."""


@dataclass(frozen=True)
class Phrase:
    """One phrase, ready: ``pattern`` is compiled when it is first needed.

    ``keys`` are words of which one must be in the text for the phrase to match; a key that ends
    in ``*`` is the beginning of a word. ``words`` are all words it mentions.
    """

    source: str
    expression: str
    keys: frozenset[str]
    words: frozenset[str]
    _compiled: list[re.Pattern[str]] = field(default_factory=list, compare=False, repr=False)

    @property
    def pattern(self) -> re.Pattern[str]:
        if not self._compiled:
            self._compiled.append(re.compile(self.expression))
        return self._compiled[0]


class _Node(NamedTuple):
    """A parsed piece: its expression, longest span, possible key sets, and words."""

    expression: str
    span: int
    keys: tuple[frozenset[str], ...]
    words: frozenset[str]


class Compiler:
    """Turns phrases into :class:`Phrase`, with the groups of ``words.yml`` at hand."""

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        self._sources = groups
        self._groups: dict[str, _Node] = {}
        self._open: list[str] = []
        self._atoms: dict[str, _Node] = {}

    def phrase(self, source: str) -> Phrase:
        """The phrase for ``source``; raises :class:`PhraseError`."""
        node = self._parse(source)
        if node.span > LONGEST:
            raise PhraseError(f"{source!r} can span {node.span} words; the most is {LONGEST}")
        if not node.keys:
            raise PhraseError(f"{source!r} has no word that must be there")
        return Phrase(source, "(?<= )" + node.expression, _best(node.keys), node.words)

    def group(self, name: str) -> _Node:
        """The alternatives of one group."""
        if name not in self._groups:
            if name not in self._sources:
                raise PhraseError(f"there is no group <{name}>")
            if name in self._open:
                raise PhraseError(f"the group <{name}> contains itself")
            self._open.append(name)
            self._groups[name] = _either([self._parse(member) for member in self._sources[name]])
            self._open.pop()
        return self._groups[name]

    def _parse(self, source: str) -> _Node:
        pieces, position = [], 0
        while position < len(source.rstrip()):
            match = _LEX.match(source, position)
            if not match:
                raise PhraseError(f"{source!r}: cannot read {source[position:].strip()!r}")
            pieces.append(match.group().strip())
            position = match.end()
        node, rest = self._choice(source, pieces, 0)
        if rest != len(pieces):
            raise PhraseError(f"{source!r}: a ')' too many")
        return node

    def _choice(self, source: str, pieces: list[str], at: int) -> tuple[_Node, int]:
        options = []
        while True:
            node, at = self._sequence(source, pieces, at)
            options.append(node)
            if at >= len(pieces) or pieces[at] != "|":
                return _either(options), at
            at += 1

    def _sequence(self, source: str, pieces: list[str], at: int) -> tuple[_Node, int]:
        nodes: list[_Node] = []
        while at < len(pieces) and pieces[at] not in (")", "|"):
            piece = pieces[at]
            at += 1
            if piece == "(":
                node, at = self._choice(source, pieces, at)
                if at >= len(pieces):
                    raise PhraseError(f"{source!r}: a ')' is missing")
                at += 1
            elif piece == "?":
                if not nodes:
                    raise PhraseError(f"{source!r}: '?' follows a word")
                last = nodes.pop()
                node = _Node(f"(?:{last.expression})?", last.span, (), last.words)
            else:
                node = self._atoms.get(piece) or self._atom(piece)
                self._atoms[piece] = node
            nodes.append(node)
        if not nodes:
            raise PhraseError(f"{source!r}: an empty alternative")
        if len(nodes) == 1:
            return nodes[0], at
        return (
            _Node(
                "".join(node.expression for node in nodes),
                sum(node.span for node in nodes),
                tuple(keys for node in nodes for keys in node.keys),
                frozenset().union(*(node.words for node in nodes)),
            ),
            at,
        )

    def _atom(self, piece: str) -> _Node:
        if piece[0] == "<":
            return self.group(piece[1:-1])
        if piece[0] == "~":
            count = int(piece[1:] or 3)
            return _Node(_GAP % count, count, (), frozenset())
        if piece == "^":
            return _Node("(?<=[.?] )", 0, (), frozenset())
        if piece == "$":
            return _Node("(?=[.?] )", 0, (), frozenset())
        if piece[-1] == "*":
            return _Node(piece[:-1] + "[^ .?]* ", 1, (frozenset({piece}),), frozenset())
        return _Node(piece + " ", 1, (frozenset({piece}),), frozenset({piece}))


def _either(options: list[_Node]) -> _Node:
    if len(options) == 1:
        return options[0]
    keys: tuple[frozenset[str], ...] = ()
    if all(option.keys for option in options):
        keys = (frozenset().union(*(_best(option.keys) for option in options)),)
    return _Node(
        "(?:" + "|".join(dict.fromkeys(option.expression for option in options)) + ")",
        max(option.span for option in options),
        keys,
        frozenset().union(*(option.words for option in options)),
    )


def _best(candidates: tuple[frozenset[str], ...]) -> frozenset[str]:
    """The key set that the fewest ordinary messages contain."""
    if len(candidates) == 1:
        return candidates[0]
    return min(
        candidates, key=lambda keys: (len(keys & _COMMON), len(keys), -len(min(keys, key=len)))
    )
