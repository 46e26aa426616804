"""The crisis directory is checked in full, and gives what can be tapped."""

from __future__ import annotations

import subprocess
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.safety.directory import PATH, Directory, DirectoryError

DIRECTORY = Directory.load()
EXPECTED = {
    "911", "988", "988_spanish", "988_lgbtq", "veterans", "crisis_text_line", "trevor",
    "trans_lifeline", "samhsa", "nami", "domestic_violence", "sexual_assault", "child_abuse",
    "poison_help", "safespot", "never_use_alone", "maternal", "disaster", "211", "warmlines",
}  # fmt: skip


def _changed(tmp_path: Path, identity: str, **fields: Any) -> Path:
    data = yaml.safe_load(PATH.read_text("utf-8"))
    for name, value in fields.items():
        if value == "REMOVED":
            data["entries"][identity].pop(name)
        else:
            data["entries"][identity][name] = value
    path = tmp_path / "directory.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    return path


def test_every_service_of_the_protocol_is_there() -> None:
    assert {entry.id for entry in DIRECTORY.all()} >= EXPECTED


def test_a_switched_off_service_is_known_but_not_offered() -> None:
    assert not DIRECTORY["988_lgbtq"].on
    assert "988_lgbtq" not in {entry.id for entry in DIRECTORY}


def test_a_person_can_tap_to_call_text_and_chat() -> None:
    links = {link.label: link.href for link in DIRECTORY["988"].links()}
    assert links["Call 988"] == "tel:988"
    assert links["Text 988"] == "sms:988"
    assert any(href.startswith("https://988lifeline.org") for href in links.values())


def test_a_word_to_text_is_filled_in_and_a_long_number_dials() -> None:
    assert DIRECTORY["crisis_text_line"].link("text").href.endswith("?&body=HOME")
    assert DIRECTORY["poison_help"].link("call").href.startswith("tel:+1")
    assert "then press 1" in DIRECTORY["veterans"].link("call").label


def test_a_word_that_the_person_must_choose_is_not_filled_in() -> None:
    assert "body" not in DIRECTORY["samhsa"].link("text").href


def test_asking_for_a_channel_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match="911"):
        DIRECTORY["911"].link("chat")


@pytest.mark.parametrize(
    ("moment", "open_then"),
    [
        ("2026-11-23T15:30:00+00:00", True),  # Monday 10:30 in New York
        ("2026-11-23T14:30:00+00:00", False),  # Monday 9:30
        ("2026-11-24T02:59:00+00:00", True),  # Monday 21:59
        ("2026-11-24T03:00:00+00:00", False),  # Monday 22:00
        ("2026-11-22T18:00:00+00:00", False),  # Sunday
        ("2026-07-06T14:30:00+00:00", True),  # Monday 10:30, summer time
    ],
)
def test_opening_hours_are_honest_in_their_zone(moment: str, open_then: bool) -> None:
    assert DIRECTORY["nami"].open_at(datetime.fromisoformat(moment)) is open_then


def test_hours_are_said_in_words_and_unknown_hours_as_unknown() -> None:
    now = datetime(2026, 11, 22, tzinfo=timezone.utc)
    assert DIRECTORY["nami"].hours_text() == "Monday to Friday, 10 am to 10 pm Eastern time"
    assert DIRECTORY["988"].open_at(now) is True
    assert DIRECTORY["warmlines"].open_at(now) is None
    assert DIRECTORY["warmlines"].hours_text() == "hours vary"


def test_the_operator_is_told_what_nobody_has_checked_or_not_lately() -> None:
    then = datetime(2026, 12, 1, tzinfo=timezone.utc)
    never = {entry.id for entry in DIRECTORY.unverified(then)}
    assert {"trans_lifeline", "domestic_violence", "safespot"} <= never
    assert "988" not in never
    assert "988_lgbtq" not in never
    later = datetime(2027, 6, 1, tzinfo=timezone.utc)
    assert "988" in {entry.id for entry in DIRECTORY.unverified(later)}
    assert "988" not in {entry.id for entry in DIRECTORY.unverified(later, days=365)}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "REMOVED"}, "988: name is missing"),
        ({"source": "http://988lifeline.org"}, "988: source must begin with https://"),
        ({"call": {"number": "call us"}}, "988: call number"),
        ({"call": {"number": 988}}, "988: call number"),
        ({"call": {"number": "988", "press": "1"}}, "988: call must be"),
        ({"call": None, "text": None, "chat": None}, "988: has no channel"),
        ({"verified": "REMOVED"}, "988: verified is missing"),
        ({"verified": "last week"}, "988: verified must be a date"),
        ({"hours": "24/7"}, "988: hours must be"),
        ({"hours": {"days": "mon-fri", "opens": "10:00", "closes": "22:00"}}, "988: hours need"),
        ({"hours": {"days": "fri-mon", "opens": "1:00", "closes": "2:00"}}, "988: hours"),
        ({"languages": "en"}, "988: languages"),
        ({"enabled": "no"}, "988: enabled"),
        ({"phone": "988"}, "988: unknown field 'phone'"),
    ],
)
def test_a_mistake_is_said_with_its_entry_and_field(
    tmp_path: Path, fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(DirectoryError, match=says.replace("/", "/")):
        Directory.load(_changed(tmp_path, "988", **fields))


@pytest.mark.parametrize("text", ["", "entries: []", "entries: {", "entries: {A-B: {}}"])
def test_a_file_that_is_no_directory_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "directory.yml"
    path.write_text(text, "utf-8")
    with pytest.raises(DirectoryError):
        Directory.load(path)
    with pytest.raises(DirectoryError):
        Directory.load(tmp_path / "absent.yml")


def test_another_country_can_replace_the_file(tmp_path: Path) -> None:
    entry = {
        "name": "Samaritans", "what_for": "anyone in distress", "call": {"number": "116-123"},
        "hours": "always", "languages": ["en"], "source": "https://www.samaritans.org",
        "verified": None,
    }  # fmt: skip
    path = tmp_path / "directory.yml"
    path.write_text(yaml.safe_dump({"country": "GB", "entries": {"988": entry}}), "utf-8")
    directory = Directory.load(path)
    assert directory.country == "GB"
    assert str(directory["988"]) == "116-123"


def test_no_long_number_of_the_directory_stands_anywhere_else() -> None:
    root = PATH.parents[2]
    numbers = {
        number
        for entry in DIRECTORY.all()
        for number in (entry.call_number, entry.text_number, entry.tty)
        if len(number) > 4
    }
    for number in sorted(numbers):
        found = subprocess.run(
            ["grep", "-rlF", "--include=*.py", "--include=*.yml", "--include=*.md", number,
             "assistant", "actions", "connectors", "nlu_data", "docs"],
            cwd=root, capture_output=True, text=True, check=False,
        ).stdout.split()  # fmt: skip
        assert set(found) <= {"assistant/safety/directory.yml"}, (number, found)
