"""Prepared sentences: YAML files of texts with their placeholders filled.

A file is a mapping of keys to texts. Mappings may nest (``a: {b: ...}`` is the key ``a.b``). A
mapping with ``text`` is a whole reply::

    welcome:
      text: "Hello {name}. In an emergency call {directory:911}."
      buttons: [{title: A person, payload: /ask_human}]
      links: ["988.call", "988.text", crisis_text_line]

Placeholders: ``{name}`` is given by the caller; ``{directory:ID}`` is the shortest way to reach a
service (its number); ``{directory:ID.FIELD}`` is its name, what_for, call, text, chat, page, hours
or note. ``{{`` and ``}}`` are braces. Links name directory entries (all their channels) or one
channel of one. Everything the directory can answer is filled, and checked, when the file is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.replies import Button, Link, Reply
from assistant.safety.directory import Directory

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_DIRECTORY = re.compile(r"directory:([a-z0-9_]+)(?:\.([a-z_]+))?")
_PAYLOAD = re.compile(r"/[a-z_]+(\{.*\})?")
_NUMBER = re.compile(r"(?<!\d)(?:[29]11|988|\d{6}|(?:1[-. ]?)?\d{3}[-. ]\d{3}[-. ]\d{4})(?!\d)")
_NOT_PROSE = re.compile(r"\{directory:[^}]*\}|^[^:]*\blinks:.*|/[a-z_]+\{.*?\}")
_FIELDS = ("name", "what_for", "call", "text", "chat", "page", "note")


class TextError(ValueError):
    """A text file is wrong, or a text was asked for with a wrong key or wrong values."""


@dataclass(frozen=True)
class _Text:
    parts: tuple[str, ...]  # text, name, text, name, … text
    buttons: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()


class Texts:
    """The texts of one file. ``texts("key", name="…")`` is a sentence with its values filled."""

    def __init__(self, entries: dict[str, _Text], origin: str) -> None:
        self._entries = entries
        self._origin = origin

    @classmethod
    def load(cls, path: Path, directory: Directory | None = None) -> Texts:
        """Read and check ``path``; raises :class:`TextError` naming the file and the key."""
        directory = directory or Directory.load()
        try:
            data = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        except (OSError, yaml.YAMLError) as error:
            raise TextError(f"{path.name} cannot be read: {error}") from error
        if not isinstance(data, dict):
            raise TextError(f"{path.name} must be a mapping of keys to texts")
        entries: dict[str, _Text] = {}
        for key, value in _walk(data, ""):
            entries[key] = _read(value, directory, f"{path.name}, {key}: ")
        return cls(entries, path.name)

    def __call__(self, key: str, **values: object) -> str:
        """The text of ``key``; every ``{name}`` in it must be given, and nothing else."""
        parts = self._get(key).parts
        names = set(parts[1::2])
        if names != values.keys():
            wrong = sorted(names.symmetric_difference(values))[0]
            how = "is missing" if wrong in names else "is not in the text"
            raise TextError(f"{self._origin}, {key}: the value {wrong!r} {how}")
        return "".join(str(values[part]) if i % 2 else part for i, part in enumerate(parts))

    def reply(self, key: str, **values: object) -> Reply:
        """The text of ``key`` as a reply with its buttons and links."""
        entry = self._get(key)
        return Reply(
            text=self(key, **values),
            buttons=tuple(Button(title=title, payload=payload) for title, payload in entry.buttons),
            links=entry.links,
        )

    def keys(self, prefix: str = "") -> list[str]:
        """All keys, or those below ``prefix`` (``"a"`` finds ``a`` and ``a.b``)."""
        return [
            key
            for key in self._entries
            if not prefix or key == prefix or key.startswith(prefix + ".")
        ]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def names(self, key: str) -> set[str]:
        """The values a caller must give for ``key``."""
        return set(self._get(key).parts[1::2])

    def _get(self, key: str) -> _Text:
        try:
            return self._entries[key]
        except KeyError:
            raise TextError(f"{self._origin} has no text {key!r}") from None


def fill(text: str, directory: Directory) -> str:
    """``text`` with its ``{directory:…}`` placeholders filled, other braces left as they are.

    For prepared text that is not kept in a texts file (articles). Raises :class:`TextError`.
    """
    return re.sub(r"\{(directory:[^{}]*)\}", lambda match: _lookup(match.group(1), directory), text)


def validate(root: Path, directory: Directory | None = None) -> list[str]:
    """Every problem in the ``texts.yml`` and ``responses.yml`` files below ``root``.

    Finds files that do not load, numbers that belong in the directory, and exclamation marks.
    Tests expect an empty list.
    """
    directory = directory or Directory.load()
    problems = []
    for path in sorted({*root.rglob("texts.yml"), *root.rglob("responses.yml")}):
        if any(part.startswith(".") or part == "node_modules" for part in path.parts):
            continue
        where = path.relative_to(root)
        try:
            Texts.load(path, directory)
        except TextError as error:
            problems.append(f"{where}: {error}")
        for line_number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            content = line.split(" #")[0] if not line.lstrip().startswith("#") else ""
            if _NUMBER.search(_NOT_PROSE.sub("", content)):
                problems.append(f"{where}:{line_number}: a number; use {{directory:ID}}")
            if "!" in content:
                problems.append(f"{where}:{line_number}: an exclamation mark")
    return problems


def _walk(data: dict[object, object], prefix: str) -> Iterator[tuple[str, object]]:
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and "text" not in value:
            yield from _walk(value, name + ".")
        else:
            yield name, value


def _read(value: object, directory: Directory, where: str) -> _Text:
    try:
        return _entry(value, directory)
    except TextError as error:
        raise TextError(where + str(error)) from error


def _entry(value: object, directory: Directory) -> _Text:
    if isinstance(value, str):
        return _Text(_parts(value, directory))
    if not isinstance(value, dict) or not isinstance(value["text"], str):
        raise TextError("must be a text, or a mapping with text, buttons and links")
    unknown = set(value) - {"text", "buttons", "links"}
    if unknown:
        raise TextError(f"unknown field {sorted(map(str, unknown))[0]!r}")
    return _Text(
        _parts(value["text"], directory),
        tuple(_button(item) for item in _list(value, "buttons")),
        tuple(link for item in _list(value, "links") for link in links(str(item), directory)),
    )


def links(name: str, directory: Directory) -> tuple[Link, ...]:
    """The links of ``"988"`` (all its channels) or ``"988.call"`` (one)."""
    identity, _, channel = name.partition(".")
    if identity not in directory:
        raise TextError(f"the directory has no entry {identity!r}")
    entry = directory[identity]
    if not entry.on:
        return ()
    if not channel:
        return entry.links()
    try:
        return (entry.link(channel),)
    except KeyError:
        raise TextError(f"directory entry {identity!r} has no {channel!r}") from None


def _list(value: dict[object, object], name: str) -> list[object]:
    found = value.get(name, [])
    if not isinstance(found, list):
        raise TextError(f"{name} must be a list")
    return found


def _button(item: object) -> tuple[str, str]:
    if not isinstance(item, dict) or set(item) != {"title", "payload"}:
        raise TextError("a button has exactly a title and a payload (quote a title with a comma)")
    title, payload = item["title"], str(item["payload"])
    if not isinstance(title, str):
        raise TextError(f"the button title {title!r} must be quoted")
    if not title or not _PAYLOAD.fullmatch(payload):
        raise TextError(f"the payload {payload!r} must look like /intent")
    return title, payload


def _parts(text: str, directory: Directory) -> tuple[str, ...]:
    """Split into text and names, alternating; the directory's placeholders become text."""
    parts, position = [""], 0
    text = text.strip()
    for match in _PLACEHOLDER.finditer(text):
        parts[-1] += text[position : match.start()]
        position = match.end()
        inner = match.group(1)
        if match.group() in ("{{", "}}"):
            parts[-1] += match.group()[0]
        elif inner is not None and inner.startswith("directory:"):
            parts[-1] += _lookup(inner, directory)
        elif inner is not None and _NAME.fullmatch(inner):
            parts += [inner, ""]
        else:
            raise TextError(f"{match.group()!r} is not a placeholder; a brace is written twice")
    parts[-1] += text[position:]
    return tuple(parts)


def _lookup(placeholder: str, directory: Directory) -> str:
    match = _DIRECTORY.fullmatch(placeholder)
    if not match or match.group(1) not in directory:
        raise TextError(f"the directory has no entry for {{{placeholder}}}")
    entry, field = directory[match.group(1)], match.group(2)
    if field is None:
        return str(entry)
    found = entry.hours_text() if field == "hours" else ""
    if field in _FIELDS:
        found = str(getattr(entry, field))
    if not found:
        raise TextError(f"directory entry {entry.id!r} has no {field!r}")
    return found
