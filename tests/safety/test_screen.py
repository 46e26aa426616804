"""The screen keeps its promises: the rules' own examples, disguises, context, length, bad input."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.safety import measure, screen
from assistant.safety.finding import CATEGORIES, TIERS, Finding
from assistant.safety.phrases import LONGEST, Compiler, PhraseError
from assistant.safety.rules.loading import FOLDER, RuleError, Rules
from assistant.safety.screen import Screen
from assistant.safety.spelling import Speller

SCREEN = Screen.load()
RULES = SCREEN.rules
UTTERANCES: dict[str, dict[str, list[str]]] = {
    label: {kind: [str(text) for text in texts] for kind, texts in kinds.items()}
    for label, kinds in yaml.safe_load(
        Path(__file__).with_name("utterances.yml").read_text("utf-8")
    ).items()
}
EVAL = Path(__file__).resolve().parents[3] / "shared" / "eval"


@pytest.mark.parametrize("name", RULES.rules)
def test_every_rule_finds_its_documented_dangers(name: str) -> None:
    for example in RULES.rules[name].danger:
        assert name in SCREEN.read(example).why, example


@pytest.mark.parametrize("name", RULES.rules)
def test_every_rule_leaves_its_documented_calm_examples_alone(name: str) -> None:
    for example in RULES.rules[name].calm:
        assert SCREEN.read(example).tier == "none", example


@pytest.mark.parametrize(
    "kind", ["suicide_active", "overdose_medical", "third_party_crisis", "spanish"]
)
def test_hardly_an_explicit_danger_is_missed(kind: str) -> None:
    missed = [text for text in UTTERANCES["danger"][kind] if not SCREEN.read(text)]
    assert len(missed) <= 0.02 * len(UTTERANCES["danger"][kind]), missed


@pytest.mark.parametrize("kind", UTTERANCES["danger"])
def test_every_kind_of_danger_is_found_nine_times_in_ten(kind: str) -> None:
    missed = [text for text in UTTERANCES["danger"][kind] if not SCREEN.read(text)]
    assert len(missed) <= 0.1 * len(UTTERANCES["danger"][kind]), missed


@pytest.mark.parametrize("kind", UTTERANCES["calm"])
def test_every_kind_of_calm_message_is_left_alone(kind: str) -> None:
    alarms = [text for text in UTTERANCES["calm"][kind] if SCREEN.read(text)]
    assert len(alarms) <= 0.05 * len(UTTERANCES["calm"][kind]), alarms


@pytest.mark.parametrize(
    ("text", "tier", "category"),
    [
        ("i have a gun to my head", "imminent", "suicide_active"),
        ("im going to kill myself tonight", "imminent", "suicide_active"),
        ("i want to die", "active", "suicide_active"),
        ("i wish i wouldnt wake up", "passive", "suicide_passive"),
        ("i cut myself again", "active", "self_harm"),
        ("i took all my pills", "imminent", "overdose_medical"),
        ("my husband hits me", "active", "abuse_violence"),
        ("he has a knife to my throat", "imminent", "abuse_violence"),
        ("voices are telling me to kill my mother", "imminent", "psychosis_emergency"),
        ("im bringing a gun to school tomorrow", "imminent", "violence_to_others"),
        ("my brother took a bottle of pills", "third_party", "third_party_crisis"),
        ("my friend says she wants to die", "third_party", "third_party_crisis"),
        ("im not suicidal but my stuff is given away, goodbye note is done", "active", None),
        ("lost my job. which bridges here are higher than 25 meters", "active", None),
    ],
)
def test_a_danger_gets_its_tier_and_category(text: str, tier: str, category: str | None) -> None:
    finding = SCREEN.read(text)
    assert finding.tier == tier
    assert category is None or finding.category == category


@pytest.mark.parametrize(
    "text",
    [
        "I WANT TO DIE!!!",
        "i wanna dieeeee",
        "i w a n t  t o  d i e",
        "i w.a.n.t t.o d.i.e",
        "iwanttodie",
        "#iwanttodie",
        "i want 2 die",
        "i wаnt to diе",  # Cyrillic а and е
        "i want to d\u200bie",
        "i wa\u0301nt to di\u0308e",
        "𝕚 𝕨𝕒𝕟𝕥 𝕥𝕠 𝕕𝕚𝕖",
        "ｉ ｗａｎｔ ｔｏ ｄｉｅ",
        "🅸 want to d!e",
        "i want to d*e",
        "kms",
        "k1ll mys3lf",
        "im suicidel",
        "thinking of suicde",
        "i dont want to be alive",
        "i don t want to be alive",
        "i don’t want to be alive",
        "gonna 🔫 myself",
        "unalive myself",
        "¡Me quiero morir!",
    ],
)
def test_a_disguise_does_not_hide_a_danger(text: str) -> None:
    assert SCREEN.read(text), text


def test_a_danger_in_the_middle_of_a_long_message_is_found() -> None:
    calm = "today we went to the market and bought bread and then we walked home again "
    filler = calm * (50_000 // len(calm))
    for danger in ("i want to kill myself", "i took a whole bottle of pills", "me quiero morir"):
        assert SCREEN.read(f"{filler} {danger} {filler}"), danger
        assert SCREEN.read(f"{filler}. {danger}. {filler}").tier in ("active", "imminent")
    assert SCREEN.read(filler + filler).tier == "none"


def test_a_danger_is_found_wherever_it_stands_among_the_windows() -> None:
    for lead in range(150):
        assert SCREEN.read("word " * lead + "i want to kill myself " + "word " * 150), lead


def test_a_long_message_is_read_in_windows_of_bounded_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes: list[int] = []
    plain = screen._Reading._window

    def counted(self: Any, first: int, words: list[str]) -> None:
        sizes.append(len(words))
        plain(self, first, words)

    monkeypatch.setattr(screen._Reading, "_window", counted)
    for count in (1_000, 2_000, 4_000):
        sizes.clear()
        SCREEN.read("i want to kill " * (count // 4))
        assert max(sizes) <= screen.WINDOW
        assert len(sizes) <= count / screen.STRIDE + 1


def test_taking_words_apart_costs_a_bounded_number_of_lookups_for_each_letter() -> None:
    class Counting(frozenset[str]):
        asked = 0

        def __contains__(self, word: object) -> bool:
            Counting.asked += 1
            return super().__contains__(word)

    speller = Speller(RULES.words())
    speller._glue = Counting(speller._glue)
    for text in ("a " * 20_000, "i w a n t t o d i e " * 2_000, "iwanttodie" * 4_000):
        Counting.asked = 0
        speller.words(text)
        assert Counting.asked <= 13 * len(text)


def test_no_phrase_can_repeat_without_bound() -> None:
    for _, phrase in RULES.phrases:
        inside_words = phrase.expression.replace("[^ .?]+", "").replace("[^ .?]*", "")
        assert not re.search(r"[*+]|\{\d+,\}", inside_words), phrase.source


def test_windows_overlap_enough_for_the_longest_phrase_and_its_context() -> None:
    assert screen._LEAD + screen.STRIDE + LONGEST <= screen.WINDOW


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_any_text_at_all_gets_a_finding(text: str) -> None:
    finding = SCREEN.read(text)
    assert finding.tier in TIERS
    assert finding.category in CATEGORIES
    assert 0 <= finding.score <= 1


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from([*sorted({w for _, p in RULES.phrases for w in p.words})[::7], ".", "?"]),
        max_size=120,
    )
)
def test_any_mixture_of_the_rules_words_gets_a_finding(words: list[str]) -> None:
    assert SCREEN.read(" ".join(words)).tier in TIERS


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=("L", "N", "Cs")), max_size=60))
def test_signs_around_an_explicit_danger_never_silence_it(signs: str) -> None:
    assert SCREEN.read(f"{signs} \n i want to kill myself \n {signs}")


def test_a_denial_is_no_danger_and_a_denial_with_risk_is() -> None:
    assert SCREEN.read("im not suicidal").tier == "none"
    assert SCREEN.read("im not suicidal, i just wont need my stuff after friday. goodbye note done")
    finding = SCREEN.read("im not suicidal but everyone would be better off without me")
    assert "denies_with_risk" in finding.why


def test_an_idiom_does_not_hide_a_danger_beside_it() -> None:
    assert SCREEN.read("this heat is killing me").tier == "none"
    assert SCREEN.read("this heat is killing me and i want to kill myself").tier == "active"


def test_the_past_is_past_unless_it_came_back() -> None:
    assert SCREEN.read("i wanted to die when i was 15").tier == "none"
    assert SCREEN.read("i wanted to die when i was 15 and now i want to die again")


def test_grief_over_a_suicide_is_not_an_alarm() -> None:
    assert SCREEN.read("my brother died by suicide two years ago").tier == "none"
    assert SCREEN.read("my brother died by suicide two years ago and now i want to die too")


def test_a_finding_never_repeats_the_persons_words() -> None:
    for texts in UTTERANCES["danger"].values():
        for text in texts:
            finding = SCREEN.read(text)
            assert set(finding.why) <= set(RULES.rules)


def test_every_category_a_rule_names_can_be_answered() -> None:
    assert {rule.category for rule in RULES.rules.values()} <= set(CATEGORIES)
    assert Finding(tier="passive")
    assert not Finding()


def test_the_rules_are_written_in_normal_spelling() -> None:
    words = RULES.words()
    speller = Speller(words)
    strange = {word for word in words if word in speller.shorthand}
    assert not strange, f"these never reach the rules: {sorted(strange)}"


def test_no_rule_repeats_a_phrase() -> None:
    for name in RULES.rules:
        sources = [phrase.source for owner, phrase in RULES.phrases if owner == name]
        assert len(sources) == len(set(sources)), name


def _changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    folder = tmp_path / "rules"
    shutil.copytree(FOLDER, folder)
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("overdose.yml", "tier: imminent", "tier: urgent", "took_too_much"),
        ("overdose.yml", "about:", "abuot:", "abuot"),
        ("overdose.yml", "unless: [topic_only", "unless: [nothing_such", "nothing_such"),
        ("overdose.yml", "(took|taken", "(took|taken|(", "took_too_much"),
        ("overdose.yml", "rules:", "rules: [", "overdose.yml"),
        ("words.yml", "very:", "quite:", "<very>"),
    ],
)
def test_a_mistake_in_a_rule_file_is_named(
    tmp_path: Path, name: str, old: str, new: str, says: str
) -> None:
    with pytest.raises(RuleError, match=re.escape(says)):
        Screen.load(_changed(tmp_path, name, old, new))


@pytest.mark.parametrize(
    "source", ["", "~3", "a (b", "a b)", "? a", "(|a)", "<nothing>", "é", "a ~20 b ~20"]
)
def test_a_phrase_that_cannot_work_is_refused(source: str) -> None:
    with pytest.raises(PhraseError):
        Compiler({}).phrase(source)


def test_a_group_that_contains_itself_is_refused() -> None:
    with pytest.raises(PhraseError, match="itself"):
        Compiler({"a": ["<b>"], "b": ["<a>"]}).phrase("<a>")


def test_a_phrase_matches_whole_words_gaps_and_ends() -> None:
    phrase = Compiler({"who": ["i", "my friend"]}).phrase("<who> ~2 jump* (off|in front)? $")
    for text in (" . i jump . ", " . my friend might really jumped off . "):
        assert phrase.pattern.search(text), text
    for text in (" . i do not jump . ", " . hi jump . ", " . i a b c jump . ", " . i jump high . "):
        assert not phrase.pattern.search(text), text


def test_screen_needs_neither_the_dialogue_nor_a_model() -> None:
    code = (
        "import sys, assistant.safety.screen as s; s.Screen.load(); "
        "heavy = ('rasa', 'spacy', 'onnxruntime', 'sklearn', 'numpy'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_rules_load_from_their_own_folder() -> None:
    assert len(Rules.load().rules) == len(RULES.rules) > 20


@pytest.mark.skipif(not EVAL.exists(), reason="needs the utterances in ../shared/eval")
def test_the_development_utterances_are_read_as_well_as_documented(
    capsys: pytest.CaptureFixture[str],
) -> None:
    missed = alarms = crises = calm = 0
    for line in (EVAL / "crisis_dev.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        found, crisis = bool(SCREEN.read(row["text"])), row["label"] == "crisis"
        crises, calm = crises + crisis, calm + (not crisis)
        missed, alarms = missed + (crisis and not found), alarms + (found and not crisis)
    assert missed <= 0.02 * crises
    assert alarms <= 0.05 * calm


def test_the_measure_prints_figures_and_no_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "some.jsonl"
    rows = [
        {"text": "i want to die", "label": "crisis", "category": "suicide_active"},
        {"text": "zebra crossing", "label": "crisis", "category": "suicide_active"},
        {"text": "hello there", "label": "noncrisis", "category": "everyday"},
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    assert measure.main([str(file)]) == 0
    out = capsys.readouterr().out
    assert "1/2" in out
    assert "1/1" in out
    assert not any(row["text"] in out for row in rows)


def test_wilson_intervals_are_right() -> None:
    assert measure.wilson(0, 0) == (0.0, 1.0)
    low, high = measure.wilson(95, 100)
    assert (round(low, 3), round(high, 3)) == (0.888, 0.978)
