"""What a person reads when the screen finds danger: prepared blocks, never twice the same.

Every block of ``responses.yml`` begins with help that can be tapped and has a person as a button.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec

from assistant.replies import Card, Reply
from assistant.safety.directory import Directory
from assistant.safety.finding import Finding
from assistant.texts import Texts

PATH = Path(__file__).with_name("responses.yml")

ANSWERS = {
    "suicide_active": "suicide",
    "suicide_passive": "suicide",
    "denial_with_risk": "suicide",
    "hopeless_intent_context": "suicide",
    "self_harm": "self_harm",
    "overdose_medical": "overdose",
    "abuse_violence": "abuse",
    "violence_to_others": "violence",
    "psychosis_emergency": "psychosis",
    "third_party_crisis": "crisis",
}
"""The usual block for a category; a rule may name another."""

USUAL = {"imminent": "suicide", "active": "suicide", "passive": "suicide", "third_party": "crisis"}
MENU = ("crisis_text_line", "veterans", "trevor", "domestic_violence", "poison_help", "warmlines")


def answer(
    finding: Finding, seen: int, directory: Directory, with_peer: bool = False
) -> list[Reply]:
    """The replies to a finding; empty for tier ``none``.

    ``seen`` is how often this block (:func:`block`) was already shown in the conversation: 0 gives
    it in full, 1 says it differently and shorter, more is one line and a person. ``with_peer`` is
    the short form for a conversation in which a human peer is present.
    """
    if not finding:
        return []
    prepared = texts(directory)
    if finding.language == "es":
        key = f"spanish.{finding.tier}" if seen < 2 and not with_peer else "spanish.brief"
        return [prepared.reply(key)]
    variant = "peer" if with_peer else ("full", "short", "brief")[min(seen, 2)]
    return [prepared.reply(f"{block(finding)}.{variant}")]


def block(finding: Finding) -> str:
    """The block a finding is answered with (``"active.suicide"``): count it to know ``seen``."""
    if not finding:
        return ""
    blocks = _blocks()
    for name in (finding.answer, ANSWERS.get(finding.category, "")):
        if f"{finding.tier}.{name}" in blocks:
            return f"{finding.tier}.{name}"
    return f"{finding.tier}.{USUAL[finding.tier]}"


def pending(replies: list[Reply]) -> str | None:
    """The question these replies leave open, for ``followup.step``; ``None`` if there is none."""
    payloads = {button.payload for reply in replies for button in reply.buttons}
    if "/safety_yes" in payloads:
        return "asked_passive"
    if payloads & {"/barrier_talk", "/barriers"}:
        return "asked_barrier"
    return None


def crisis_menu(directory: Directory) -> Reply:
    """The answer to /crisis: emergency and 988 first, then other services as cards."""
    cards = []
    for name in MENU:
        if name in directory and directory[name].on:
            entry = directory[name]
            lines = [entry.what_for[:1].upper() + entry.what_for[1:]]
            lines += [line for line in (entry.hours_text(), entry.note) if line]
            cards.append(Card(title=entry.name, lines=tuple(lines), links=entry.links()))
    return msgspec.structs.replace(texts(directory).reply("menu"), cards=tuple(cards))


@lru_cache(maxsize=4)
def texts(directory: Directory) -> Texts:
    """The texts of ``responses.yml``, read once for each directory."""
    return Texts.load(PATH, directory)


@lru_cache(maxsize=1)
def _blocks() -> frozenset[str]:
    keys = texts(Directory.load()).keys()
    return frozenset(key.rpartition(".")[0] for key in keys if key.count(".") == 2)
