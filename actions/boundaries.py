"""Where Beside stops: it gives no dose and no diagnosis, and helps to ask who may."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet

from actions import reading, rooms, turns
from actions.aside import say_and_set_aside
from actions.education import Answer
from actions.names import ActionName, Entity, Intent, Slot
from actions.questions import keep_if_asked
from actions.speech import Dispatcher
from assistant.education import topics
from assistant.questions.question_list import LONGEST_ITEM
from assistant.replies import Button, Reply


class Boundary(Action):  # type: ignore[misc]
    """Say what Beside cannot tell, and offer to keep the question in the person's words.

    A button asks for no judgement, only for the page that explains this; it gets that.
    """

    def name(self) -> str:
        return ActionName.BOUNDARY

    async def run(
        self, dispatcher: Dispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        if turns.is_button(tracker):
            page: list[EventType] = await Answer().run(dispatcher, tracker, domain)
            return page
        kept = await keep_if_asked(dispatcher, tracker, domain)
        if kept is not None:
            return [*turns.set_aside(tracker), *kept]
        words, again = turns.text(tracker), turns.in_a_row(tracker, ActionName.BOUNDARY)
        reply = boundary(turns.intent(tracker), words, again)
        events = say_and_set_aside(dispatcher, tracker, reply)
        return [*events, SlotSet(Slot.OFFER, reply.buttons[0].payload)]


def boundary(intent: str, words: str, again: int) -> Reply:
    """The reply to a question for a pharmacist or a clinician; ``again`` counts it in a row.

    Its first button puts the person's own words on their list.
    """
    texts, buttons = rooms.texts(), [keep_button(words)]
    if intent == Intent.ASK_MEDICATION:
        heard = reading.recognise("medication", words) or "any"
        key = "boundary.medication_taken" if heard == "mix" else "boundary.medication"
        if again and heard != "mix":
            text = texts("boundary.medication_again" if again == 1 else "boundary.still")
        else:
            text = texts(key, heard=texts(f"boundary.heard.{heard}"))
    else:
        topic = next(iter(topics.recognise(words)), None)
        text = _diagnosis(words, topic)
        if again:
            text = texts("boundary.diagnosis_again" if again == 1 else "boundary.still")
        if topic and topic != topics.GENERAL:
            title = texts("button.what_is", name=topics.name(topic))
            buttons.append(Button(title, "/ask_what_is" + json.dumps({"topic": topic})))
    buttons.append(Button(texts("button.person"), "/ask_human"))
    return Reply(text=text, buttons=tuple(buttons))


def keep_button(words: str) -> Button:
    """A button that writes ``words`` on the list; without words it asks for them."""
    question = words[:LONGEST_ITEM].replace("{", "(").replace("}", ")").strip()
    payload = f"/{Intent.ADD_QUESTION}"
    if question and not question.startswith("/"):
        payload += json.dumps({Entity.QUESTION: question}, ensure_ascii=False)
    return Button(rooms.texts()("button.keep"), payload)


def _diagnosis(words: str, topic: str | None) -> str:
    texts = rooms.texts()
    if reading.recognise("somebody_else", words):
        return texts("boundary.diagnosis_somebody")
    if topic is None or topic == topics.GENERAL:
        return texts("boundary.diagnosis_plain")
    return texts("boundary.diagnosis", name=topics.name(topic))
