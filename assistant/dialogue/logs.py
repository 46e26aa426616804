"""Logs of the dialogue process: what went wrong and where, never what somebody wrote.

Rasa logs the text of messages at several levels, warnings included, and exceptions carry values in
their messages. So Rasa is silent here, and our own records name types and lines of code only.
"""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from typing import Any

import structlog

_SILENT = ("rasa", "rasa_sdk", "asyncio", "apscheduler", "sanic", "spacy")
_FRAMES = 6


def configure(level: str = "info") -> None:
    """Set up logging of this process, to standard error; ``level`` is that of our own records."""
    logging.basicConfig(
        level=logging.WARNING,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        force=True,
    )
    logging.getLogger("assistant").setLevel(level.upper())
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # Not a filter: packages set their own, and Rasa warns with the text in the warning.
    warnings.showwarning = _say_nothing
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        cache_logger_on_first_use=True,
    )


def _say_nothing(*_: Any, **__: Any) -> None:
    """In place of printing a warning."""


def where(error: BaseException) -> str:
    """The error's type, those of its causes, and the last lines of code it came through."""
    parts = []
    seen: BaseException | None = error
    while seen is not None:
        frames = traceback.extract_tb(seen.__traceback__)[-_FRAMES:]
        lines = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
        parts.append(f"{type(seen).__name__} at {lines}")
        seen = seen.__cause__
    return " caused by ".join(parts)
