"""Names are the same everywhere: constants, domain, rules, training data, registered actions."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk.executor import ActionExecutor

from actions import names
from actions.education import ASPECTS
from assistant.dialogue.training import project_root
from assistant.education import topics
from assistant.referral import payment

ROOT = project_root()
# spaCy's own, which nothing of ours sets.
_FOUND_BY_SPACY = {"GPE", "LOC", "DATE", "PERSON"}


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def domain() -> dict[str, Any]:
    return dict(_yaml(ROOT / "domain.yml"))


@pytest.fixture(scope="module")
def examples() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "nlu_data" / "nlu").glob("*.yml")):
        for block in _yaml(path)["nlu"]:
            found[block["intent"]] = [line[2:] for line in block["examples"].splitlines()]
    return found


def test_intents_are_those_of_the_domain(domain: dict[str, Any]) -> None:
    assert names.all_of(names.Intent) == set(domain["intents"])


def test_slots_are_those_of_the_domain(domain: dict[str, Any]) -> None:
    assert names.all_of(names.Slot) == set(domain["slots"])


def test_entities_are_those_of_the_domain(domain: dict[str, Any]) -> None:
    in_domain = {name for entry in domain["entities"] for name in entry}
    assert names.all_of(names.Entity) == in_domain - _FOUND_BY_SPACY


def test_forms_are_those_of_the_domain(domain: dict[str, Any]) -> None:
    assert names.all_of(names.Form) == set(domain["forms"])


def test_actions_are_those_of_the_domain(domain: dict[str, Any]) -> None:
    assert names.all_of(names.ActionName) == set(domain["actions"])


def test_every_action_of_the_domain_is_there_to_be_run(domain: dict[str, Any]) -> None:
    executor = ActionExecutor()
    executor.register_package("actions")
    assert set(domain["actions"]) == set(executor.actions)


def test_every_intent_has_a_rule_and_every_rule_an_intent(domain: dict[str, Any]) -> None:
    ruled: set[str] = set()
    for path in (ROOT / "nlu_data" / "rules").glob("*.yml"):
        for rule in _yaml(path)["rules"]:
            for step in rule["steps"]:
                either = step.get("or", [step])
                ruled |= {one["intent"] for one in either if "intent" in one}
    assert ruled - {names.NLU_FALLBACK} == set(domain["intents"])


def test_every_card_aspect_asked_by_an_intent_is_asked_by_one_of_the_domain(
    domain: dict[str, Any],
) -> None:
    assert set(ASPECTS) <= set(domain["intents"])


def test_no_slot_decides_what_is_said_next_unless_it_must(domain: dict[str, Any]) -> None:
    assert not [
        name for name, slot in domain["slots"].items() if slot.get("influence_conversation", True)
    ]


def test_every_intent_has_many_examples_and_none_is_in_two(
    examples: dict[str, list[str]],
) -> None:
    assert len(examples) >= 30
    few = {intent: len(lines) for intent, lines in examples.items() if len(set(lines)) < 25}
    assert not few
    said = Counter(line.lower().strip(" ?!.") for lines in examples.values() for line in lines)
    assert [line for line, count in said.items() if count > 1] == []


def test_what_a_button_may_carry_is_known_to_the_room_it_is_for(domain: dict[str, Any]) -> None:
    assert {"sa", "mh", "both", names.SKIPPED} == set(domain["slots"]["need"]["values"])
    assert {"MD", "FREE"} <= set(payment.codes())
    assert {"depression", "alcohol"} <= set(topics.slugs())
