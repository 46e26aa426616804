"""No dose, no diagnosis: a question for somebody who may answer, in the person's own words."""

from __future__ import annotations

import re

import pytest

from actions.boundaries import Boundary, boundary, keep_button
from actions.conversation import Affirm, Stop
from actions.names import Intent
from assistant.dialogue.contract import SaveQuestions
from assistant.safety.directory import Directory
from tests.actions.conftest import Chat, payloads

ASKED = [
    "can i skip my lithium tonight im so tired of it",
    "can i double my seroquel",
    "can i drink on xanax",
    "how much zoloft should i take",
    "can my son stop his meds",
    "i ran out of my pills",
    "i missed a dose what do i do",
    "this pill makes me shake",
]


@pytest.mark.parametrize("words", ASKED)
def test_a_question_about_a_dose_gets_no_advice_and_a_way_to_ask(words: str) -> None:
    reply = boundary(Intent.ASK_MEDICATION, words, 0)
    assert "can't tell you" in reply.text
    assert "pharmacist" in reply.text.lower()
    assert not re.search(
        r"\b(?:yes, you can|you can take|you should|never|don't take|mg)\b", reply.text
    )
    assert words in reply.buttons[0].payload
    assert payloads(reply)[-1] == "/ask_human"


def test_a_mixture_names_poison_help_for_what_was_already_taken() -> None:
    number = str(Directory.load()["poison_help"])
    assert number in boundary(Intent.ASK_MEDICATION, "can i mix xanax and wine", 0).text
    assert number in boundary(Intent.ASK_MEDICATION, "can i mix xanax and wine", 2).text
    assert number not in boundary(Intent.ASK_MEDICATION, "can i stop zoloft", 0).text


def test_someone_elses_pills_are_not_somebody_being_looked_after() -> None:
    assert (
        "looking out" not in boundary(Intent.ASK_MEDICATION, "can i take my mom's ativan", 0).text
    )


def test_the_second_time_is_said_differently_and_shorter() -> None:
    said = [boundary(Intent.ASK_MEDICATION, "can i stop", again).text for again in range(3)]
    assert len(set(said)) == 3
    assert len(said[1]) < len(said[0])


@pytest.mark.parametrize("words", ["do i have ptsd", "am i bipolar", "is this psychosis"])
def test_nobody_is_diagnosed(words: str) -> None:
    reply = boundary(Intent.ASK_DIAGNOSIS, words, 0)
    assert "I can't tell you" in reply.text
    assert not re.search(r"you (?:have|are|might have|probably|seem)\b", reply.text.lower())
    assert any(payload.startswith("/ask_what_is") for payload in payloads(reply))


def test_a_question_about_somebody_else_is_not_answered_as_if_it_were_theirs() -> None:
    reply = boundary(Intent.ASK_DIAGNOSIS, "does my son have schizophrenia", 0)
    assert "what they have" in reply.text


async def test_yes_writes_the_question_down_in_the_persons_words(chat: Chat) -> None:
    await chat.hears_and_runs("can i stop my zoloft", "ask_medication", Boundary())
    await chat.hears_and_runs("yes", "affirm", Affirm())
    assert chat.effects == [SaveQuestions(("can i stop my zoloft",))]


async def test_can_i_stop_it_after_a_medicine_does_not_end_the_conversation(chat: Chat) -> None:
    await chat.hears_and_runs("can i stop lithium", "ask_medication", Boundary())
    (reply,) = await chat.hears_and_runs("can i stop it tonight?", "stop", Stop())
    assert "pharmacist" in reply.text


async def test_asking_to_write_it_down_writes_it_down(chat: Chat) -> None:
    await chat.hears_and_runs("write down: can i drink on lexapro", "ask_medication", Boundary())
    assert chat.effects == [SaveQuestions(("can i drink on lexapro",))]


def test_words_that_would_break_a_payload_do_not() -> None:
    button = keep_button('can i take {both} "now"?\nplease')
    assert button.payload.count("{") == 1
    assert keep_button("").payload == "/add_question"
    assert keep_button("/ask_human").payload == "/add_question"
