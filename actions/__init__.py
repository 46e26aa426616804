"""Rasa's custom actions: thin, one module per ability, every word and rule in a room or a file."""

from __future__ import annotations


def warm() -> None:
    """Open what the first turn would otherwise wait for; the dialogue calls it in a thread."""
    from actions import rooms

    rooms.texts()
    rooms.library()
    rooms.places().warm()
