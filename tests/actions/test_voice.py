"""Every prepared reply keeps to the voice: short, plain, true, a person within reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from actions import names, reading, rooms
from assistant.dialogue.training import project_root
from assistant.education.article import payload
from assistant.education.reading import grade
from assistant.replies import Button, Reply
from assistant.safety.screen import Screen
from assistant.texts import validate

ROOT = project_root()
GATEWAY_WORDS = {"forget"}  # said to the gateway, which answers itself
NUMBER = re.compile(r"(?<!\d)(?:911|988|211|741741|\d{3}[-. ]\d{3,4}[-. ]\d{4})(?!\d)")


def _domain_replies() -> Iterator[tuple[str, Reply]]:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    for name, variants in domain["responses"].items():
        for number, variant in enumerate(variants):
            buttons = tuple(Button(**button) for button in variant.get("buttons", ()))
            yield f"{name}.{number}", Reply(text=variant["text"], buttons=buttons)


def _action_replies() -> Iterator[tuple[str, Reply]]:
    texts = rooms.texts()
    for key in texts.keys():  # noqa: SIM118  (a method of ours, not of a mapping)
        yield key, texts.reply(key, **{name: f"({name})" for name in texts.names(key)})


REPLIES = dict([*_domain_replies(), *_action_replies()])
WHOLE = {key: reply for key, reply in REPLIES.items() if len(reply.text.split()) > 6}


@pytest.mark.parametrize("key", REPLIES)
def test_a_reply_is_short_and_calm(key: str) -> None:
    text = REPLIES[key].text
    assert len(text.split()) <= 75
    assert len([part for part in text.split("\n\n") if part.strip()]) <= 3
    assert "!" not in text
    assert not re.search("[\U0001f300-\U0001faff\u2600-\u27bf]", text)


@pytest.mark.parametrize("key", REPLIES)
def test_a_reply_asks_one_thing_at_a_time(key: str) -> None:
    assert REPLIES[key].text.count("?") <= 2


@pytest.mark.parametrize("key", [key for key, reply in REPLIES.items() if reply.buttons])
def test_choices_are_few_and_one_is_a_person(key: str) -> None:
    payloads = [button.payload for button in REPLIES[key].buttons]
    assert len(payloads) <= 4
    # While a person is being asked for, the choices are about that person.
    assert "/ask_human" in payloads or key.startswith("peer.")


@pytest.mark.parametrize("key", [key for key, reply in REPLIES.items() if reply.buttons])
def test_every_button_says_something_the_dialogue_understands(key: str) -> None:
    for button in REPLIES[key].buttons:
        intent, slots = payload(button.payload)
        assert intent in names.all_of(names.Intent) | GATEWAY_WORDS
        assert set(slots) <= names.all_of(names.Entity)
        assert len(button.title) <= 28


@pytest.mark.parametrize("key", WHOLE)
def test_a_reply_reads_easily(key: str) -> None:
    if key == "conversation.other_language":
        pytest.skip("half of it is Spanish")
    prose = re.sub(r"[“”•]|\((\w+)\)", " ", WHOLE[key].text)
    assert grade(prose) <= 8.5


@pytest.mark.parametrize("key", REPLIES)
def test_a_reply_uses_no_word_that_blames_or_promises(key: str) -> None:
    text = REPLIES[key].text.lower()
    forbidden = (
        r"addicts?\b|\bclean\b|\bdirty\b|abuse|suffers?\b|committed|non-?complian|manipulat|"
        r"\byou should\b|\byou must\b|\byou need to\b|why did you|proud of you|i understand how|"
        r"you(?:'ll| will) be (?:fine|ok)|everything will|don't worry|at least|just try"
    )
    assert re.search(forbidden, text) is None


def test_the_texts_of_the_actions_are_sound() -> None:
    assert validate(ROOT / "actions") == []


@pytest.mark.parametrize(
    "path",
    [ROOT / "domain.yml", *sorted((ROOT / "actions").glob("*.py"))],
    ids=lambda path: path.name,
)
def test_phone_numbers_are_in_the_directory_alone(path: Path) -> None:
    assert NUMBER.search(path.read_text("utf-8")) is None


def test_every_feeling_and_every_kind_of_question_has_its_words() -> None:
    texts = rooms.texts()
    for group, prefix in (
        ("feelings", "feelings.heard"),
        ("medication", "boundary.heard"),
        ("good_news", "feelings.good"),
    ):
        for key in reading.keys(group):
            assert f"{prefix}.{key}" in texts


def test_words_of_danger_train_nothing_but_are_screened() -> None:
    screen, flagged, count = Screen.load(), [], 0
    for path in (ROOT / "nlu_data" / "nlu").glob("*.yml"):
        for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                count += 1
                if screen.read(line[2:]).tier in ("imminent", "active"):
                    flagged.append(line[2:])
    explicit = re.compile(r"kill|suicid|end my life|want to die|overdosed|hurt myself|cut myself")
    assert [line for line in flagged if explicit.search(line)] == []
    assert len(flagged) <= count * 0.002
