"""How an action speaks: replies and effects out, the gateway's facts in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import msgspec

from assistant.dialogue.contract import Context, Effect
from assistant.replies import Button, Reply

CONTEXT_KEY = "beside"
"""Where the gateway's facts lie in the metadata of a message."""

EFFECT_KEY = "effect"
"""What marks a custom message as an effect instead of words."""

_BESIDES_TEXT = ("cards", "sources", "links", "document", "ask_location")


class Dispatcher(Protocol):
    """The part of ``rasa_sdk``'s dispatcher that actions use."""

    def utter_message(
        self,
        text: str | None = None,
        *,
        json_message: dict[str, Any] | None = None,
        response: str | None = None,
        buttons: list[dict[str, Any]] | None = None,
    ) -> None: ...


def say(dispatcher: Dispatcher, reply: Reply) -> None:
    """Say ``reply``: text and buttons as Rasa has them, the rest as its custom part."""
    rest = {key: value for key, value in msgspec.to_builtins(reply).items() if key in _BESIDES_TEXT}
    dispatcher.utter_message(
        text=reply.text,
        buttons=[{"title": button.title, "payload": button.payload} for button in reply.buttons],
        json_message=rest or None,
    )


def effect(dispatcher: Dispatcher, wanted: Effect) -> None:
    """Ask the gateway for ``wanted``; it happens together with the turn or not at all."""
    dispatcher.utter_message(json_message={EFFECT_KEY: msgspec.to_builtins(wanted)})


def context(tracker: Any) -> Context:
    """What the gateway knows of the person; the defaults under ``rasa shell``."""
    metadata = tracker.latest_message.get("metadata") or {}
    facts = metadata.get(CONTEXT_KEY) if isinstance(metadata, Mapping) else None
    return msgspec.convert(facts, Context, strict=False) if facts else Context()


def heard_again(events: Iterable[Mapping[str, Any]]) -> list[Reply]:
    """The replies of bot events, as they were said."""
    replies = []
    for event in events:
        data = event.get("data") or {}
        custom = data.get("custom") or {}
        if event.get("event") != "bot" or EFFECT_KEY in custom:
            continue
        rest = {key: value for key, value in custom.items() if key in _BESIDES_TEXT}
        buttons = [
            {"title": button["title"], "payload": button["payload"]}
            for button in data.get("buttons") or ()
        ]
        fields = {**rest, "text": event.get("text") or "", "buttons": buttons}
        replies.append(msgspec.convert(fields, Reply, strict=False))
    return replies


def with_buttons(reply: Reply, *buttons: Button) -> Reply:
    """``reply`` with ``buttons`` in front of its own."""
    return msgspec.structs.replace(reply, buttons=(*buttons, *reply.buttons))
