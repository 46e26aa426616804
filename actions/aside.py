"""Saying something in the middle of a form: the form is closed, and the person is told."""

from __future__ import annotations

import msgspec
from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions import rooms, turns
from actions.names import Form
from actions.speech import Dispatcher, say
from assistant.replies import Button, Reply


def say_and_set_aside(dispatcher: Dispatcher, tracker: Tracker, reply: Reply) -> list[EventType]:
    """Say ``reply``; an open form is closed by the events returned, a search with a way back."""
    if turns.active_form(tracker) == Form.TREATMENT:
        reply = with_way_back(reply)
    say(dispatcher, reply)
    return turns.set_aside(tracker)


def with_way_back(reply: Reply) -> Reply:
    """``reply``, with a line that the search is put aside and a button that takes it up again."""
    texts = rooms.texts()
    back = Button(texts("button.back_to_search"), "/find_treatment")
    return msgspec.structs.replace(
        reply,
        text=f"{reply.text}\n\n{texts('treatment.set_aside')}",
        buttons=(back, *reply.buttons),
    )
