"""Holding the conversation: yes, no, stop, say it again, and what Beside does not do."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions import feelings, reading, rooms, turns
from actions.aside import say_and_set_aside
from actions.boundaries import Boundary
from actions.education import Answer
from actions.handoff import chosen
from actions.hearing import Hear
from actions.names import ActionName, Entity, Form, Intent, Slot
from actions.questions import KeepQuestion
from actions.speech import Dispatcher, context, heard_again, say
from assistant.replies import Button, Reply

_STOPPED = {
    Form.TREATMENT: "stopped_search",
    Form.QUESTION: "stopped_question",
    Form.PEER: "stopped_peer",
}


class Affirm(Action):  # type: ignore[misc]
    """Do what was offered in the turn before; ask which when more than one thing was."""

    def name(self) -> str:
        return ActionName.AFFIRM

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        if turns.active_form(tracker):
            return []  # The form asks again by itself.
        offer = turns.last_offer(tracker)
        if offer is None:
            say(dispatcher, which(heard_again(turns.last_turn(tracker))))
            return []
        return await _take(offer, dispatcher, tracker, domain)


class Decline(Action):  # type: ignore[misc]
    """Take a no as it is; inside a form it ends the form."""

    def name(self) -> str:
        return ActionName.DECLINE

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        form = turns.active_form(tracker)
        again = turns.in_a_row(tracker, ActionName.DECLINE)
        key = _STOPPED.get(form or "", "declined_again" if again else "declined")
        say(dispatcher, rooms.texts().reply(f"conversation.{key}"))
        return turns.set_aside(tracker)


class Stop(Action):  # type: ignore[misc]
    """End whatever is being asked, and say what came of it."""

    def name(self) -> str:
        return ActionName.STOP

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        form = turns.active_form(tracker)
        if form is None and _asks_on(tracker):
            medicine = turns.understood_as(tracker, Intent.ASK_MEDICATION)
            events: list[EventType] = await Boundary().run(dispatcher, medicine, domain)
            return events
        key = _STOPPED.get(form or "", "stopped")
        say(dispatcher, rooms.texts().reply(f"conversation.{key}"))
        return turns.set_aside(tracker)


class Repeat(Action):  # type: ignore[misc]
    """Say the last messages again, as they were."""

    def name(self) -> str:
        return ActionName.REPEAT

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        if turns.active_form(tracker):
            return []  # The form asks again by itself.
        said = heard_again(turns.last_turn(tracker))
        for reply in said or [rooms.texts().reply("conversation.nothing_to_repeat")]:
            say(dispatcher, reply)
        return [SlotSet(Slot.OFFER, turns.last_offer(tracker))]


class Complaint(Action):  # type: ignore[misc]
    """Take a complaint without arguing, and offer a person; a wrong answer is told apart."""

    def name(self) -> str:
        return ActionName.COMPLAINT

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        again = turns.in_a_row(tracker, ActionName.COMPLAINT)
        words = turns.text(tracker)
        if reading.recognise("feelings", words) and not reading.recognise("about_beside", words):
            events: list[EventType] = await Hear().run(dispatcher, tracker, domain)
            return events
        reply = complaint(words, again, context(tracker).programme)
        events = say_and_set_aside(dispatcher, tracker, reply)
        return [*events, SlotSet(Slot.OFFER, f"/{Intent.ASK_HUMAN}")]


class EverydayNeeds(Action):  # type: ignore[misc]
    """Send food, housing, bills and rides to the service that knows them."""

    def name(self) -> str:
        return ActionName.EVERYDAY_NEEDS

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        return say_and_set_aside(dispatcher, tracker, rooms.texts().reply("conversation.everyday"))


class OtherLanguage(Action):  # type: ignore[misc]
    """Say that answers are in English, and where Spanish is spoken."""

    def name(self) -> str:
        return ActionName.OTHER_LANGUAGE

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        say(dispatcher, rooms.texts().reply("conversation.other_language"))
        return []


class OutOfScope(Action):  # type: ignore[misc]
    """Say plainly what Beside does not know."""

    def name(self) -> str:
        return ActionName.OUT_OF_SCOPE

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        if feelings.tells_what_helped(tracker):
            return say_and_set_aside(dispatcher, tracker, feelings.noted(turns.text(tracker)))
        again = turns.lately(tracker, ActionName.OUT_OF_SCOPE, within=3)
        key = "out_of_scope_again" if again else "out_of_scope"
        say(dispatcher, rooms.texts().reply(f"conversation.{key}"))
        return turns.set_aside(tracker)


def which(last: list[Reply]) -> Reply:
    """The choices of the last message once more, for a yes that could mean any of them."""
    texts = rooms.texts()
    buttons: tuple[Button, ...] = next((reply.buttons for reply in last if reply.buttons), ())
    if not buttons:
        return texts.reply("conversation.agreed")
    return Reply(text=texts("conversation.which"), buttons=buttons)


def complaint(words: str, again: int, programme: str) -> Reply:
    """The reply to a complaint; one about what an answer said has its own."""
    texts = rooms.texts()
    if reading.recognise("wrong_answer", words):
        return texts.reply("conversation.complaint_answer", programme=programme)
    return texts.reply("conversation.complaint_again" if again else "conversation.complaint")


def _asks_on(tracker: Tracker) -> bool:
    """Whether "can I stop it tonight?" is about the medicine of the turn before, not about us."""
    asked = turns.ran(turns.last_turn(tracker), ActionName.BOUNDARY)
    return asked and reading.recognise("question", turns.text(tracker)) is not None


async def _take(
    offer: str, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
) -> list[EventType]:
    """Do what the payload ``offer`` stands for, as if its button had been pressed."""
    pressed = turns.as_if(tracker, offer)
    intent, question = turns.intent(pressed), turns.entity(pressed, Entity.QUESTION)
    if intent == Intent.ASK_HUMAN:
        return [*chosen(None), FollowupAction(Form.PEER)]
    if intent == Intent.FIND_TREATMENT:
        fresh = [SlotSet(slot, None) for slot in (Slot.PLACE, Slot.NEED, Slot.PAYMENT)]
        return [*fresh, FollowupAction(Form.TREATMENT)]
    if intent == Intent.ADD_QUESTION and question is None:
        return [SlotSet(Slot.QUESTION_TEXT, None), FollowupAction(Form.QUESTION)]
    if intent == Intent.ADD_QUESTION:
        pressed.slots[Slot.QUESTION_TEXT] = question
        events: list[EventType] = await KeepQuestion().run(dispatcher, pressed, domain)
        return events
    answered: list[EventType] = await Answer().run(dispatcher, pressed, domain)
    return answered
