"""The questions a person wants to take to a visit, in their own words and order.

The list is a value: every change makes a new one, and what cannot be done raises an exception
that holds a sentence for the person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.questions import reference as references
from assistant.questions.words import sentence

MOST_ITEMS = 50
LONGEST_ITEM = 500


class QuestionError(Exception):
    """Something that could not be done with the list. ``sentence`` is what to tell the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class BadQuestion(QuestionError):
    """Nothing to keep, or too long to keep."""


class ListFull(QuestionError):
    """The list has no room for it."""


class NoSuchQuestion(QuestionError):
    """Nothing on the list is meant by that."""


class AmbiguousQuestion(QuestionError):
    """More than one may be meant. ``numbers`` are theirs, counted from 1."""

    def __init__(self, sentence: str, numbers: tuple[int, ...]) -> None:
        super().__init__(sentence)
        self.numbers = numbers


@dataclass(frozen=True)
class QuestionList:
    """At most 50 questions of at most 500 characters, oldest first."""

    items: tuple[str, ...] = ()

    def __init__(self, items: Iterable[str] = ()) -> None:
        object.__setattr__(self, "items", tuple(items))

    def __len__(self) -> int:
        return len(self.items)

    def add(self, text: str) -> QuestionList:
        """The list with ``text`` at its end, in the person's words; a repeat changes nothing.

        Raises :class:`BadQuestion` or :class:`ListFull`.
        """
        item = tidy(text)
        if not re.search(r"\w", item):
            raise BadQuestion(sentence("empty"))
        if len(item) > LONGEST_ITEM:
            raise BadQuestion(sentence("too_long"))
        if any(_same(item, kept) for kept in self.items):
            return self
        if len(self.items) >= MOST_ITEMS:
            raise ListFull(sentence("full", limit=MOST_ITEMS, count=len(self.items)))
        return QuestionList((*self.items, item))

    def add_many(self, text: str) -> QuestionList:
        """The list with every question of one message; all of them, or an error and none."""
        found = split(text)
        if not found:
            raise BadQuestion(sentence("empty"))
        grown = self
        for question in found:
            grown = grown.add(question)
        return grown

    def position(self, reference: str | int) -> int:
        """Which question is meant, counted from 0, by a number ("2", "the last one") or its words.

        Raises :class:`NoSuchQuestion` or :class:`AmbiguousQuestion`.
        """
        count = len(self.items)
        if not count:
            raise NoSuchQuestion(sentence("nothing"))
        said = [reference] if isinstance(reference, int) else references.numbers(reference, count)
        if len(said) == 1 and not 1 <= said[0] <= count:
            if count == 1:
                raise NoSuchQuestion(sentence("no_number_one", number=said[0]))
            raise NoSuchQuestion(sentence("no_number", number=said[0], count=count))
        found = [number - 1 for number in said if 1 <= number <= count]
        found = found or references.by_words(str(reference), self.items)
        if not found:
            raise NoSuchQuestion(sentence("no_words"))
        if len(found) > 1:
            numbers = tuple(at + 1 for at in found)
            shown = ", ".join(map(str, numbers[:-1])) + f" or {numbers[-1]}"
            raise AmbiguousQuestion(sentence("ambiguous", numbers=shown), numbers)
        return found[0]

    def remove(self, reference: str | int) -> QuestionList:
        """The list without the question that :meth:`position` finds; raises what it raises."""
        at = self.position(reference)
        return QuestionList(self.items[:at] + self.items[at + 1 :])

    def as_text(self) -> str:
        """The questions as numbered lines; ``""`` for an empty list."""
        return "\n".join(f"{number}. {item}" for number, item in enumerate(self.items, 1))


def tidy(text: str) -> str:
    """``text`` on one line, without the list mark in front of it; the words stay as they are."""
    text = "".join(char if char.isprintable() else " " for char in text)
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"^(?:[-*•–]\s+|\(?\d{1,2}[.)]\s+|\(?\d{1,2}\)\s*)", "", text).strip()


def split(text: str) -> list[str]:
    """The questions of one message: lines, numbered points, and sentences that end with "?".

    A remark behind the last question ("… I'm so tired of it") stays with that question, one
    before a question stays in front of it: the person meant them together.
    """
    pieces: list[str] = []
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].rstrip().endswith(":"):
        lines = lines[1:]  # "my questions:" is a heading
    for line in lines:
        for point in _points(line):
            pieces.extend(_questions(point))
    return [item for piece in pieces if re.search(r"\w", item := tidy(piece))]


def _points(line: str) -> list[str]:
    """``1. … 2. … 3. …`` in one line as its points; any other line as it is."""
    marks = list(re.finditer(r"(?:(?<=\s)|^)\(?(\d{1,2})[.)](?=\s)", line))
    numbers = [int(mark.group(1)) for mark in marks]
    if len(marks) < 2 or numbers != list(range(1, len(marks) + 1)):
        return [line]
    before = line[: marks[0].start()].strip()
    if before and not before.endswith(":"):
        return [line]
    ends = [mark.start() for mark in marks[1:]] + [len(line)]
    return [line[mark.end() : end] for mark, end in zip(marks, ends, strict=True)]


def _questions(line: str) -> list[str]:
    """``line`` cut behind each question mark; a "?" inside a word (a web address) is none."""
    parts = re.findall(r".*?(?:\?[?!.\"'”’)]*(?=\s|$)|[？؟]+|$)", line, re.DOTALL)
    parts = [part for part in parts if part.strip()]
    if len(parts) > 1 and not re.search(r"[?？؟]", parts[-1]):
        parts[-2:] = [parts[-2] + parts[-1]]
    return parts


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
