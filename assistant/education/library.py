"""All education cards, found by topic and aspect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from assistant.education import topics
from assistant.education.article import ASPECTS, Article, ArticleError, read

FOLDER = Path(__file__).parent / "articles"


class Library:
    """Every card, read once. ``load`` reads files; a ``Library`` itself does no I/O."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._by_id: dict[str, Article] = {}
        self._by_place: dict[tuple[str, str], Article] = {}
        for article in articles:
            if article.id in self._by_id:
                raise ArticleError(f"{article.id}.md: id: another card already has it")
            place = (article.topic, article.aspect)
            if place in self._by_place:
                other = self._by_place[place].id
                raise ArticleError(
                    f"{article.id}.md: aspect: {other}.md already is the card on "
                    f"{article.aspect} of {article.topic}"
                )
            self._by_id[article.id] = article
            self._by_place[place] = article

    @classmethod
    def load(cls, folder: Path | None = None) -> Library:
        """Read every ``*.md`` of ``folder``, by default the cards that come with Beside.

        Raises :class:`ArticleError` naming file and field when a card cannot be used.
        """
        folder = folder or FOLDER
        if not folder.is_dir():
            raise ArticleError(f"{folder}: there is no such folder of education cards")
        articles = [read(path) for path in sorted(folder.glob("*.md"))]
        known = set(topics.slugs())
        for card in articles:
            if card.topic not in known:
                raise ArticleError(f"{card.id}.md: topic: {card.topic!r} is not in topics.yml")
        return cls(articles)

    def get(self, id: str) -> Article | None:
        """The card of that id."""
        return self._by_id.get(id)

    def find(self, topic: str | None, aspect: str) -> Article | None:
        """The card on ``aspect`` of ``topic``, else of the topic's parent, else of ``general``.

        The returned card's own ``topic`` tells which it was: ask for ``alcohol`` and get a card
        with ``topic == "addiction"``, and the caller says that this is about the wider topic.
        An unknown topic is answered from ``general``; no card at all is ``None``.
        """
        for slug in topics.lineage(topic):
            article = self._by_place.get((slug, aspect))
            if article is not None:
                return article
        return None

    def topics(self) -> tuple[str, ...]:
        """Topics that have at least one card of their own, in the order of topics.yml."""
        present = {article.topic for article in self}
        return tuple(slug for slug in topics.slugs() if slug in present)

    def aspects(self, topic: str | None = None) -> tuple[str, ...]:
        """Aspects the library can answer: all of them, or those with a card of ``topic`` itself."""
        present = {article.aspect for article in self if topic is None or article.topic == topic}
        return tuple(aspect for aspect in ASPECTS if aspect in present)

    def __iter__(self) -> Iterator[Article]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)
