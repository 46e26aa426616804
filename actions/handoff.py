"""Bringing in a person. Nobody reads anything before somebody said what may be read."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet

from actions import reading, rooms, turns
from actions.names import NLU_FALLBACK, ActionName, Entity, Form, Intent, Slot
from actions.speech import Dispatcher, context, effect, say
from assistant.dialogue.contract import Context, RequestPeer
from assistant.replies import Button, Reply

CONVERSATION, NOTE, NOTHING = "conversation", "note", "nothing"
_CHOICES = (CONVERSATION, NOTE, NOTHING)

_UNCLEAR = (
    NLU_FALLBACK,
    Intent.OUT_OF_SCOPE,
    Intent.SMALL_TALK,
    Intent.GREET,
    Intent.SKIP,
    Intent.INFORM_NEED,
    Intent.INFORM_PLACE,
    Intent.INFORM_PAYMENT,
    Intent.SHOW_QUESTIONS,
)
_LONGEST_NOTE = 1_000
_SHORT = 6


class OpenHandoff(Action):  # type: ignore[misc]
    """Begin a request for a person, with what the message already says about sharing."""

    def name(self) -> str:
        return ActionName.OPEN_HANDOFF

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        said = turns.intent(tracker) == Intent.CHOOSE_SHARING
        return chosen(sharing(tracker) if said else None)


class AskSharing(Action):  # type: ignore[misc]
    """Say who would read what, and let the person choose."""

    def name(self) -> str:
        return ActionName.ASK_SHARING

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        asked = tracker.get_slot("requested_slot") == Slot.SHARING
        say(dispatcher, offer(context(tracker), _how_again(tracker) if asked else None))
        return []


class AskNote(Action):  # type: ignore[misc]
    """Ask for the note."""

    def name(self) -> str:
        return ActionName.ASK_NOTE

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        say(dispatcher, rooms.texts().reply("peer.note"))
        return []


class ValidatePeer(Action):  # type: ignore[misc]
    """Take what was chosen; nothing but a clear yes counts as consent."""

    def name(self) -> str:
        return ActionName.VALIDATE_PEER

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        requested = tracker.get_slot("requested_slot")
        if requested == Slot.NOTE:
            return note(tracker)
        if requested != Slot.SHARING:
            return []
        choice = sharing(tracker)
        if choice is None and unclear(tracker):
            return [SlotSet(Slot.SHARING, None)]
        return chosen(choice) if choice else []


class RequestAPeer(Action):  # type: ignore[misc]
    """Ask the gateway for a peer, who may read what was agreed and no more."""

    def name(self) -> str:
        return ActionName.REQUEST_PEER

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        facts, choice = context(tracker), tracker.get_slot(Slot.SHARING) or NOTHING
        wanted, reply = request(choice, tracker.get_slot(Slot.NOTE) or "", facts)
        say(dispatcher, reply)
        effect(dispatcher, wanted)
        return chosen(None)


def sharing(tracker: Tracker) -> str | None:
    """What a message lets a peer read. Yes alone, or asking for a person again, shares nothing."""
    pressed = turns.entity(tracker, Entity.SHARING)
    if turns.is_button(tracker) and pressed is not None:
        return pressed if pressed in _CHOICES else None
    intent = turns.intent(tracker)
    if intent == Intent.CHOOSE_SHARING:
        return reading.sharing(turns.text(tracker))
    return NOTHING if intent in (Intent.AFFIRM, Intent.ASK_HUMAN) else None


def chosen(choice: str | None) -> list[EventType]:
    """Slots for a choice; the note stays open only where one was chosen."""
    return [SlotSet(Slot.SHARING, choice), SlotSet(Slot.NOTE, "" if choice in _NOTELESS else None)]


_NOTELESS = (CONVERSATION, NOTHING)


def unclear(tracker: Tracker) -> bool:
    """Whether a message is an answer that could not be read; asked again once, not twice."""
    if turns.in_a_row(tracker, Form.PEER) > 1:
        return False
    return turns.intent(tracker) in (*_UNCLEAR, Intent.CHOOSE_SHARING)


def note(tracker: Tracker) -> list[EventType]:
    """The note in the person's words; a short wish to leave it out or to stop is none."""
    intent, words = turns.intent(tracker), turns.text(tracker)
    choice = sharing(tracker)
    short = len(words.split()) <= _SHORT
    if turns.is_button(tracker):
        return chosen(choice) if choice and choice != NOTE else []
    if short and intent in (Intent.SKIP, Intent.ASK_HUMAN):
        return chosen(NOTHING)
    if short and intent in (Intent.STOP, Intent.DENY, Intent.HELP, Intent.ASK_PRIVACY):
        return []
    return [SlotSet(Slot.NOTE, words[:_LONGEST_NOTE])]


def offer(facts: Context, again: str | None = None) -> Reply:
    """The consent text: who would read, and what; honest when nobody is there.

    ``again`` is how it is asked another time: "unclear" or "back".
    """
    texts = rooms.texts()
    what = _what(facts)
    share = "button.sharing_list" if facts.questions else "button.sharing_all"
    if again:
        text = texts(f"peer.{again}", what=what)
    else:
        key = "peer.offer" if facts.peers_available else "peer.offer_nobody"
        text = texts(key, what=what, programme=facts.programme)
    return Reply(
        text=text,
        buttons=(
            Button(texts(share), '/choose_sharing{"sharing": "conversation"}'),
            Button(texts("button.sharing_note"), '/choose_sharing{"sharing": "note"}'),
            Button(texts("button.sharing_no"), f"/{Intent.DENY}"),
        ),
    )


def request(choice: str, words: str, facts: Context) -> tuple[RequestPeer, Reply]:
    """The request for a peer, and what is said of it."""
    all_of_it = choice == CONVERSATION
    wanted = RequestPeer(
        summary=words if choice == NOTE else "",
        share_transcript=all_of_it,
        share_questions=all_of_it and bool(facts.questions),
    )
    values = {"what": _what(facts)} if all_of_it else {}
    return wanted, Reply(text=rooms.texts()(f"peer.requested.{choice}", **values))


def _how_again(tracker: Tracker) -> str | None:
    """How to ask another time: in full on request, else fitting to what came between."""
    if turns.intent(tracker) in (Intent.REPEAT, Intent.HELP):
        return None
    unread = (*_UNCLEAR, Intent.CHOOSE_SHARING)
    return "unclear" if turns.intent(tracker) in unread else "back"


def _what(facts: Context) -> str:
    return rooms.texts()("peer.what.with_list" if facts.questions else "peer.what.conversation")
