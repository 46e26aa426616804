"""Settings are environment variables, and a wrong one is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.settings import Settings, SettingsError


def test_it_works_with_nothing_set() -> None:
    settings = Settings.read({})
    assert settings.port == 8000
    assert settings.sqlite
    assert settings.database_url.startswith("sqlite+aiosqlite:///")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("BESIDE_PORT", "eighty", "whole number from 0 to 65535"),
        ("BESIDE_PORT", "70000", "whole number from 0 to 65535"),
        ("BESIDE_PUBLIC_URL", "example.org", "must be a URL"),
        ("BESIDE_WIDGET_ORIGINS", "https://a.org,b.org", "must be a URL"),
        ("BESIDE_FINDTREATMENT_URL", "ftp://x", "must be a URL"),
        ("BESIDE_DATABASE_URL", "mysql://x/y", "sqlite:/// or postgresql://"),
        ("BESIDE_TIMEZONE", "Mars/Base", "must be a time zone"),
        ("BESIDE_LOG_LEVEL", "loud", "must be one of"),
        ("BESIDE_TELEGRAM_STAFF_CHAT_ID", "abc", "must be a whole number"),
        ("BESIDE_REST_TOKEN_FILE", "/nowhere/at/all", "cannot be read"),
        ("BESIDE_TELEGRAM_TOCKEN", "1:a", "is not a setting of Beside"),
    ],
)
def test_it_refuses_a_wrong_value_and_names_it(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says) as refused:
        Settings.read({name: value})
    assert name in str(refused.value)


def test_a_secret_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("let-me-in\n")
    assert Settings.read({"BESIDE_REST_TOKEN_FILE": str(file)}).rest_token == "let-me-in"


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("a")
    with pytest.raises(SettingsError, match="not both"):
        Settings.read({"BESIDE_REST_TOKEN": "b", "BESIDE_REST_TOKEN_FILE": str(file)})


def test_the_drivers_are_named_for_the_person_who_sets_it() -> None:
    url = Settings.read({"BESIDE_DATABASE_URL": "postgres://u@h/d"}).database_url
    assert url == "postgresql+asyncpg://u@h/d"


def test_a_wrong_secret_is_never_repeated_in_the_sentence() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.read({"BESIDE_DATABASE_URL": "mysql://user:hunter2@host/x"})
    assert "hunter2" not in str(refused.value)
