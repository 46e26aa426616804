"""The crisis directory: who can be reached, how, when, and who last checked it.

``directory.yml`` is the only file with phone numbers. It is checked in full when it is loaded; a
mistake names the entry and the field. Another country's file takes its place with the same ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import yaml

from assistant.replies import Link

PATH = Path(__file__).with_name("directory.yml")
_NUMBER = re.compile(r"\d[\d-]{1,14}\d")
_ID = re.compile(r"[a-z0-9_]+")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ZONES = {
    "America/New_York": "Eastern time",
    "America/Chicago": "Central time",
    "America/Denver": "Mountain time",
    "America/Los_Angeles": "Pacific time",
}
_FIELDS = {
    "name", "what_for", "call", "text", "chat", "page", "tty", "hours", "zone", "languages",
    "note", "source", "verified", "enabled",
}  # fmt: skip


class DirectoryError(ValueError):
    """``directory.yml`` is wrong; the sentence names the entry and the field."""


@dataclass(frozen=True)
class Hours:
    """Opening hours: ``always``, ``varies``, or days of the week (0 = Monday) with two times."""

    kind: str
    days: tuple[int, ...] = ()
    opens: time = time(0)
    closes: time = time(0)


@dataclass(frozen=True)
class Entry:
    """One service. ``call`` and ``text`` are what a person reads (a number, or a word and the
    number it goes to); empty when the service has no such channel. ``verified`` is ``None`` until
    somebody has checked the entry on ``source``.
    """

    id: str
    name: str
    what_for: str
    call: str
    text: str
    chat: str
    page: str
    hours: Hours
    zone: str
    languages: tuple[str, ...]
    note: str
    source: str
    verified: date | None
    on: bool
    call_number: str = ""
    text_number: str = ""
    text_word: str = ""
    tty: str = ""

    def __str__(self) -> str:
        """The shortest way to reach it: the number, else the text, else the page."""
        return self.call or self.text or self.chat or self.page

    def hours_text(self) -> str:
        """Opening hours as words; empty for a service that never closes."""
        if self.hours.kind == "always":
            return ""
        if self.hours.kind == "varies":
            return "hours vary"
        days = self.hours.days
        span = _DAY_NAMES[days[0]] + (f" to {_DAY_NAMES[days[-1]]}" if len(days) > 1 else "")
        zone = _ZONES.get(self.zone, self.zone)
        return f"{span}, {_clock(self.hours.opens)} to {_clock(self.hours.closes)} {zone}"

    def open_at(self, now: datetime) -> bool | None:
        """Whether it answers at ``now`` (aware); ``None`` when nobody can say."""
        if self.hours.kind != "days":
            return True if self.hours.kind == "always" else None
        there = now.astimezone(ZoneInfo(self.zone))
        on_day = there.weekday() in self.hours.days
        return on_day and self.hours.opens <= there.time() < self.hours.closes

    def links(self) -> tuple[Link, ...]:
        """Everything that can be tapped: call, then text, then the web."""
        found = []
        if self.call_number:
            found.append(Link(label=f"Call {self.call}", href="tel:" + _dial(self.call_number)))
        if self.text_number:
            # "?&body=" is the one form that both Android and iOS messaging apps understand.
            fixed = self.text_word and " " not in self.text_word
            body = f"?&body={quote(self.text_word)}" if fixed else ""
            found.append(
                Link(label=f"Text {self.text}", href="sms:" + _dial(self.text_number) + body)
            )
        if self.chat:
            found.append(Link(label=f"Chat: {_host(self.chat)}", href=self.chat))
        if self.page:
            found.append(Link(label=_host(self.page), href=self.page))
        return tuple(found)

    def link(self, channel: str) -> Link:
        """One of :meth:`links`: ``call``, ``text``, ``chat`` or ``page``; ``KeyError`` if none."""
        scheme = {"call": "tel:", "text": "sms:", "chat": "https:", "page": "https:"}[channel]
        for link in self.links():
            if link.href.startswith(scheme):
                return link
        raise KeyError(f"directory entry {self.id!r} has no channel {channel!r}")


class Directory:
    """All entries by id. ``directory["988"]``; iteration gives those that are switched on."""

    def __init__(self, entries: dict[str, Entry], country: str = "") -> None:
        self._entries = entries
        self.country = country

    @classmethod
    def load(cls, path: Path | None = None) -> Directory:
        """Read and check the file; raises :class:`DirectoryError` with one sentence."""
        path = path or PATH
        try:
            data = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        except (OSError, yaml.YAMLError) as error:
            raise DirectoryError(f"{path.name} cannot be read: {error}") from error
        if not isinstance(data, dict) or not isinstance(data.get("entries"), dict):
            raise DirectoryError(f"{path.name} needs a mapping called 'entries'")
        entries = {}
        for key, fields in data["entries"].items():
            identity = str(key)
            if not _ID.fullmatch(identity):
                raise DirectoryError(f"{identity!r}: an id has only a-z, 0-9 and _")
            entries[identity] = _entry(identity, fields)
        return cls(entries, str(data.get("country", "")))

    def __getitem__(self, identity: str) -> Entry:
        return self._entries[identity]

    def __contains__(self, identity: object) -> bool:
        return identity in self._entries

    def __iter__(self) -> Iterator[Entry]:
        return (entry for entry in self._entries.values() if entry.on)

    def all(self) -> tuple[Entry, ...]:
        """Every entry, the switched-off ones included."""
        return tuple(self._entries.values())

    def unverified(self, now: datetime, days: int = 180) -> list[Entry]:
        """Entries in use that nobody has checked, or not within ``days`` before ``now``."""
        oldest = now.date() - timedelta(days=days)
        return [entry for entry in self if entry.verified is None or entry.verified < oldest]


def _entry(identity: str, fields: object) -> Entry:
    if not isinstance(fields, dict):
        raise DirectoryError(f"{identity}: must be a mapping of fields")
    unknown = set(fields) - _FIELDS
    if unknown:
        raise DirectoryError(f"{identity}: unknown field {sorted(map(str, unknown))[0]!r}")
    for name in ("name", "what_for", "source", "hours", "languages"):
        if not fields.get(name):
            raise DirectoryError(f"{identity}: {name} is missing")
    for name in ("source", "chat", "page"):
        if fields.get(name) and not str(fields[name]).startswith("https://"):
            raise DirectoryError(f"{identity}: {name} must begin with https://")
    call_number, then = _channel(identity, "call", fields.get("call"), "then")
    text_number, word = _channel(identity, "text", fields.get("text"), "word")
    if not (call_number or text_number or fields.get("chat") or fields.get("page")):
        raise DirectoryError(f"{identity}: has no channel; give call, text, chat or page")
    languages = fields["languages"]
    if not isinstance(languages, list) or not all(isinstance(code, str) for code in languages):
        raise DirectoryError(f"{identity}: languages must be a list such as [en, es]")
    if "verified" not in fields:
        raise DirectoryError(f"{identity}: verified is missing (a date, or null)")
    verified = fields["verified"]
    if verified is not None and type(verified) is not date:
        raise DirectoryError(f"{identity}: verified must be a date such as 2026-11-22, or null")
    if not isinstance(fields.get("enabled", True), bool):
        raise DirectoryError(f"{identity}: enabled must be true or false")
    hours = _hours(identity, fields["hours"])
    zone = str(fields.get("zone", ""))
    if hours.kind == "days":
        try:
            ZoneInfo(zone)
        except (OSError, ValueError) as error:
            raise DirectoryError(f"{identity}: hours need a zone such as America/New_York") from (
                error
            )
    return Entry(
        id=identity,
        name=str(fields["name"]),
        what_for=str(fields["what_for"]),
        call=f"{call_number}, then press {then}" if then else call_number,
        text=f"{word} to {text_number}" if word else text_number,
        chat=str(fields.get("chat") or ""),
        page=str(fields.get("page") or ""),
        hours=hours,
        zone=zone,
        languages=tuple(languages),
        note=str(fields.get("note") or ""),
        source=str(fields["source"]),
        verified=verified,
        on=fields.get("enabled", True),
        call_number=call_number,
        text_number=text_number,
        text_word=word,
        tty=str(fields.get("tty") or ""),
    )


def _channel(identity: str, name: str, value: object, extra: str) -> tuple[str, str]:
    """A ``call`` or ``text`` field as (number, what to press or send)."""
    if value is None:
        return "", ""
    if not isinstance(value, dict) or "number" not in value or set(value) - {"number", extra}:
        raise DirectoryError(f"{identity}: {name} must be {{number: ..., {extra}: ...}}")
    number = value["number"]
    if not isinstance(number, str) or not _NUMBER.fullmatch(number):
        raise DirectoryError(f"{identity}: {name} number must be quoted digits and hyphens")
    return number, str(value.get(extra, ""))


def _hours(identity: str, value: object) -> Hours:
    if value in ("always", "varies"):
        return Hours(str(value))
    try:
        if not isinstance(value, dict):
            raise TypeError
        first, _, last = str(value["days"]).partition("-")
        days = range(_DAYS.index(first), _DAYS.index(last or first) + 1)
        opens, closes = time.fromisoformat(value["opens"]), time.fromisoformat(value["closes"])
    except (KeyError, TypeError, ValueError) as error:
        raise DirectoryError(
            f"{identity}: hours must be always, varies, or "
            '{days: mon-fri, opens: "10:00", closes: "22:00"}'
        ) from error
    if not days or opens >= closes:
        raise DirectoryError(f"{identity}: hours end before they begin")
    return Hours("days", tuple(days), opens, closes)


def _clock(moment: time) -> str:
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{(moment.hour - 1) % 12 + 1}{minutes} {'am' if moment.hour < 12 else 'pm'}"


def _dial(number: str) -> str:
    digits = number.replace("-", "")
    return "+" + digits if len(digits) == 11 else digits


def _host(url: str) -> str:
    return url.split("/")[2].removeprefix("www.")
