"""One education card: a Markdown file with front matter, read strictly.

The head of the file is YAML between two ``---`` lines; the rest is the body, plain paragraphs::

    ---
    id: bipolar-hope            # the file's name without .md
    topic: bipolar              # a slug of topics.yml
    aspect: hope                # one of ASPECTS
    audience: person            # person | family | anyone
    title: Bipolar disorder and the life you want
    sources:
      - {name: "NIMH: Bipolar Disorder", url: "https://…", date: 2026-11-22}  # day it was read
    reviewed: none              # or who reviewed it and when
    grade: 6.1                  # Flesch-Kincaid of the body
    phrasings: ["is my life over"]
    next:
      - {title: Talk to a person, payload: /ask_human}
    ---
    Body.
"""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from assistant.replies import Button, Reply, Source

ASPECT_OF_INTENT = {
    "ask_what_is": "what_is",
    "ask_what_helps": "helps",
    "ask_hope": "hope",
    "ask_what_now": "now",
    "ask_medication": "medication",
    "ask_peer_support": "peer_support",
    "ask_for_family": "family",
    "ask_telling_others": "telling_others",
    "ask_work": "work",
    "ask_relapse": "relapse",
    "ask_groups": "groups",
    "ask_diagnosis": "diagnosis",
}
"""Which aspect answers which question, by the name of the dialogue's intent."""

ASPECTS = (*ASPECT_OF_INTENT.values(), "ask")
"""Every aspect a card may have; ``ask`` is what to ask at a visit."""

_HEAD = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n(.*)\Z", re.DOTALL)
_PAYLOAD = re.compile(r"/([a-z_]+)(\{.*\})?\Z")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ArticleError(ValueError):
    """A card's file cannot be read; the message names the file and the field."""


class _Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    url: str
    date: datetime.date


class _Next(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    payload: str


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    topic: str
    aspect: str
    audience: Literal["person", "family", "anyone"]
    title: str
    sources: list[_Source]
    reviewed: str
    grade: float
    phrasings: list[str]
    next: list[_Next]


class Article(msgspec.Struct, frozen=True):
    """A card as people see it. ``grade`` is the school grade its body reads at."""

    id: str
    topic: str
    aspect: str
    audience: str
    title: str
    body: str
    sources: tuple[Source, ...]
    reviewed: str
    grade: float
    phrasings: tuple[str, ...]
    next: tuple[Button, ...]

    def reply(self) -> Reply:
        """The card as one message: title and body, its sources, its next steps as buttons."""
        return Reply(text=f"{self.title}\n\n{self.body}", buttons=self.next, sources=self.sources)


def read(path: Path) -> Article:
    """The card in the file ``path``; raises :class:`ArticleError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ArticleError(f"{path.name}: the file is not UTF-8 text") from None
    return parse(text, path.name)


def parse(text: str, file: str) -> Article:
    """The card written in ``text``; ``file`` is its name, for errors and to check the id."""
    found = _HEAD.match(text)
    if found is None:
        raise ArticleError(f"{file}: the file must begin with front matter between two --- lines")
    head = _head(found.group(1), file)
    body = found.group(2).strip()
    if not body:
        raise ArticleError(f"{file}: body: is empty")
    if f"{head.id}.md" != file:
        raise ArticleError(f"{file}: id: {head.id!r} is not the name of the file")
    if head.aspect not in ASPECTS:
        raise ArticleError(f"{file}: aspect: {head.aspect!r} is none of {', '.join(ASPECTS)}")
    for field in ("sources", "phrasings", "next"):
        if not getattr(head, field):
            raise ArticleError(f"{file}: {field}: needs at least one entry")
    try:
        for step in head.next:
            payload(step.payload)
    except ValueError as error:
        raise ArticleError(f"{file}: next.payload: {error}") from None
    return Article(
        id=head.id,
        topic=head.topic,
        aspect=head.aspect,
        audience=head.audience,
        title=head.title.strip(),
        body=body,
        sources=tuple(
            Source(name=s.name, url=s.url, date=s.date.isoformat(), reviewed=head.reviewed)
            for s in head.sources
        ),
        reviewed=head.reviewed,
        grade=head.grade,
        phrasings=tuple(head.phrasings),
        next=tuple(Button(title=s.title, payload=s.payload) for s in head.next),
    )


def payload(text: str) -> tuple[str, dict[str, str]]:
    """Intent and slot values of a button: ``/ask_hope{"topic": "ptsd"}`` or ``/ask_human``."""
    found = _PAYLOAD.match(text)
    if found is None:
        raise ValueError(f'{text!r} is not of the form /intent or /intent{{"slot": "value"}}')
    try:
        slots = json.loads(found.group(2) or "{}")
    except json.JSONDecodeError:
        raise ValueError(f"{text!r} does not hold valid JSON after the intent") from None
    return found.group(1), {str(key): str(value) for key, value in slots.items()}


def _head(text: str, file: str) -> _Head:
    try:
        values = yaml.load(text, Loader=_Loader)  # noqa: S506  (a safe loader either way)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" on line {mark.line + 2}" if mark else ""
        raise ArticleError(f"{file}: front matter: not valid YAML{where}") from None
    try:
        return msgspec.convert(values, _Head)
    except msgspec.ValidationError as error:
        message, _, field = str(error).partition(" - at `$.")
        raise ArticleError(f"{file}: {field.rstrip('`') or 'front matter'}: {message}") from None
