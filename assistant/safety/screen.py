"""The screen: reads every message for danger, before anything else does.

A message is brought into normal spelling, cut into overlapping windows of bounded length, and each
window is tried against the phrases its words allow. What matches is then judged by its context:
sayings, denial, the past, whose danger it is, news and study. Work grows with the length of the
text and nothing else; ``read`` never raises and keeps no text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from assistant.safety.finding import NOTHING, Finding, Tier
from assistant.safety.phrases import Phrase
from assistant.safety.rules.loading import IDIOM, Rule, Rules
from assistant.safety.spelling import Speller

WINDOW = 96
STRIDE = 48
_LEAD = 16
"""A match belongs to the one window in which it starts at word 16 to 63 (0 to 63 in the first):
there it is whole (phrases span at most 32 words) and has its context before it."""

_SCORES: dict[str, float] = {"imminent": 0.98, "active": 0.95, "third_party": 0.9, "passive": 0.7}
_URGENCY = {"imminent": 4, "active": 3, "third_party": 2, "passive": 1}
_KINDS = (
    "overdose_medical", "psychosis_emergency", "abuse_violence", "violence_to_others",
    "suicide_active", "self_harm", "third_party_crisis", "hopeless_intent_context",
    "denial_with_risk", "suicide_passive",
)  # fmt: skip
_PRESENT = re.compile(
    r" i (?:just |really |still |do |actually |honestly |only |also |even )*"
    r"(?:want|need|am|will|wish|feel|keep|can not|do not|hope|have to|should) "
)
_FIRST = re.compile(r" (?:i|me|my|myself) ")
_USED_TO = re.compile(r" used to (?:[^ .?]+ ){0,4}$")
_CLAUSE = re.compile(r" (?:[.?]|and|but|so|because|now|then|though) ")
_DENIED_AFTER = re.compile(
    r"(?:\? (?:no|nope|none|never|nah|not) (?!one|idea|point|way)"
    r"|(?:is|are|was) (?:not|never) "
    r"(?:something|on my mind|an option|the answer|what i|part of|a thought))"
)


@dataclass(frozen=True)
class _Hit:
    """A phrase of ``owner`` matched ``text[start:end]`` of a window."""

    owner: str
    window: int
    start: int
    end: int


@dataclass(frozen=True)
class _Match:
    rule: Rule
    tier: Tier
    category: str
    answer: str


class Screen:
    """Reads texts. Load one and keep it; it is safe to use from several threads."""

    def __init__(self, rules: Rules, speller: Speller) -> None:
        self._rules = rules
        self._speller = speller
        fillers = "|".join(sorted(map(re.escape, rules.fillers)))
        negators = "|".join(sorted(map(re.escape, rules.negators)))
        self._negated = re.compile(rf" (?:{negators}|no) (?:(?:{fillers}) ){{0,6}}$")

    @classmethod
    def load(cls, folder: Path | None = None) -> Screen:
        """Read and check the rules; raises :class:`RuleError` naming the file and the rule."""
        rules = Rules.load(folder)
        return cls(rules, Speller(rules.words()))

    @property
    def rules(self) -> Rules:
        """The rules, for tests and documentation."""
        return self._rules

    def warm(self) -> None:
        """Compile every expression now (about a second); otherwise each waits for its first use."""
        for _, phrase in self._rules.phrases:
            _ = phrase.pattern

    def read(self, text: str) -> Finding:
        """The most urgent finding in ``text`` (any text, any length)."""
        words = self._speller.words(text)
        if not words:
            return NOTHING
        reading = _Reading(self._rules, words)
        matches = [match for hit in reading.rule_hits if (match := self._judge(reading, hit))]
        return self._decide(reading, matches)

    def _judge(self, reading: _Reading, hit: _Hit) -> _Match | None:
        """What a hit means in its context; ``None`` when the context sets it aside."""
        rule = self._rules.rules[hit.owner]
        if reading.length > rule.longest or reading.in_idiom(hit):
            return None
        before, after = reading.around(hit)
        if not rule.negated_counts and (
            self._negated.search(before[-90:]) or _DENIED_AFTER.match(after)
        ):
            return None
        if any(reading.in_sentence(name, hit) for name in rule.unless):
            return None
        if any(reading.in_clause(name, hit) for name in rule.unless_clause):
            return None
        if any(reading.anywhere(name) for name in rule.unless_message):
            return None
        if rule.requires and not any(reading.elsewhere(name, hit) for name in rule.requires):
            return None
        if not rule.past_counts and self._past(reading, hit, before):
            return None
        if rule.look:
            who = self._subject(reading, hit, before)
            if who == "nobody":
                return None
            if who == "third" and rule.tier != "third_party":
                if reading.anywhere("other_past") or reading.in_sentence("long_dead", hit):
                    return None
                return _Match(rule, "third_party", "third_party_crisis", rule.other_answer)
        return _Match(rule, rule.tier, rule.category, rule.answer)

    def _past(self, reading: _Reading, hit: _Hit, before: str) -> bool:
        if reading.anywhere("again"):
            return False
        if _USED_TO.search(before[-60:]):
            return True
        text = reading.texts[hit.window]
        if _PRESENT.search(text, max(0, hit.start - 24), hit.end):
            return False
        return reading.in_clause("past", hit)

    def _subject(self, reading: _Reading, hit: _Hit, before: str) -> str:
        """Who the match speaks of: ``first``, ``third`` or ``nobody``, the nearest before it."""
        text = reading.texts[hit.window]
        if _FIRST.search(text, hit.start - 1, hit.end):
            return "first"
        near = " " + " ".join(before.split()[-9:]) + " "
        found = {
            name: max((_last(phrase, near) for phrase in getattr(self._rules, name)), default=-1)
            for name in ("first", "third", "nobody")
        }
        best = max(found, key=lambda name: found[name])
        return best if found[best] >= 0 else "first"

    def _decide(self, reading: _Reading, matches: list[_Match]) -> Finding:
        if not matches:
            return NOTHING
        raised = [self._raise(reading, match) for match in matches]
        raised.sort(key=lambda match: (-_URGENCY[match.tier], _KINDS.index(match.category)))
        first = raised[0]
        return Finding(
            tier=first.tier,
            category=first.category,
            score=_SCORES[first.tier],
            why=tuple(dict.fromkeys(match.rule.id for match in raised)),
            answer=first.answer,
            language=first.rule.language,
        )

    def _raise(self, reading: _Reading, match: _Match) -> _Match:
        for rule in self._rules.raises:
            if (
                match.category in rule.categories
                and match.tier in rule.tiers
                and any(reading.anywhere(name) for name in rule.requires)
            ):
                return _Match(match.rule, rule.to, match.category, match.answer)
        return match


class _Reading:
    """One message, its windows, and everything that matched in them."""

    def __init__(self, rules: Rules, words: list[str]) -> None:
        self.length = len(words) - words.count(".") - words.count("?")
        self.texts: list[str] = []
        self.rule_hits: list[_Hit] = []
        self._rules = rules
        self._signals: dict[str, list[_Hit]] = defaultdict(list)
        self._idioms: dict[int, list[_Hit]] = defaultdict(list)
        for start in range(0, max(1, len(words) - (WINDOW - STRIDE)), STRIDE):
            self._window(start, words[start : start + WINDOW])

    def _window(self, first: int, words: list[str]) -> None:
        number = len(self.texts)
        text = " . " + " ".join(words) + " . "
        self.texts.append(text)
        low = 3 + sum(len(word) + 1 for word in words[:_LEAD]) if first else 0
        high = 3 + sum(len(word) + 1 for word in words[: _LEAD + STRIDE])
        for index in self._rules.possible(set(words)):
            owner, phrase = self._rules.phrases[index]
            for found in phrase.pattern.finditer(text):
                hit = _Hit(owner, number, found.start(), found.end())
                if owner == IDIOM:
                    self._idioms[number].append(hit)
                elif owner in self._rules.rules:
                    if low <= hit.start < high:
                        self.rule_hits.append(hit)
                else:
                    self._signals[owner].append(hit)

    def around(self, hit: _Hit) -> tuple[str, str]:
        """The text of the same sentence before the hit, and what follows it."""
        text = self.texts[hit.window]
        begin = self._bounds(hit)[0]
        return " " + text[begin : hit.start], text[hit.end : hit.end + 60]

    def in_idiom(self, hit: _Hit) -> bool:
        return any(
            idiom.start < hit.end and hit.start < idiom.end for idiom in self._idioms[hit.window]
        )

    def anywhere(self, name: str) -> bool:
        """Whether the signal is in the message."""
        both = self._rules.both.get(name)
        if both:
            return self.length <= both.longest and all(map(self.anywhere, both.names))
        return name in self._signals

    def elsewhere(self, name: str, hit: _Hit) -> bool:
        """Whether the signal is in the message, outside of the hit itself."""
        return any(
            other.window != hit.window or other.start >= hit.end or other.end <= hit.start
            for other in self._signals.get(name, ())
        )

    def in_sentence(self, name: str, hit: _Hit) -> bool:
        """Whether the signal is in the hit's sentence."""
        begin, end = self._bounds(hit)
        return self._between(name, hit.window, begin, end)

    def in_clause(self, name: str, hit: _Hit) -> bool:
        """Whether the signal is in the hit's clause, which "and", "but" and the like end."""
        begin, end = self._bounds(hit)
        text = self.texts[hit.window]
        for cut in _CLAUSE.finditer(text, begin, hit.start):
            begin = cut.end() - 1
        cut_after = _CLAUSE.search(text, hit.end - 1, end)
        return self._between(name, hit.window, begin, cut_after.start() if cut_after else end)

    def _between(self, name: str, window: int, begin: int, end: int) -> bool:
        if name in self._rules.both:
            return self.anywhere(name)
        return any(
            other.window == window and begin <= other.start < end
            for other in self._signals.get(name, ())
        )

    def _bounds(self, hit: _Hit) -> tuple[int, int]:
        text = self.texts[hit.window]
        begin = max(text.rfind(" . ", 0, hit.start), text.rfind(" ? ", 0, hit.start)) + 3
        ends = [
            at for at in (text.find(" . ", hit.end - 1), text.find(" ? ", hit.end - 1)) if at >= 0
        ]
        return begin, min(ends, default=len(text))


def _last(phrase: Phrase, text: str) -> int:
    return max((found.start() for found in phrase.pattern.finditer(text)), default=-1)
