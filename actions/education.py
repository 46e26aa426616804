"""Learning: the intent is the aspect, the words are the condition, the card is the answer."""

from __future__ import annotations

from typing import Any

import msgspec
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet

from actions import feelings, reading, rooms, turns
from actions.aside import say_and_set_aside
from actions.names import ActionName, Entity, Form, Intent, Slot
from actions.questions import keep_if_asked
from actions.speech import Dispatcher, say
from assistant.education import topics
from assistant.education.article import ASPECT_OF_INTENT, Article
from assistant.replies import Reply

ASPECTS = {**ASPECT_OF_INTENT, Intent.ASK_WHAT_TO_ASK: "ask"}
"""Which aspect answers which intent."""

_NEEDS_TOPIC = ("what_is", "helps")
_A_NAME_ONLY = 3  # words a message may have to be just the name of a condition


class Answer(Action):  # type: ignore[misc]
    """Show the card on what was asked, remember the condition, ask which one when it is unclear."""

    def name(self) -> str:
        return ActionName.ANSWER

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        if feelings.tells_what_helped(tracker):
            return say_and_set_aside(dispatcher, tracker, feelings.noted(turns.text(tracker)))
        kept = await keep_if_asked(dispatcher, tracker, domain)
        if kept is not None:
            return [*turns.set_aside(tracker), *kept]
        topic, aspect = asked(tracker)
        if aspect in _NEEDS_TOPIC and topic is None:
            which = rooms.texts().reply(f"education.which.{aspect}")
            events = say_and_set_aside(dispatcher, tracker, which)
            return [*events, SlotSet(Slot.ASPECT, aspect)]
        article = rooms.library().find(topic, aspect)
        reply = answer(article, topic, _shown_last(tracker))
        if aspect == "peer_support" and turns.active_form(tracker) == Form.PEER:
            say(dispatcher, reply)  # The question who may read what is asked again after it.
            return []
        return [
            *say_and_set_aside(dispatcher, tracker, reply),
            SlotSet(Slot.ASPECT, None),
            SlotSet(Slot.LAST_ARTICLE, article.id if article else None),
            *([SlotSet(Slot.TOPIC, topic)] if topic else []),
        ]


class ShowSource(Action):  # type: ignore[misc]
    """Name the sources of the card last shown, and whether anybody reviewed it."""

    def name(self) -> str:
        return ActionName.SHOW_SOURCE

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        last = tracker.get_slot(Slot.LAST_ARTICLE)
        say(dispatcher, sources(rooms.library().get(last) if last else None))
        return []


def asked(tracker: Tracker) -> tuple[str | None, str]:
    """Topic and aspect a message asks about.

    The topic is the button's, else the first one named, else the one last spoken of. A bare name
    ("bipolar") answers the question which condition was meant, with the aspect asked then.
    """
    words = turns.text(tracker)
    named = topics.recognise(words)
    pressed = turns.entity(tracker, Entity.TOPIC)
    known = pressed if pressed in topics.slugs() else None
    aspect = ASPECTS.get(turns.intent(tracker), "what_is")
    waiting = tracker.get_slot(Slot.ASPECT)
    if waiting and named and len(words.split()) <= _A_NAME_ONLY:
        aspect = waiting
    if not named and aspect == "relapse":
        named = [found] if (found := reading.recognise("returned_to", words)) else []
    return known or next(iter(named), None) or tracker.get_slot(Slot.TOPIC), aspect


def answer(article: Article | None, topic: str | None, shown_last: str | None) -> Reply:
    """The reply for a card: in full, or shortly when it is the one shown just before.

    A card on a wider topic than asked says so.
    """
    texts = rooms.texts()
    if article is None:
        return texts.reply("education.none")
    if article.id == shown_last:
        return texts.reply("education.again", title=article.title)
    reply = article.reply()
    if topic is None or article.topic == topic or article.aspect not in _NEEDS_TOPIC:
        return reply
    key = "education.general" if article.topic == topics.GENERAL else "education.wider"
    values = {"asked": topics.name(topic)}
    if key == "education.wider":
        values["found"] = topics.name(article.topic)
    return msgspec.structs.replace(reply, text=f"{texts(key, **values)}\n\n{reply.text}")


def sources(article: Article | None) -> Reply:
    """Where the card last shown comes from."""
    texts = rooms.texts()
    if article is None:
        return texts.reply("source.none")
    key = "source.unreviewed" if article.reviewed == "none" else "source.some"
    return Reply(text=texts(key, title=reading.quoted(article.title)), sources=article.sources)


def _shown_last(tracker: Tracker) -> str | None:
    """The card shown in the turn directly before, which need not be shown in full again."""
    return turns.slot_set(turns.last_turn(tracker), Slot.LAST_ARTICLE)
