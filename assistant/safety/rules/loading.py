"""Reads the rule files of this folder into rules, signals and one index of phrases.

The fields of a rule are explained in docs/safety.md. Every mistake is a :class:`RuleError` that
names the file and the rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.safety.finding import CATEGORIES, TIERS, Tier
from assistant.safety.phrases import Compiler, Phrase, PhraseError

FOLDER = Path(__file__).parent
_NOT_RULES = ("words.yml", "signals.yml", "idioms.yml")
_FIELDS = {
    "id", "about", "category", "tier", "answer", "other_answer", "subject", "phrases", "with",
    "unless", "unless_clause", "unless_message", "longest", "negated", "past", "examples",
}  # fmt: skip
IDIOM = "idiom"


class RuleError(ValueError):
    """A rule file is wrong; the sentence names the file and the rule."""


@dataclass(frozen=True)
class Rule:
    """One rule. ``requires`` and the three kinds of ``unless`` name signals."""

    id: str
    about: str
    category: str
    tier: Tier
    answer: str
    other_answer: str
    look: bool
    requires: tuple[str, ...]
    unless: tuple[str, ...]
    unless_clause: tuple[str, ...]
    unless_message: tuple[str, ...]
    longest: int
    negated_counts: bool
    past_counts: bool
    language: str
    danger: tuple[str, ...]
    calm: tuple[str, ...]

    def signals(self) -> tuple[str, ...]:
        """Every signal the rule names."""
        return self.requires + self.unless + self.unless_clause + self.unless_message


@dataclass(frozen=True)
class Raise:
    """Findings of these categories and tiers go to ``to`` when one of the signals is there."""

    id: str
    categories: frozenset[str]
    tiers: frozenset[str]
    requires: tuple[str, ...]
    to: Tier


@dataclass(frozen=True)
class Both:
    """A signal that is there when all of ``names`` are, in a message of at most ``longest``."""

    names: tuple[str, ...]
    longest: int


class Rules:
    """All rules, and which phrases a text with given words can match at all."""

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self.raises: list[Raise] = []
        self.signals: set[str] = set()
        self.both: dict[str, Both] = {}
        self.negators: tuple[str, ...] = ()
        self.fillers: tuple[str, ...] = ()
        self.third: list[Phrase] = []
        self.first: list[Phrase] = []
        self.nobody: list[Phrase] = []
        self.phrases: list[tuple[str, Phrase]] = []
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._by_start: dict[str, list[int]] = defaultdict(list)
        self._starts: tuple[int, ...] = ()

    @classmethod
    def load(cls, folder: Path | None = None) -> Rules:
        """Read and check every file of ``folder`` (default: this one)."""
        folder = folder or FOLDER
        rules = cls()
        try:
            compiler = Compiler(_read(folder / "words.yml"))
            rules._read_signals(_read(folder / "signals.yml"), compiler)
            for source in _read(folder / "idioms.yml")["idioms"]:
                rules._add(IDIOM, compiler.phrase(str(source)))
        except PhraseError as error:
            raise RuleError(f"words, signals or idioms: {error}") from error
        for path in sorted(folder.glob("*.yml")):
            if path.name not in _NOT_RULES:
                rules._read_rules(path.name, _read(path), compiler)
        rules._check_names()
        rules._starts = tuple(sorted({len(start) for start in rules._by_start}))
        return rules

    def words(self) -> set[str]:
        """Every word a phrase mentions."""
        known = {word for _, phrase in self.phrases for word in phrase.words}
        for phrase in (*self.third, *self.first, *self.nobody):
            known |= phrase.words
        return known | {part for word in self.negators + self.fillers for part in word.split()}

    def possible(self, words: Iterable[str]) -> list[int]:
        """Numbers of the phrases that these words allow, in order."""
        found: set[int] = set()
        for word in words:
            found.update(self._by_word.get(word, ()))
            for length in self._starts:
                found.update(self._by_start.get(word[:length], ()))
        return sorted(found)

    def _add(self, owner: str, phrase: Phrase) -> None:
        number = len(self.phrases)
        self.phrases.append((owner, phrase))
        for key in phrase.keys:
            if key.endswith("*"):
                self._by_start[key[:-1]].append(number)
            else:
                self._by_word[key].append(number)

    def _read_signals(self, data: dict[str, Any], compiler: Compiler) -> None:
        self.negators = tuple(map(str, data["negators"]))
        self.fillers = tuple(map(str, data["fillers"]))
        for name in ("third", "first", "nobody"):
            setattr(self, name, [compiler.phrase(str(source)) for source in data[name]])
        for name, value in data["signals"].items():
            self.signals.add(name)
            if isinstance(value, dict):
                self.both[name] = Both(tuple(value["all"]), int(value.get("longest", 10**9)))
                continue
            for source in value:
                self._add(name, compiler.phrase(str(source)))

    def _read_rules(self, name: str, data: dict[str, Any], compiler: Compiler) -> None:
        language = str(data.get("language", "en"))
        for fields in data["rules"]:
            where = f"{name}, {fields.get('id')}"
            rule = _rule(where, fields, language)
            if rule.id in self.rules or rule.id in self.signals:
                raise RuleError(f"{where}: the id is taken")
            self.rules[rule.id] = rule
            for phrase in _phrases(where, fields.get("phrases"), compiler):
                self._add(rule.id, phrase)
        for fields in data.get("raises") or ():
            self.raises.append(
                Raise(
                    str(fields["id"]),
                    frozenset(fields["categories"]),
                    frozenset(fields["tiers"]),
                    tuple(fields["with"]),
                    fields["to"],
                )
            )

    def _check_names(self) -> None:
        used = {(owner.id, name) for owner in self.rules.values() for name in owner.signals()}
        used |= {(raised.id, name) for raised in self.raises for name in raised.requires}
        used |= {(name, part) for name, both in self.both.items() for part in both.names}
        for owner, name in sorted(used):
            if name not in self.signals:
                raise RuleError(f"{owner}: there is no signal {name!r}")


def _read(path: Path) -> dict[str, Any]:
    try:
        data = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        raise RuleError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise RuleError(f"{path.name} must be a mapping")
    return data


def _phrases(where: str, sources: Sequence[Any] | None, compiler: Compiler) -> list[Phrase]:
    if not sources:
        raise RuleError(f"{where}: needs phrases")
    try:
        return [compiler.phrase(str(source)) for source in sources]
    except PhraseError as error:
        raise RuleError(f"{where}: {error}") from error


def _rule(where: str, fields: dict[str, Any], language: str) -> Rule:
    unknown = set(fields) - _FIELDS
    if unknown:
        raise RuleError(f"{where}: unknown field {sorted(unknown)[0]!r}")
    for name in ("id", "about", "category", "tier", "examples"):
        if not fields.get(name):
            raise RuleError(f"{where}: {name} is missing")
    if fields["category"] not in CATEGORIES or fields["tier"] not in TIERS[1:]:
        raise RuleError(f"{where}: no such category or tier")
    examples = fields["examples"]
    if set(examples) != {"danger", "calm"} or not all(examples.values()):
        raise RuleError(f"{where}: give examples of danger and of calm")
    if fields.get("subject", "person") not in ("person", "look"):
        raise RuleError(f"{where}: subject is 'person' or 'look'")
    return Rule(
        id=str(fields["id"]),
        about=str(fields["about"]),
        category=fields["category"],
        tier=fields["tier"],
        answer=str(fields.get("answer", "")),
        other_answer=str(fields.get("other_answer", "crisis")),
        look=fields.get("subject") == "look",
        requires=tuple(fields.get("with", ())),
        unless=tuple(fields.get("unless", ())),
        unless_clause=tuple(fields.get("unless_clause", ())),
        unless_message=tuple(fields.get("unless_message", ())),
        longest=int(fields.get("longest", 10**9)),
        negated_counts=fields.get("negated") == "counts",
        past_counts=fields.get("past") == "counts",
        language=language,
        danger=tuple(map(str, examples["danger"])),
        calm=tuple(map(str, examples["calm"])),
    )
