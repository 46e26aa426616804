"""Every card that comes with Beside may be shown; and a card that may not be is caught."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import yaml

from assistant.education.article import ASPECT_OF_INTENT, Article, ArticleError, parse, payload
from assistant.education.library import FOLDER, Library
from assistant.education.lint import INTENTS, problems
from assistant.education.reading import grade
from assistant.replies import Button, Source

LIBRARY = Library.load()
DOMAIN = Path(__file__).parents[2] / "domain.yml"

GOOD = """---
id: bipolar-sample
topic: bipolar
aspect: ask
audience: person
title: A sample card
sources:
  - name: "NIMH: Bipolar Disorder"
    url: https://www.nimh.nih.gov/health/publications/bipolar-disorder
    date: 2026-11-22
reviewed: none
grade: 1.4
phrasings: [one way, a second way, a third way, a fourth way, a fifth way]
next:
  - {title: What helps, payload: '/ask_what_helps{"topic": "bipolar"}'}
  - {title: Talk to a person, payload: /ask_human}
---
You could bring a list. It helps to put the question that matters most at the top.
"""


def sample(**changes: object) -> Article:
    """A card without a fault, with some fields changed; its grade is made to fit."""
    card = msgspec.structs.replace(parse(GOOD, "bipolar-sample.md"), **changes)
    if "grade" in changes:
        return card
    return msgspec.structs.replace(card, grade=round(grade(card.body), 1))


@pytest.mark.parametrize("card", LIBRARY, ids=lambda card: card.id)
def test_every_card_may_be_shown(card: Article) -> None:
    assert problems(card, LIBRARY) == []


def test_no_two_cards_claim_the_same_wording() -> None:
    phrasings = [phrase for card in LIBRARY for phrase in card.phrasings]
    assert sorted(phrasings) == sorted(set(phrasings))


@pytest.mark.parametrize("topic", ["depression", "bipolar", "anxiety", "ptsd", "schizophrenia"])
def test_a_person_finds_what_it_is_what_helps_hope_and_a_first_step(topic: str) -> None:
    assert {"what_is", "helps", "hope", "now"} <= set(LIBRARY.aspects(topic))


@pytest.mark.parametrize("topic", ["addiction", "alcohol", "opioids"])
def test_a_person_who_uses_finds_the_same_and_what_to_do_after_going_back(topic: str) -> None:
    assert {"what_is", "helps", "hope", "now", "relapse"} <= set(LIBRARY.aspects(topic))


@pytest.mark.parametrize("intent", sorted(ASPECT_OF_INTENT))
def test_every_question_the_dialogue_knows_has_an_answer(intent: str) -> None:
    assert LIBRARY.find(None, ASPECT_OF_INTENT[intent]) is not None


def test_every_hope_card_gives_one_small_step_and_no_more() -> None:
    hopes = [card for card in LIBRARY if card.aspect == "hope"]
    assert len(hopes) >= 8
    assert [card.id for card in hopes if card.body.count("One small step") != 1] == []


def test_cards_on_opioids_and_going_back_to_use_say_what_keeps_a_person_alive() -> None:
    for id in ("opioids-now", "opioids-relapse", "addiction-now", "addiction-relapse"):
        card = LIBRARY.get(id)
        assert card is not None
        assert "naloxone" in card.body
    for id in ("alcohol-now", "alcohol-helps", "addiction-helps"):
        card = LIBRARY.get(id)
        assert card is not None
        assert "all at once" in card.body or "before you quit" in card.body


def test_a_card_becomes_one_reply_with_its_sources_and_a_person_to_talk_to() -> None:
    card = LIBRARY.get("bipolar-hope")
    assert card is not None
    reply = card.reply()
    assert reply.text == f"{card.title}\n\n{card.body}"
    assert reply.sources[0].url.startswith("https://www.nimh.nih.gov/")
    assert reply.sources[0].date == "2026-11-22"
    assert reply.sources[0].reviewed == "none"
    assert reply.buttons[-1] == Button(title="Talk to a person", payload="/ask_human")


def test_the_intents_of_the_buttons_are_in_the_domain() -> None:
    if not DOMAIN.exists():
        pytest.skip("domain.yml is not in this checkout")
    listed = yaml.safe_load(DOMAIN.read_text("utf-8"))["intents"]
    names = {name if isinstance(name, str) else next(iter(name)) for name in listed}
    assert names >= INTENTS


# A lint that cannot fail is a defect: each rule has a card that breaks it and nothing else.


def test_the_sample_card_is_without_a_fault() -> None:
    assert problems(sample(), LIBRARY) == []


HARD = (
    "Comprehensive psychopharmacological interventions necessitate interdisciplinary collaboration "
    "between specialized professionals and individuals experiencing considerable difficulties."
)


@pytest.mark.parametrize(
    ("body", "caught"),
    [
        ("It helps to rest. " * 40, "at most 120"),
        (HARD, "reads at grade"),
        ("Some addicts go to groups.", "label"),
        ("He is a schizophrenic.", "lives with"),
        ("She has been clean for a year.", "in recovery"),
        ("Alcohol abuse is common.", "say: use"),
        ("Many people suffer from it.", "lives with it"),
        ("People who suffer from it need rest.", "has, lives with"),
        ("He committed suicide.", "died by suicide"),
        ("Some people are non-compliant.", "describe it"),
        ("Why did you stop?", "without blame"),
        ("I understand how you feel.", "software cannot"),
        ("I’ve been there.", "no lived experience"),
        ("In a while you’ll be fine.", "no promise"),
        ("Just relax a bit.", "no empty comfort"),
        ("This can cure it.", "cure or a promise"),
        ("It will pass.", "cure or a promise"),
        ("You will get better.", "cure or a promise"),
        ("It works for 100% of people.", "cure or a promise"),
        ("Take 20 mg with food.", "dose"),
        ("Take 0.5mg at night.", "dose"),
        ("Take two pills.", "dose"),
        ("You could double your dose.", "dose"),
        ("Take it twice a day.", "dose"),
        ("Call 1-800-662-4357 now.", "phone number"),
        ("Call (800) 662 4357 now.", "phone number"),
        ("Call or text 988.", "phone number"),
        ("Read [this](there).", "markup"),
        ("It is **very** common.", "markup"),
        ("See www.nami.org for more.", "markup"),
        ("You did it!", "exclamation"),
        ("You did it \U0001f389", "emoji"),
    ],
)
def test_the_lint_catches_a_bad_text(body: str, caught: str) -> None:
    found = problems(sample(body=body.replace("suffer from it.", "suffer.")), LIBRARY)
    if caught == "lives with it":
        caught = "lives with"
    assert any(caught in problem for problem in found), found


def test_the_lint_reads_titles_and_buttons_too() -> None:
    assert any("label" in problem for problem in problems(sample(title="For addicts"), LIBRARY))
    steps = (Button("Get clean", "/find_treatment"), Button("Talk to a person", "/ask_human"))
    assert any("in recovery" in problem for problem in problems(sample(next=steps), LIBRARY))


@pytest.mark.parametrize(
    ("payloads", "caught"),
    [
        (["/ask_human"], "2 or 3 are wanted"),
        (["/add_question", "/find_treatment"], "must be a person"),
        (["/ask_human", "/ask_human"], "must be a person"),
        (["/ask_weather", "/ask_human"], "no such intent"),
        (["ask_hope", "/ask_human"], "is not of the form"),
        (['/ask_hope{"topic": bipolar}', "/ask_human"], "valid JSON"),
        (['/ask_hope{"topic": "bipolr"}', "/ask_human"], "only a topic"),
        (['/ask_hope{"subject": "bipolar"}', "/ask_human"], "only a topic"),
    ],
)
def test_the_lint_catches_a_dead_button(payloads: list[str], caught: str) -> None:
    steps = tuple(Button("Go on", text) for text in payloads)
    found = problems(sample(next=steps), LIBRARY)
    assert any(caught in problem for problem in found), found


def test_the_lint_catches_a_button_that_leads_nowhere_or_back() -> None:
    bare = Library([])
    assert any("no card answers it" in problem for problem in problems(sample(), bare))
    card = LIBRARY.get("general-hope")
    assert card is not None
    steps = (Button("Is there hope?", "/ask_hope"), Button("Talk to a person", "/ask_human"))
    looped = msgspec.structs.replace(card, next=steps)
    assert any("leads back" in problem for problem in problems(looped, LIBRARY))


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        (None, "has no source"),
        (Source("A blog", "https://example.com/bipolar", "2026-11-22"), "public health body"),
        (Source("Lookalike", "https://nimh.nih.gov.example.com/a", "2026-11-22"), "public health"),
        (Source("NIMH", "http://www.nimh.nih.gov/health/a", "2026-11-22"), "https address"),
        (Source("NIMH", "https://www.nimh.nih.gov/", "2026-11-22"), "address of a page"),
        (Source("NIMH", "https://www.nimh.nih.gov/health/a"), "no name or no date"),
    ],
)
def test_the_lint_catches_a_bad_source(source: Source | None, caught: str) -> None:
    found = problems(sample(sources=(source,) if source else ()), LIBRARY)
    assert any(caught in problem for problem in found), found


def test_the_lint_catches_a_grade_that_was_made_up_and_too_few_phrasings() -> None:
    assert any("the body reads at" in problem for problem in problems(sample(grade=7.0), LIBRARY))
    assert any("phrasings" in problem for problem in problems(sample(phrasings=("one",)), LIBRARY))
    assert any("topics.yml" in problem for problem in problems(sample(topic="gout"), LIBRARY))


# Reading a file is strict, and says which file and which field.


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("---\nid", "id", "must begin with front matter"),
        ("id: bipolar-sample", "id: bipolar-other", "id: 'bipolar-other' is not the name"),
        ("aspect: ask", "aspect: cure", "aspect: 'cure' is none of"),
        ("audience: person", "audience: everybody", "audience: Invalid enum value"),
        ("title: A sample card\n", "", "missing required field `title`"),
        ("title: A sample card", "title: 7", "title: Expected `str`"),
        ("grade: 1.4", "grade: low", "grade: Expected `float`"),
        ("date: 2026-11-22", "date: last week", "sources[0].date:"),
        ("reviewed: none", "reviewed: none\nauthor: me", "unknown field `author`"),
        ("topic: bipolar", "topic: [bipolar", "not valid YAML"),
        ("phrasings: [one way, a second way, a third way, a fourth way, a fifth way]",
         "phrasings: []", "phrasings: needs at least one"),
        ("payload: /ask_human", "payload: ask_human", "next.payload: 'ask_human' is not of"),
        ("You could bring a list. It helps to put the question that matters most at the top.",
         "", "body: is empty"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_its_name_and_field(old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(ArticleError) as refused:
        parse(GOOD.replace(old, new), "bipolar-sample.md")
    assert str(refused.value).startswith("bipolar-sample.md: ")
    assert said in str(refused.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bipolar-sample.md").write_bytes(b"---\nid: \xff\xfe\n---\n")
    with pytest.raises(ArticleError, match=r"bipolar-sample\.md: the file is not UTF-8"):
        Library.load(tmp_path)


def test_lines_that_end_the_windows_way_are_read_the_same(tmp_path: Path) -> None:
    (tmp_path / "bipolar-sample.md").write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert next(iter(Library.load(tmp_path))).title == "A sample card"


def test_a_payload_names_its_intent_and_its_topic() -> None:
    assert payload('/ask_hope{"topic": "ptsd"}') == ("ask_hope", {"topic": "ptsd"})
    assert payload("/ask_human") == ("ask_human", {})


def test_the_cards_are_plain_files_with_the_name_of_their_topic_and_aspect() -> None:
    for card in LIBRARY:
        assert card.id == f"{card.topic}-{card.aspect}"
        assert (FOLDER / f"{card.id}.md").exists()
