"""Prepared texts: filled, checked when they are read, and free of numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import texts
from assistant.safety.directory import Directory
from assistant.texts import TextError, Texts

DIRECTORY = Directory.load()
ROOT = Path(__file__).parents[1]


def _load(tmp_path: Path, text: str) -> Texts:
    path = tmp_path / "texts.yml"
    path.write_text(text, "utf-8")
    return Texts.load(path, DIRECTORY)


def test_a_text_is_filled_with_its_values_and_the_directory(tmp_path: Path) -> None:
    loaded = _load(
        tmp_path, 'hello: "Hi {name}, {{call}} {directory:988} or {directory:nami.name}"'
    )
    assert loaded("hello", name="Ana") == "Hi Ana, {call} 988 or NAMI HelpLine"
    assert loaded.names("hello") == {"name"}


def test_a_value_is_never_read_as_a_placeholder(tmp_path: Path) -> None:
    loaded = _load(tmp_path, 'said: "You said: {words}"')
    assert loaded("said", words="{directory:988} {name}") == "You said: {directory:988} {name}"


def test_groups_nest_and_keys_can_be_listed(tmp_path: Path) -> None:
    loaded = _load(tmp_path, "a: {b: one, c: {d: two}}\nab: three")
    assert loaded("a.c.d") == "two"
    assert loaded.keys("a") == ["a.b", "a.c.d"]
    assert "a.b" in loaded
    assert "a" not in loaded


def test_a_reply_has_its_buttons_and_links(tmp_path: Path) -> None:
    loaded = _load(
        tmp_path,
        """
        go:
          text: "Hi {name}"
          buttons:
            - {title: A person, payload: /ask_human}
            - {title: More, payload: '/topic{"topic": "bipolar"}'}
          links: ["988.call", crisis_text_line, 988_lgbtq]
        """,
    )
    reply = loaded.reply("go", name="Ana")
    assert reply.text == "Hi Ana"
    assert next(button.payload for button in reply.buttons) == "/ask_human"
    assert next(link.href for link in reply.links) == "tel:988"
    assert len(reply.links) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 'call {directory:nothing}'", "texts.yml, a: the directory has no entry"),
        ("a: 'call {directory:911.chat}'", "has no 'chat'"),
        ("a: 'a { brace'", "not a placeholder"),
        ("a: '{Name}'", "not a placeholder"),
        ("a: 3", "a: must be a text"),
        ("a: {text: hi, button: []}", "unknown field 'button'"),
        ("a: {text: hi, buttons: [{title: x, payload: ask}]}", "must look like /intent"),
        ("a: {text: hi, buttons: [{title: Yes, payload: /affirm}]}", "must be quoted"),
        ("a: {text: hi, buttons: [{title: Yes, do it, payload: /affirm}]}", "exactly a title"),
        ("a: {text: hi, links: [nothing]}", "no entry 'nothing'"),
        ("a: {text: hi, links: ['911.chat']}", "has no 'chat'"),
        ("a: {text: hi, links: 988}", "must be a list"),
        ("- a", "must be a mapping"),
        ("a: [", "cannot be read"),
    ],
)
def test_a_mistake_is_said_when_the_file_is_read(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(TextError, match=says):
        _load(tmp_path, text)


def test_a_wrong_key_or_wrong_values_are_said(tmp_path: Path) -> None:
    loaded = _load(tmp_path, "a: 'Hi {name}'")
    with pytest.raises(TextError, match="no text 'b'"):
        loaded("b")
    with pytest.raises(TextError, match="'name' is missing"):
        loaded("a")
    with pytest.raises(TextError, match="'other' is not in the text"):
        loaded("a", name="x", other="y")


def test_articles_are_filled_and_other_braces_left(tmp_path: Path) -> None:
    assert texts.fill("Call {directory:988} {x}", DIRECTORY) == "Call 988 {x}"
    with pytest.raises(TextError):
        texts.fill("Call {directory:nothing}", DIRECTORY)


def test_validation_finds_numbers_and_exclamation_marks(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "texts.yml").write_text(
        "# call 988!\na: Call 988\nb: Hello!\nc: '555-123-4567'\nd: fine {directory:988}\n", "utf-8"
    )
    problems = texts.validate(tmp_path, DIRECTORY)
    assert [problem.split(": ")[0] for problem in problems] == [
        f"room/texts.yml:{line}" for line in (2, 3, 4)
    ]


def test_every_text_file_of_the_product_is_right() -> None:
    assert texts.validate(ROOT / "assistant", DIRECTORY) == []
    assert texts.validate(ROOT / "connectors", DIRECTORY) == []
    assert texts.validate(ROOT / "actions", DIRECTORY) == []
