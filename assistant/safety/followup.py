"""What follows one of the protocol's questions: a button, or a short answer in the person's words.

``followup.yml`` holds the words. Anything longer or unknown is no answer to the question and goes
on normally; the screen has read it before, as it reads everything.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from assistant.replies import Reply
from assistant.safety import respond
from assistant.safety.directory import Directory
from assistant.safety.finding import Finding, Tier

PATH = Path(__file__).with_name("followup.yml")

PAYLOADS = {
    "/safety_yes": "yes",
    "/safety_no": "no",
    "/safety_reaching": "reaching",
    "/safety_device": "device",
    "/barriers": "ask",
    "/barrier_police": "police",
    "/barrier_cost": "cost",
    "/barrier_private": "private",
    "/barrier_talk": "talk",
}
"""Every button of the safety replies except ``/ask_human`` and ``/continue``, which belong to the
dialogue. They are answered at any time, whatever is pending."""

_BARRIERS = ("police", "cost", "private", "talk", "ask")
_NOT_WORDS = re.compile(r"[^\w\s]+")


class FollowUp(msgspec.Struct, frozen=True):
    """What to show, which question is open afterwards, and the tier if this answer raises it.

    ``name`` is what was answered (``yes``, ``police``, …) for the anonymous counts.
    """

    replies: tuple[Reply, ...]
    next_pending: str | None
    tier: Tier | None = None
    name: str = ""


def step(
    pending: str | None, text: str, directory: Directory | None = None, seen: int = 0
) -> FollowUp | None:
    """The answer to ``text`` (words or a payload), or ``None`` when it is not one of ours.

    ``pending`` is ``asked_passive``, ``asked_barrier`` or ``None``. ``seen`` is how often the block
    ``active.suicide`` was shown, which a "yes" leads to. A "no" never lowers the risk.
    """
    name = PAYLOADS.get(text.strip()) or _recognise(pending, text)
    if name is None:
        return None
    directory = directory or _directory()
    if name == "yes":
        found = Finding(tier="active", category="suicide_active", score=1.0, why=("said_yes",))
        replies = respond.answer(found, seen, directory)
        return FollowUp(tuple(replies), respond.pending(replies), "active", name)
    key = f"barrier.{name}" if name in _BARRIERS else f"followup.{name}"
    reply = respond.texts(directory).reply(key)
    return FollowUp((reply,), respond.pending([reply]), None, name)


def _recognise(pending: str | None, text: str) -> str | None:
    if pending is None or len(text) > 200:
        return None
    data = _words()
    plain = _NOT_WORDS.sub("", text.casefold().replace("'", "").replace("’", ""))
    words = plain.split()
    if not words or len(words) > data["longest"]:
        return None
    answers: dict[str, dict[str, list[str]]] = data.get(pending, {})
    whole = " ".join(words)
    for name, ways in answers.items():
        if whole in map(str, ways.get("whole", ())):
            return name
    for name, ways in answers.items():
        others = tuple(map(str, ways.get("not_starts", ())))
        if words[0] in map(str, ways.get("starts", ())) and not whole.startswith(others):
            return name
        if any(f" {word} " in f" {whole} " for word in map(str, ways.get("words", ()))):
            return name
    return None


@lru_cache(maxsize=1)
def _directory() -> Directory:
    return Directory.load()


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    data: dict[str, Any] = yaml.load(PATH.read_bytes(), Loader=yaml.CSafeLoader)
    return data
