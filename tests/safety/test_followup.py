"""What follows the protocol's questions."""

from __future__ import annotations

import pytest

from assistant.safety import followup, respond
from assistant.safety.directory import Directory
from assistant.safety.finding import Finding

DIRECTORY = Directory.load()


@pytest.mark.parametrize(
    "text",
    ["yes", "Yes.", "yeah kind of", "i guess", "sometimes", "/safety_yes", "sí", "y", "yes a bit"],
)
def test_a_yes_is_met_with_the_active_answer_and_raises_the_risk(text: str) -> None:
    step = followup.step("asked_passive", text, DIRECTORY)
    assert step is not None
    assert step.tier == "active"
    assert step.next_pending == "asked_barrier"
    assert step.replies[0].links[0].href == "tel:988"


def test_a_yes_after_the_active_block_was_seen_is_answered_shorter() -> None:
    first = followup.step("asked_passive", "yes", DIRECTORY, seen=0)
    second = followup.step("asked_passive", "yes", DIRECTORY, seen=1)
    assert first is not None
    assert second is not None
    assert len(second.replies[0].text) < len(first.replies[0].text)


@pytest.mark.parametrize(
    "text", ["no", "Nope", "not really", "/safety_no", "no im just sad", "no."]
)
def test_a_no_is_accepted_and_lowers_nothing(text: str) -> None:
    step = followup.step("asked_passive", text, DIRECTORY)
    assert step is not None
    assert step.name == "no"
    assert step.tier is None
    assert "/ask_human" in {button.payload for button in step.replies[0].buttons}


@pytest.mark.parametrize("text", ["idk", "not sure", "maybe", "I don't know", "does it matter"])
def test_not_knowing_is_an_answer_too(text: str) -> None:
    step = followup.step("asked_passive", text, DIRECTORY)
    assert step is not None
    assert step.name == "unclear"
    assert step.next_pending == "asked_barrier"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("/barrier_police", "police"),
        ("im scared theyll send the cops", "police"),
        ("I can't afford it", "cost"),
        ("no insurance", "cost"),
        ("my parents would find out", "private"),
        ("i hate talking on the phone", "talk"),
        ("yeah i could", "willing"),
        ("no", "unwilling"),
        ("it didn't help", "unwilling"),
        ("/barriers", "ask"),
    ],
)
def test_each_barrier_gets_its_own_answer(text: str, name: str) -> None:
    step = followup.step("asked_barrier", text, DIRECTORY)
    assert step is not None
    assert step.name == name
    assert "988" in step.replies[0].text


@pytest.mark.parametrize("pending", ["asked_passive", "asked_barrier"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "what is bipolar disorder",
        "no one cares about that article anyway tell me about lithium and groups near here please",
        "find treatment near Fresno",
        "x" * 500,
    ],
)
def test_anything_else_goes_on_normally(pending: str, text: str) -> None:
    assert followup.step(pending, text, DIRECTORY) is None


def test_words_mean_nothing_when_no_question_is_open_but_buttons_do() -> None:
    assert followup.step(None, "yes", DIRECTORY) is None
    assert followup.step(None, "/barrier_cost", DIRECTORY) is not None


def test_nobody_is_not_a_no() -> None:
    assert followup.step("asked_passive", "no one would care", DIRECTORY) is None


def test_every_button_of_the_safety_replies_is_answered() -> None:
    texts = respond.texts(DIRECTORY)
    known = {*followup.PAYLOADS, "/ask_human", "/continue"}
    for key in texts:
        for button in texts.reply(key).buttons:
            assert button.payload in known, (key, button.payload)


def test_every_payload_leads_somewhere() -> None:
    for payload in followup.PAYLOADS:
        step = followup.step(None, payload, DIRECTORY)
        assert step is not None
        assert step.replies[0].text


def test_the_directory_may_be_left_out() -> None:
    assert followup.step(None, "/barrier_talk") is not None


def test_honest_about_police() -> None:
    step = followup.step(None, "/barrier_police", DIRECTORY)
    assert step is not None
    assert "that can be police" in step.replies[0].text


def test_a_passive_finding_leads_into_the_follow_up() -> None:
    replies = respond.answer(Finding(tier="passive", category="suicide_passive"), 0, DIRECTORY)
    step = followup.step(respond.pending(replies), "yes", DIRECTORY)
    assert step is not None
