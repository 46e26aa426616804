"""The question list for a visit: write, see, take off, take along. The words stay the person's."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet

from actions import reading, rooms, turns
from actions.names import ActionName, Entity, Form, Intent, Slot
from actions.speech import Dispatcher, context, effect, say
from assistant.dialogue.contract import SaveQuestions
from assistant.questions.question_list import AmbiguousQuestion, QuestionError, QuestionList
from assistant.replies import Reply

_LEAVING = (
    Intent.ASK_HUMAN,
    Intent.STOP,
    Intent.SKIP,
    Intent.DENY,
    Intent.GOODBYE,
    Intent.HELP,
    Intent.SHOW_QUESTIONS,
    Intent.EXPORT_QUESTIONS,
    Intent.REMOVE_QUESTION,
    Intent.ASK_WHAT_TO_ASK,
    Intent.ADD_QUESTION,
    Intent.AFFIRM,
    Intent.COMPLAIN,
)
_ASKED = (Intent.ASK_HUMAN, Intent.ASK_WHAT_TO_ASK, Intent.SHOW_QUESTIONS, Intent.HELP)
_SURE = 0.5
_SHORT = 7  # words: a longer message is the question, whatever it resembles


class ReadQuestion(Action):  # type: ignore[misc]
    """Take the question out of the request to write it down, if its words are there."""

    def name(self) -> str:
        return ActionName.READ_QUESTION

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        words = turns.entity(tracker, Entity.QUESTION)
        if words is None:
            words = reading.own_question(turns.text(tracker))
        return [SlotSet(Slot.QUESTION_TEXT, words)]


class AskQuestionText(Action):  # type: ignore[misc]
    """Ask for the words of the question."""

    def name(self) -> str:
        return ActionName.ASK_QUESTION_TEXT

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        again = turns.ran(turns.last_turn(tracker), Form.QUESTION)
        say(dispatcher, rooms.texts().reply("questions.ask_again" if again else "questions.ask"))
        return []


class ValidateQuestion(Action):  # type: ignore[misc]
    """Take what is written as the question, unless the person clearly wants out."""

    def name(self) -> str:
        return ActionName.VALIDATE_QUESTION

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        if tracker.get_slot("requested_slot") != Slot.QUESTION_TEXT or leaves(tracker):
            return []
        words = turns.text(tracker)
        return [SlotSet(Slot.QUESTION_TEXT, reading.own_question(words) or words)]


class KeepQuestion(Action):  # type: ignore[misc]
    """Put the question, or all the questions of the message, on the list."""

    def name(self) -> str:
        return ActionName.KEEP_QUESTION

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        had = QuestionList(context(tracker).questions)
        grown, reply = kept(had, tracker.get_slot(Slot.QUESTION_TEXT) or "")
        if grown != had:
            effect(dispatcher, SaveQuestions(grown.items))
        say(dispatcher, reply)
        offer = f"/{Intent.ADD_QUESTION}" if grown != had else None
        return [SlotSet(Slot.QUESTION_TEXT, None), SlotSet(Slot.OFFER, offer)]


class ShowQuestions(Action):  # type: ignore[misc]
    """Show the list."""

    def name(self) -> str:
        return ActionName.SHOW_QUESTIONS

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        listed = QuestionList(context(tracker).questions)
        say(dispatcher, shown(listed))
        offer = None if listed.items else f"/{Intent.ADD_QUESTION}"
        return [*turns.set_aside(tracker), SlotSet(Slot.OFFER, offer)]


class RemoveQuestion(Action):  # type: ignore[misc]
    """Take a question off the list, or all of them."""

    def name(self) -> str:
        return ActionName.REMOVE_QUESTION

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        had = QuestionList(context(tracker).questions)
        left, reply = removed(had, turns.text(tracker))
        if left != had:
            effect(dispatcher, SaveQuestions(left.items))
        say(dispatcher, reply)
        return turns.set_aside(tracker)


class ExportQuestions(Action):  # type: ignore[misc]
    """Give the list as a message and as a file to take along."""

    def name(self) -> str:
        return ActionName.EXPORT_QUESTIONS

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        listed = QuestionList(context(tracker).questions)
        say(dispatcher, exported(listed))
        offer = None if listed.items else f"/{Intent.ADD_QUESTION}"
        return [*turns.set_aside(tracker), SlotSet(Slot.OFFER, offer)]


async def keep_if_asked(
    dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
) -> list[EventType] | None:
    """Write a question down when a message plainly asks for that, whatever else it resembles.

    "Add to my list: can I stop lithium" is a wish about the list, not a question about lithium.
    None when the message asks for no such thing.
    """
    words = reading.own_question(turns.text(tracker))
    if words is None:
        return None
    tracker.slots[Slot.QUESTION_TEXT] = words
    return await KeepQuestion().run(dispatcher, tracker, domain)


def leaves(tracker: Tracker) -> bool:
    """Whether a message written while a question is awaited is not that question.

    Questions sound like anything ("how do I stop drinking?"), so only a short, sure message that
    asks for one of a few things counts, and any button.
    """
    if turns.is_button(tracker):
        return True
    intent, words = turns.intent(tracker), turns.text(tracker)
    if intent not in _LEAVING or turns.confidence(tracker) < _SURE:
        return False
    if intent == Intent.ADD_QUESTION:
        return reading.bare_request(words)
    if "?" in words and intent not in _ASKED:
        return False
    return intent == Intent.ASK_HUMAN or len(words.split()) <= _SHORT


def kept(had: QuestionList, words: str) -> tuple[QuestionList, Reply]:
    """The list with the questions in ``words``, and what to say of it."""
    texts = rooms.texts()
    try:
        grown = had.add_many(words)
    except QuestionError as error:
        return had, texts.reply("questions.refused", sentence=error.sentence)
    added = len(grown) - len(had)
    if not added:
        return had, texts.reply("questions.same")
    if added > 1:
        return grown, texts.reply("questions.kept_several", added=added, count=len(grown))
    question = grown.items[-1]
    if len(grown) == 1:
        return grown, texts.reply("questions.kept_one", question=question)
    return grown, texts.reply("questions.kept", question=question, count=len(grown))


def shown(listed: QuestionList) -> Reply:
    """The list, or what it is for when it is empty."""
    if not listed.items:
        return rooms.texts().reply("questions.empty")
    return rooms.texts().reply("questions.shown", items=listed.as_text())


def removed(had: QuestionList, words: str) -> tuple[QuestionList, Reply]:
    """The list without the question ``words`` points at, and what to say of it."""
    texts = rooms.texts()
    if had.items and reading.recognise("all_of_them", words):
        return QuestionList(), texts.reply("questions.cleared")
    try:
        at = had.position(words)
    except AmbiguousQuestion as error:
        return had, texts.reply("questions.refused", sentence=error.sentence)
    except QuestionError as error:
        if had.items and reading.recognise("no_reference", words):
            return had, texts.reply("questions.which", items=had.as_text())
        return had, texts.reply("questions.refused", sentence=error.sentence)
    left = had.remove(at + 1)
    if not left.items:
        return left, texts.reply("questions.cleared")
    return left, texts.reply("questions.removed", question=had.items[at], count=len(left))


def exported(listed: QuestionList) -> Reply:
    """The list with its file, or what it is for when it is empty."""
    if not listed.items:
        return rooms.texts().reply("questions.empty")
    reply = rooms.texts().reply("questions.exported", items=listed.as_text())
    return Reply(text=reply.text, buttons=reply.buttons, document="questions")
