"""Telephone numbers and web addresses as a public listing has them, made safe to tap."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999", strict=True))
_FLAGS = re.IGNORECASE | re.ASCII
_EXTENSION = re.compile(r"[;,]?\s*(?:extension|ext|x|#)\s*[.:#]?\s*(\d{1,6})\b", _FLAGS)
_NUMBER = re.compile(
    r"(?<!\d)(?:\+?1[\s.-]*)?\(?(\d{3})\)?[\s./-]*(\d{3})[\s.-]*([\dA-Z]{4})(?=\W|$|x\s*\d|ext)",
    _FLAGS,
)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}", re.I)


@dataclass(frozen=True)
class Phone:
    """A North American number: ten ``digits`` and an ``extension`` of digits or ``""``."""

    digits: str
    extension: str = ""

    @classmethod
    def read(cls, text: str) -> Phone | None:
        """The first number in ``text``; None for none and for placeholders like 999-999-9999."""
        match = _NUMBER.search(text)
        if match is None:
            return None
        line = "".join(_LETTERS.get(char, char) for char in match.group(3).upper())
        digits = match.group(1) + match.group(2) + line
        if not re.fullmatch(r"[2-9]\d{2}[2-9]\d{6}", digits, re.ASCII) or len(set(digits)) == 1:
            return None
        extension = _EXTENSION.match(text[match.end() :].lstrip())
        return cls(digits, extension.group(1) if extension else "")

    def __str__(self) -> str:
        shown = f"{self.digits[:3]}-{self.digits[3:6]}-{self.digits[6:]}"
        return f"{shown} ext. {self.extension}" if self.extension else shown

    @property
    def href(self) -> str:
        """The number as an RFC 3966 ``tel:`` link."""
        return f"tel:+1{self.digits}" + (f";ext={self.extension}" if self.extension else "")


def website(text: str) -> str:
    """An ``https:`` address made of what a listing has, or ``""`` when it is no web address.

    A scheme is added or raised to https; addresses with a user name, a bare host name, spaces or
    another scheme are refused.
    """
    text = text.strip()
    if not text or re.search(r"[\s<>\"'\\]", text):
        return ""
    scheme, mark, rest = text.partition("://")
    if mark and scheme.lower() not in ("http", "https"):
        return ""
    try:
        parts = urlsplit("https://" + (rest if mark else text))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.username is not None or not host.isascii() or not _HOST.fullmatch(host):
        return ""
    if port not in (None, 80, 443) or not parts.geturl().isascii() or len(text) > 300:
        return ""
    query = f"?{parts.query}" if parts.query else ""
    return f"https://{host}{parts.path}{query}"
