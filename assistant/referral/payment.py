"""Ways to pay for treatment: the locator's codes, the labels they stand for, people's words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from assistant.referral.facility import Facility


class UnknownPayment(ValueError):
    """A payment code that is not one of :func:`codes`."""


@dataclass(frozen=True)
class Payment:
    """One way to pay. ``codes`` are sent to the source; ``labels`` are looked for in its rows."""

    code: str
    short: str
    labels: tuple[tuple[str, str], ...]
    words: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    asked: bool = True

    def accepted_by(self, facility: Facility) -> bool:
        """True when the listing names it; False also when the listing does not say."""
        return any(facility.lists((category,), label) for category, label in self.labels)


def codes() -> tuple[str, ...]:
    """Every payment code: the source's own, and ``FREE`` for free or by income."""
    return tuple(_payments())


def get(code: str) -> Payment:
    """The payment of ``code`` in any letter case; raises :class:`UnknownPayment`."""
    try:
        return _payments()[code.strip().upper()]
    except KeyError:
        raise UnknownPayment(f"The payment must be one of {', '.join(codes())}.") from None


def recognise(text: str) -> str | None:
    """The code of the first way to pay named in ``text`` ("I'm on medi-cal"), or None.

    Words that mean a payment only as an answer ("free", "VA") count when they are all of it.
    """
    plain = f" {re.sub(r'[^a-z0-9]+', ' ', text.casefold())} "
    for payment in _payments().values():
        if plain.strip() in payment.answers:
            return payment.code
    found = [
        (plain.index(f" {word} "), -len(word), payment.code)
        for payment in _payments().values()
        for word in payment.words
        if f" {word} " in plain
    ]
    return min(found)[2] if found else None


def accepted(facility: Facility) -> list[str]:
    """Short names of the ways to pay that the listing names, in the order people ask for them."""
    shorts = [payment.short for payment in _payments().values() if payment.accepted_by(facility)]
    return list(dict.fromkeys(short for short in shorts if short))


@lru_cache(maxsize=1)
def _payments() -> dict[str, Payment]:
    path = Path(__file__).with_name("payments.yml")
    data: dict[str, Any] = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    return {
        code: Payment(
            code=code,
            short=entry.get("short", ""),
            labels=tuple((str(category), str(label)) for category, label in entry["labels"]),
            words=tuple(entry.get("words", ())),
            answers=tuple(entry.get("answers", ())),
            asked=entry.get("asked", True),
        )
        for code, entry in data.items()
    }
