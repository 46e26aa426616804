"""The notice that Beside is not a person comes when the law and honesty ask for it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from assistant.clock import FakeClock
from assistant.safety import disclosure
from assistant.safety.directory import Directory

DIRECTORY = Directory.load()
NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)


def _ago(**delta: float) -> datetime:
    return NOW - timedelta(**delta)


def test_it_is_given_at_first_contact() -> None:
    assert disclosure.due(None, None, NOW)
    assert disclosure.due(None, _ago(minutes=1), NOW)
    assert disclosure.due(_ago(minutes=1), _ago(minutes=1), NOW, first=True)


def test_it_is_not_repeated_with_every_message() -> None:
    assert not disclosure.due(_ago(minutes=5), _ago(minutes=1), NOW)
    assert not disclosure.due(_ago(hours=2, minutes=59), _ago(minutes=10), NOW)


def test_it_is_given_every_three_hours_of_an_ongoing_conversation() -> None:
    clock = FakeClock(NOW)
    last, given = clock.now(), 0
    before = clock.now()
    for _ in range(36):
        clock.move(minutes=20)
        if disclosure.due(last, before, clock.now()):
            last, given = clock.now(), given + 1
        before = clock.now()
    assert given == 4


def test_it_is_given_hourly_to_a_known_minor() -> None:
    hour = timedelta(hours=1)
    assert disclosure.due(_ago(hours=1), _ago(minutes=10), NOW, every=hour)
    assert not disclosure.due(_ago(minutes=59), _ago(minutes=10), NOW, every=hour)


def test_it_is_given_after_seven_quiet_days_and_daily_to_who_returns() -> None:
    assert disclosure.due(_ago(days=7), _ago(days=7), NOW)
    assert disclosure.due(_ago(days=2), _ago(hours=30), NOW)
    assert not disclosure.due(_ago(hours=20), _ago(hours=19), NOW)


def test_a_clock_set_back_does_not_silence_it() -> None:
    assert disclosure.due(NOW + timedelta(days=8), NOW + timedelta(days=8), NOW)


def test_the_first_message_says_what_it_is_what_it_can_do_and_where_help_is() -> None:
    reply = disclosure.first_message(DIRECTORY)
    assert "automated assistant" in reply.text
    assert "not a person and not a therapist" in reply.text
    assert {"/ask_human", "/find_treatment"} <= {button.payload for button in reply.buttons}
    assert "tel:911" in {link.href for link in reply.links}
    assert len(reply.text.split()) <= 70


def test_the_reminder_is_short_and_says_the_same() -> None:
    reply = disclosure.reminder(DIRECTORY)
    assert "not a person and not a therapist" in reply.text
    assert len(reply.text.split()) <= 30
