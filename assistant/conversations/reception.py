"""What the gateway itself does with a message, before anybody else is asked.

The order is the promise: danger first, then an open safety question, then the words that work
in every state, then whoever owns the conversation.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.conversations.conversation import Conversation
from assistant.conversations.message import MOST_FOR_DIALOGUE, Inbound
from assistant.conversations.owner import Owner
from assistant.dialogue.contract import RequestPeer
from assistant.handoff.desk import Desk
from assistant.replies import Reply
from assistant.safety import disclosure, followup, respond
from assistant.safety.directory import Directory
from assistant.safety.finding import TIERS, Finding
from assistant.texts import Texts

UNREADABLE = ("voice", "picture", "document", "sticker", "other")
"""Kinds of message without words, unless they have a caption."""


_NO_QUESTIONS_FIRST = ("active", "imminent")


class Reception:
    """Meets each message inside the inbox's transaction, and says what cannot wait."""

    def __init__(self, directory: Directory, texts: Texts, desk: Desk) -> None:
        self._directory = directory
        self._texts = texts
        self._desk = desk

    async def meet(
        self,
        connection: AsyncConnection,
        conversation: Conversation,
        message: Inbound,
        finding: Finding,
        now: datetime,
        *,
        backlog_full: bool = False,
    ) -> int:
        """Store and handle ``message``; returns its sequence number.

        A message that is left for the dialogue is marked with ``await_turn``.
        """
        notice = disclosure.due(conversation.disclosed_at, conversation.last_inbound_at, now)
        first = conversation.disclosed_at is None
        if conversation.owner is Owner.CLOSED:
            conversation.change_owner(Owner.ASSISTANT)
        found = (finding.tier, finding.category) if finding else None
        seq = conversation.add_inbound(message, now, found)
        if message.place is not None:
            conversation.place = message.place

        handled = await self._safety(connection, conversation, message, finding, now, seq)
        if notice and conversation.owner is Owner.ASSISTANT:
            self._disclose(conversation, first, now, seq)
            if message.text == "/start":
                return seq
        if handled:
            return seq
        if await self._word(connection, conversation, message, now, seq):
            return seq
        if conversation.owner is Owner.ASSISTANT:
            self._for_assistant(conversation, message, now, seq, backlog_full)
        else:
            self._for_peer(conversation, message, now, seq)
        return seq

    async def _safety(
        self,
        connection: AsyncConnection,
        conversation: Conversation,
        message: Inbound,
        finding: Finding,
        now: datetime,
        seq: int,
    ) -> bool:
        """Danger, or the answer to a question the safety protocol asked."""
        with_peer = conversation.owner is Owner.PEER
        if finding:
            seen = conversation.count_shown(respond.block(finding))
            answer = respond.answer(finding, seen, self._directory, with_peer)
            self._raise_risk(conversation, finding.tier, finding.category, now)
            conversation.safety_step = respond.pending(answer)
            self._say(conversation, answer, now, seq)
            await self._desk.raise_priority(connection, conversation)
            return True
        if with_peer and message.text not in followup.PAYLOADS:
            return False
        step = followup.step(
            conversation.safety_step,
            message.text,
            self._directory,
            conversation.shown.get("active.suicide", 0),
        )
        if step is None:
            return False
        if step.tier is not None:
            conversation.count_shown("active.suicide")
            self._raise_risk(conversation, step.tier, "suicide_active", now)
            await self._desk.raise_priority(connection, conversation)
        conversation.safety_step = step.next_pending
        self._say(conversation, list(step.replies), now, seq)
        return True

    def _raise_risk(
        self, conversation: Conversation, tier: str, category: str, now: datetime
    ) -> None:
        """Risk goes up here and never down: one calm sentence does not undo another."""
        if TIERS.index(tier) >= TIERS.index(conversation.risk_tier):
            conversation.risk_tier = tier
            conversation.risk_category = category
            conversation.risk_at = now

    def _disclose(self, conversation: Conversation, first: bool, now: datetime, seq: int) -> None:
        notice = disclosure.first_message if first else disclosure.reminder
        conversation.say(notice(self._directory), "system", now, answers=seq)
        conversation.disclosed_at = now

    async def _word(
        self,
        connection: AsyncConnection,
        conversation: Conversation,
        message: Inbound,
        now: datetime,
        seq: int,
    ) -> bool:
        """Words that work in every state, whoever answers, and while the dialogue is down."""
        word = message.text.casefold()
        if word == "/crisis":
            self._say(conversation, [respond.crisis_menu(self._directory)], now, seq)
        elif word == "/start":
            self._say(conversation, [disclosure.first_message(self._directory)], now, seq)
        elif word == "/forget":
            self._say(conversation, [self._texts.reply("forget_ask")], now, seq)
        elif word == "/continue":
            self._say(conversation, [self._texts.reply("carry_on")], now, seq)
        elif word == "/forget_not":
            self._say(conversation, [self._texts.reply("not_forgotten")], now, seq)
        elif word == "/ask_human" and conversation.risk_tier in _NO_QUESTIONS_FIRST:
            # In danger nobody is asked what to share before a person is called: nothing is.
            await self._desk.open(connection, conversation, RequestPeer(), now, answers=seq)
        elif word in ("/leave_queue", "/stop"):
            return await self._desk.leave(connection, conversation, now, answers=seq)
        else:
            return False
        return True

    def _for_assistant(
        self,
        conversation: Conversation,
        message: Inbound,
        now: datetime,
        seq: int,
        backlog_full: bool,
    ) -> None:
        if backlog_full:
            if conversation.count_shown("too_many") == 0:
                self._say(conversation, [self._texts.reply("too_many")], now, seq)
        elif message.kind == "edit":
            self._say(conversation, [Reply(text=self._texts("edit_seen"))], now, seq)
        elif message.kind in UNREADABLE and not message.text:
            self._say(conversation, [self._texts.reply(f"media.{message.kind}")], now, seq)
        elif len(message.text) > MOST_FOR_DIALOGUE:
            self._say(conversation, [self._texts.reply("too_long")], now, seq)
        else:
            conversation.await_turn(seq)

    def _for_peer(
        self, conversation: Conversation, message: Inbound, now: datetime, seq: int
    ) -> None:
        if message.kind == "location":
            self._say(conversation, [Reply(text=self._texts("peer_declined_place"))], now, seq)
        elif message.kind in UNREADABLE and not message.text:
            self._say(conversation, [Reply(text=self._texts("media_for_peer"))], now, seq)
        elif conversation.owner is Owner.WAITING and not conversation.count_shown("waiting_note"):
            self._say(conversation, [self._texts.reply("waiting_note")], now, seq)

    def _say(
        self, conversation: Conversation, answers: list[Reply], now: datetime, seq: int
    ) -> None:
        for reply in answers:
            conversation.say(reply, "system", now, answers=seq)
