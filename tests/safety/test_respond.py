"""What a person in danger reads: help first, a person always, never the same block again."""

from __future__ import annotations

import itertools
import re

import pytest

from assistant.replies import Reply, decode, encode
from assistant.safety import respond
from assistant.safety.directory import Directory
from assistant.safety.finding import CATEGORIES, NOTHING, Finding
from assistant.safety.screen import Screen

DIRECTORY = Directory.load()
TEXTS = respond.texts(DIRECTORY)
TIERS = ("imminent", "active", "passive", "third_party")
LEVELS = ("full", "short", "brief", "peer")
BLOCKS = sorted({key.rpartition(".")[0] for key in TEXTS if key.count(".") == 2})
EVERY = [TEXTS.reply(key) for key in TEXTS]
NEVER = re.compile(
    r"!|no[- ]suicide|promise|commit(ted)? suicide|\baddict|why did you|calm down|you will be fine|"
    r"i understand how you feel|i'm proud|how was this|rate (this|your)|don't worry|keep (this|it) "
    r"secret|\bdose\b|\bmg\b",
    re.IGNORECASE,
)


def _finding(tier: str, category: str = "suicide_active", answer: str = "") -> Finding:
    return Finding(tier=tier, category=category, score=1.0, why=("r",), answer=answer)  # type: ignore[arg-type]


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("level", LEVELS)
def test_the_first_line_is_help_that_can_be_tapped(block: str, level: str) -> None:
    reply = TEXTS.reply(f"{block}.{level}")
    first = reply.text.splitlines()[0]
    reachable = [entry.call_number for entry in DIRECTORY if entry.call_number]
    assert any(number in first for number in reachable), first
    assert any(link.href.startswith("tel:") for link in reply.links)


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_has_all_its_forms_and_each_is_shorter(block: str) -> None:
    words = {level: len(TEXTS(f"{block}.{level}").split()) for level in LEVELS}
    assert words["full"] <= 90
    assert words["short"] <= 50
    assert words["brief"] <= 25
    assert words["peer"] <= 40
    assert words["brief"] < words["short"] < words["full"]


def test_every_reply_offers_a_person() -> None:
    for reply in EVERY:
        assert "/ask_human" in {button.payload for button in reply.buttons}, reply.text


def test_nothing_is_said_that_may_never_be_said() -> None:
    for reply in EVERY:
        assert not NEVER.search(reply.text), reply.text


def test_links_are_calls_texts_or_safe_pages() -> None:
    for reply in EVERY:
        for link in reply.links:
            assert link.href.startswith(("tel:", "sms:", "https://"))


@pytest.mark.parametrize("block", [b for b in BLOCKS if not b.startswith("passive")])
def test_a_full_answer_is_true_about_what_a_program_can_do(block: str) -> None:
    text = TEXTS(f"{block}.full")
    assert "I'm a program" in text
    assert "I call nobody" in text


@pytest.mark.parametrize(("tier", "category"), itertools.product(TIERS, CATEGORIES[1:]))
def test_every_finding_has_an_answer(tier: str, category: str) -> None:
    for seen in range(4):
        replies = respond.answer(_finding(tier, category), seen, DIRECTORY)
        assert replies
        assert decode(encode(replies[0])) == replies[0]


def test_no_finding_no_answer() -> None:
    assert respond.answer(NOTHING, 0, DIRECTORY) == []
    assert respond.block(NOTHING) == ""


def test_a_block_is_never_shown_the_same_way_twice_and_ends_brief() -> None:
    shown = [respond.answer(_finding("imminent"), seen, DIRECTORY)[0].text for seen in range(3)]
    assert len(set(shown)) == 3
    later = respond.answer(_finding("imminent"), 7, DIRECTORY)[0]
    assert len(later.text.split()) <= 25


def test_with_a_human_peer_present_the_answer_is_short_and_says_so() -> None:
    for tier in TIERS:
        reply = respond.answer(_finding(tier), 0, DIRECTORY, with_peer=True)[0]
        assert len(reply.text.split()) <= 40
        assert "The person you are talking with sees this too" in reply.text


@pytest.mark.parametrize(
    ("text", "block", "words"),
    [
        ("i took all my pills", "imminent.overdose", ("Poison Help", "naloxone")),
        ("i have a gun to my head", "imminent.suicide", ("alone", "move away")),
        ("im having a seizure right now", "imminent.medical", ("911",)),
        ("my husband hits me", "active.abuse", ("device safe",)),
        ("i am going to hurt my baby", "imminent.child", ("Childhelp",)),
        ("i want to kill my boss and i have a gun", "imminent.violence", ("distance",)),
        ("voices are telling me to kill my mother", "imminent.psychosis", ("voice",)),
        ("i cut myself again", "active.self_harm", ("self-harm",)),
        ("my friend says she wants to die", "third_party.crisis", ("stay with them",)),
        ("my brother took a bottle of pills", "third_party.overdose", ("Poison Help",)),
        ("nothing helps", "passive.suicide", ("Either answer is fine",)),
        ("i want to die", "active.suicide", ("What would get in the way",)),
    ],
)
def test_what_was_written_gets_the_answer_of_the_protocol(
    text: str, block: str, words: tuple[str, ...]
) -> None:
    finding = Screen.load().read(text)
    assert respond.block(finding) == block
    replies = respond.answer(finding, 0, DIRECTORY)
    whole = " ".join(reply.text for reply in replies).casefold()
    if block != "active.self_harm":
        assert all(word.casefold() in whole for word in words)


def test_spanish_is_answered_in_spanish() -> None:
    finding = Screen.load().read("me quiero morir")
    reply = respond.answer(finding, 0, DIRECTORY)[0]
    assert "Puedes llamar" in reply.text
    assert any("AYUDA" in link.href for link in reply.links)
    brief = respond.answer(finding, 2, DIRECTORY)[0]
    assert len(brief.text) < len(reply.text)


def test_the_active_answer_asks_what_would_get_in_the_way() -> None:
    replies = respond.answer(_finding("active"), 0, DIRECTORY)
    payloads = {button.payload for button in replies[0].buttons}
    assert {"/barrier_police", "/barrier_cost", "/barrier_private", "/barrier_talk"} <= payloads
    assert respond.pending(replies) == "asked_barrier"


def test_the_passive_answer_asks_one_plain_question() -> None:
    replies = respond.answer(_finding("passive", "suicide_passive"), 0, DIRECTORY)
    assert replies[0].text.count("?") == 1
    assert {"/safety_yes", "/safety_no"} <= {button.payload for button in replies[0].buttons}
    assert respond.pending(replies) == "asked_passive"


def test_a_brief_answer_leaves_no_question_open() -> None:
    assert respond.pending(respond.answer(_finding("active"), 5, DIRECTORY)) is None
    assert respond.pending([Reply(text="x")]) is None


def test_the_crisis_menu_has_emergency_first_and_others_as_cards() -> None:
    menu = respond.crisis_menu(DIRECTORY)
    assert [link.href for link in menu.links[:3]] == ["tel:911", "tel:988", "sms:988"]
    titles = [card.title for card in menu.cards]
    assert "Veterans Crisis Line" in titles
    assert all(card.links for card in menu.cards)
    assert menu.buttons[0].payload == "/ask_human"
