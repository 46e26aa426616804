"""What a turn says and wants, collected while Rasa runs it."""

from __future__ import annotations

from typing import Any

import msgspec
from rasa.core.channels.channel import OutputChannel

from assistant.dialogue.contract import Effect
from assistant.replies import Reply

_REPLY_FIELDS = frozenset(Reply.__struct_fields__)
_UNSPOKEN = ("elements", "quick_replies", "attachment", "image")


class NotAReply(ValueError):
    """An action or a response said something that has no place in a reply; names the field."""


class Channel(OutputChannel):  # type: ignore[misc]
    """One turn's replies and effects, in the order in which they were said."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.effects: list[Effect] = []

    @classmethod
    def name(cls) -> str:
        """The name by which a response in the domain may be meant for Beside alone."""
        return "beside"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Take one message of Rasa's: its text and buttons, and ``custom`` for all the rest.

        ``custom`` has the other fields of a ``Reply``, or ``effect``, or both. Raises
        :class:`NotAReply`: what would be lost in silence is a mistake of whoever wrote it.
        """
        for name in _UNSPOKEN:
            if message.get(name):
                raise NotAReply(f"{name} has no place in a reply")
        fields = dict(message.get("custom") or {})
        effect = fields.pop("effect", None)
        if message.get("text"):
            fields["text"] = message["text"]
        if message.get("buttons"):
            fields["buttons"] = [
                {"title": button.get("title"), "payload": button.get("payload")}
                for button in message["buttons"]
            ]
        unknown = fields.keys() - _REPLY_FIELDS
        if unknown:
            raise NotAReply(f"{', '.join(sorted(unknown))} has no place in a reply")
        try:
            if effect is not None:
                self.effects.append(msgspec.convert(effect, Effect))
            if any(fields.values()):
                self.replies.append(msgspec.convert(fields, Reply))
        except msgspec.ValidationError as error:
            # The sentence names the path and the types, never the value.
            raise NotAReply(str(error)) from None
