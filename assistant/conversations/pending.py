"""Messages that wait for the dialogue, and the call each of them becomes."""

from __future__ import annotations

import msgspec
from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.conversations.conversation import Conversation
from assistant.conversations.message import decode_said
from assistant.dialogue.contract import Context, TurnRequest
from assistant.handoff.presence import Presence
from assistant.storage.models import messages
from assistant.storage.vault import Vault

_of_this = (messages.c.conversation_id == bindparam("which")) & (messages.c.turn == "pending")
_count = select(func.count()).select_from(messages).where(_of_this)
_oldest = (
    select(messages.c.seq, messages.c.body_sealed).where(_of_this).order_by(messages.c.seq).limit(1)
)


class Work(msgspec.Struct, frozen=True):
    """One turn to be run: the call, and the version the conversation must still have after it."""

    seq: int
    version: int
    request: TurnRequest


class Pending:
    """Reads what waits in a locked conversation. ``programme`` is the name people are told."""

    def __init__(self, vault: Vault, presence: Presence, programme: str) -> None:
        self._vault = vault
        self._presence = presence
        self._programme = programme

    async def count(self, connection: AsyncConnection, conversation: Conversation) -> int:
        """How many messages wait."""
        found = await connection.execute(_count, {"which": conversation.id})
        waiting: int = found.scalar_one()
        return waiting

    async def oldest(self, connection: AsyncConnection, conversation: Conversation) -> Work | None:
        """The turn of the message that has waited longest; None when nothing waits."""
        found = await connection.execute(_oldest, {"which": conversation.id})
        row = found.mappings().one_or_none()
        if row is None:
            return None
        said = decode_said(self._vault.open(row["body_sealed"]))
        return self.work(conversation, row["seq"], said.text, said.kind)

    def work(self, conversation: Conversation, seq: int, text: str, kind: str) -> Work:
        """The turn of message ``seq``, with the state and the facts as they are now."""
        return Work(
            seq=seq,
            version=conversation.version,
            request=TurnRequest(
                turn=f"{conversation.id}:{seq}",
                conversation=conversation.id,
                text=_for_dialogue(text, kind),
                state=conversation.state,
                context=Context(
                    channel=conversation.channel,
                    questions=conversation.questions,
                    place=conversation.place,
                    peers_available=self._presence.available,
                    programme=self._programme,
                ),
            ),
        )


def _for_dialogue(text: str, kind: str) -> str:
    """A payload goes as it is; words that merely begin with a slash are words."""
    if kind == "location":
        return "/inform_place"
    return text if kind == "button" else text.lstrip("/").strip() or text
