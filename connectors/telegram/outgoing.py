"""Reply → what Telegram shows. Pure: no network, no library.

Text is sent as it is, without Markdown or HTML, so that nothing a person or a peer writes can be
read as marks. Links that open a page are buttons under the text; Telegram refuses buttons for
phone numbers, so these stand in the text, where its clients make them tappable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from assistant.replies import Card, Link, Reply, Source
from assistant.texts import Texts
from connectors.telegram import buttons
from connectors.telegram.splitting import split


@dataclass(frozen=True)
class Key:
    """A button under a message: opens ``url`` or sends ``data`` back."""

    title: str
    url: str = ""
    data: str = ""


@dataclass(frozen=True)
class File:
    """A document to upload."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Piece:
    """One message to Telegram: a text, perhaps with keys, or a file.

    ``ask_location`` is the title of the one-time key that shares the person's location.
    """

    text: str = ""
    keys: tuple[Key, ...] = ()
    ask_location: str = ""
    file: File | None = None

    def plain(self) -> Piece:
        """The same without keyboards, its pages as lines: for when Telegram refuses a keyboard."""
        pages = [f"{key.title}: {key.url}" for key in self.keys if key.url]
        return replace(self, text="\n".join([self.text, *pages]), keys=(), ask_location="")


def draw(
    reply: Reply, seq: int, texts: Texts, *, peer: str | None = None, file: File | None = None
) -> list[Piece]:
    """The messages that show ``reply``, in order; none for an empty one.

    ``seq`` is its sequence number, ``peer`` the name of the peer who wrote it, ``file`` the
    document it asks for.
    """
    text = _clean(reply.text)
    if peer and text:
        text = texts("from_peer", name=peer, text=text)
    blocks = [
        text,
        _lines(reply.links, text),
        *_cards(reply.cards),
        _sources(reply.sources, texts),
    ]
    keys = (
        *_pages(reply.links),
        *_card_pages(reply.cards),
        *(
            Key(_clean(button.title), data=buttons.data(button, seq, index))
            for index, button in enumerate(reply.buttons)
        ),
    )
    body = "\n\n".join(block for block in blocks if block)
    if not body and keys:
        body = texts("choices")
    pieces = [Piece(part) for part in split(body)]
    if keys:
        pieces[-1] = replace(pieces[-1], keys=keys)
    if reply.ask_location:
        pieces = _with_location(pieces, texts)
    return [*pieces, Piece(file=file)] if file else pieces


def _with_location(pieces: list[Piece], texts: Texts) -> list[Piece]:
    """A message has one keyboard only, so next to keys the location gets a message of its own."""
    if not pieces or pieces[-1].keys:
        pieces = [*pieces, Piece(texts("location.hint"))]
    return [*pieces[:-1], replace(pieces[-1], ask_location=texts("location.button"))]


def _cards(cards: tuple[Card, ...]) -> Iterable[str]:
    for number, card in enumerate(cards, 1):
        title = f"{number}. {card.title}" if len(cards) > 1 else card.title
        lines = [_clean(line) for line in (title, *card.lines)]
        yield "\n".join([*lines, *_lines(card.links, "\n".join(lines)).splitlines()])


def _pages(links: tuple[Link, ...]) -> Iterable[Key]:
    return (Key(_clean(link.label), url=link.href) for link in links if _opens(link))


def _card_pages(cards: tuple[Card, ...]) -> Iterable[Key]:
    for number, card in enumerate(cards, 1):
        for key in _pages(card.links):
            yield replace(key, title=f"{number} · {key.title}") if len(cards) > 1 else key


def _opens(link: Link) -> bool:
    """Whether Telegram takes it as a button: a page with a real host name."""
    parts = urlsplit(link.href)
    return parts.scheme in ("https", "http") and "." in (parts.hostname or "")


def _lines(links: tuple[Link, ...], shown: str) -> str:
    """Numbers (and pages Telegram would refuse) as lines, without what ``shown`` says already."""
    lines = []
    for link in links:
        line = _line(link)
        if not _opens(link) and not _words(line) <= _words(shown):
            lines.append(line)
    return "\n".join(lines)


def _words(text: str) -> set[str]:
    """Words and numbers, those with hyphens whole: "Call 988" is in "call or text 988"."""
    return set(re.findall(r"\w+(?:-\w+)*", text.casefold()))


def _line(link: Link) -> str:
    label = _clean(link.label)
    scheme, _, rest = link.href.partition(":")
    if scheme not in ("tel", "sms"):
        return f"{label}: {link.href}"
    number, _, query = rest.partition("?")
    if _digits(number) not in _digits(label):
        label = f"{label}: {_readable(unquote(number))}"
    word = re.search(r"(?:^|&)body=([^&]*)", query)
    if word and unquote(word.group(1)) not in label:
        label = f"{label} ({unquote(word.group(1))})"
    return label


def _digits(text: str) -> str:
    """The digits of a number, without the country code of North America."""
    digits = "".join(character for character in text if character.isdigit())
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


def _readable(number: str) -> str:
    digits = _digits(number)
    if number.isdigit() or number.startswith("+1"):
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) == 10 else number
    return number


def _sources(sources: tuple[Source, ...], texts: Texts) -> str:
    lines = []
    for source in sources:
        name = _clean(source.name)
        lines.append(
            texts("source_dated", name=name, date=source.date)
            if source.date
            else texts("source", name=name)
        )
        lines.append(source.url)
        if source.reviewed and source.reviewed != "none":
            lines.append(texts("source_reviewed", reviewed=source.reviewed))
    return "\n".join(line for line in lines if line)


def _clean(text: str) -> str:
    """Without halves of characters, which no encoder writes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()
