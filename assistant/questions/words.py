"""The prepared sentences of this room."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from assistant.texts import Texts


def sentence(key: str, **values: object) -> str:
    """The sentence of an error, for the person."""
    return texts()(f"error.{key}", **values)


@lru_cache(maxsize=1)
def texts() -> Texts:
    """The texts of ``texts.yml``, read at first use."""
    return Texts.load(Path(__file__).with_name("texts.yml"))
