"""Signing in, staying signed in, and being switched off."""

from __future__ import annotations

import asyncio

import pytest
from argon2 import PasswordHasher

from assistant.clock import FakeClock
from assistant.staff import StaffAccounts, TooManyTries, WrongSignIn, trail
from assistant.staff.passphrases import Passphrases
from assistant.storage.database import Database

PHRASE = "three quiet green boats"


@pytest.fixture
async def dana(accounts: StaffAccounts) -> str:
    """A peer with a passphrase; the value is the session made by the link."""
    return await accounts.redeem(await accounts.add("Dana", "peer"), PHRASE)


async def test_the_right_name_and_passphrase_sign_in(accounts: StaffAccounts, dana: str) -> None:
    session = await accounts.sign_in("  dana ", PHRASE)
    staff = await accounts.who(session)
    assert staff is not None
    assert staff.name == "Dana"


async def test_a_passphrase_is_the_same_from_every_keyboard(accounts: StaffAccounts) -> None:
    link = await accounts.add("Dana", "peer")
    await accounts.redeem(link, "cafe\u0301 by the harbour")
    assert await accounts.sign_in("Dana", "caf\u00e9 by the harbour")


async def test_every_wrong_sign_in_gets_the_same_answer(accounts: StaffAccounts, dana: str) -> None:
    await accounts.add("Newcomer", "peer")
    await accounts.redeem(await accounts.add("Gone", "peer"), PHRASE)
    await accounts.off("Gone")
    answers = set()
    for name, phrase in [
        ("Dana", "not her passphrase"),
        ("Nobody", PHRASE),
        ("Newcomer", PHRASE),
        ("Gone", PHRASE),
        ("Dana", "x" * 100_000),
        ("Dana", "\ud800" * 20),
        ("D\x00na", PHRASE),
        ("", ""),
    ]:
        with pytest.raises(WrongSignIn) as raised:
            await accounts.sign_in(name, phrase)
        answers.add(str(raised.value))
    assert len(answers) == 1


async def test_an_unknown_name_costs_the_same_work(database: Database, clock: FakeClock) -> None:
    class Counting(PasswordHasher):
        verified = 0

        def verify(self, kept: str | bytes, phrase: str | bytes) -> bool:  # type: ignore[override]
            Counting.verified += 1
            return super().verify(kept, phrase)

    hasher = Counting(time_cost=1, memory_cost=64, parallelism=1)
    accounts = StaffAccounts(database, clock, keeper=Passphrases(hasher))
    await accounts.redeem(await accounts.add("Dana", "peer"), PHRASE)
    for name in ("Dana", "Nobody"):
        before = Counting.verified
        with pytest.raises(WrongSignIn):
            await accounts.sign_in(name, "not the passphrase")
        assert Counting.verified == before + 1


async def test_guessing_one_name_is_slowed_and_then_forgiven(
    accounts: StaffAccounts, clock: FakeClock, dana: str
) -> None:
    for _ in range(8):
        with pytest.raises(WrongSignIn):
            await accounts.sign_in("Dana", "not her passphrase")
    with pytest.raises(TooManyTries) as raised:
        await accounts.sign_in("DANA", PHRASE)
    assert 0 < raised.value.retry_after <= 15 * 60
    assert await accounts.who(dana) is not None
    clock.move(minutes=15)
    assert await accounts.sign_in("Dana", PHRASE)


async def test_many_guesses_at_once_do_not_slip_through(accounts: StaffAccounts, dana: str) -> None:
    results = await asyncio.gather(
        *(accounts.sign_in("Dana", f"guess number {number}") for number in range(20)),
        return_exceptions=True,
    )
    kinds = [type(result).__name__ for result in results]
    assert kinds.count("WrongSignIn") == 8
    assert kinds.count("TooManyTries") == 12


async def test_guessing_over_many_names_is_slowed(accounts: StaffAccounts, dana: str) -> None:
    for number in range(60):
        with pytest.raises(WrongSignIn):
            await accounts.sign_in(f"Name {number}", PHRASE)
    with pytest.raises(TooManyTries):
        await accounts.sign_in("One more name", PHRASE)


async def test_signing_in_rightly_never_counts_against_anybody(
    accounts: StaffAccounts, dana: str
) -> None:
    for _ in range(70):
        assert await accounts.sign_in("Dana", PHRASE)


async def test_a_session_ends_after_30_idle_minutes(
    accounts: StaffAccounts, clock: FakeClock, dana: str
) -> None:
    for _ in range(3):
        clock.move(minutes=29)
        assert await accounts.who(dana) is not None
    clock.move(minutes=30)
    assert await accounts.who(dana) is None


async def test_a_page_that_only_stays_open_is_not_activity(
    accounts: StaffAccounts, clock: FakeClock, dana: str
) -> None:
    for _ in range(29):
        clock.move(minutes=1)
        assert await accounts.who(dana, touch=False) is not None
    clock.move(minutes=1)
    assert await accounts.who(dana, touch=False) is None


async def test_a_session_ends_after_12_hours_whatever_happens(
    accounts: StaffAccounts, clock: FakeClock, dana: str
) -> None:
    for _ in range(12 * 3 - 1):
        clock.move(minutes=20)
        assert await accounts.who(dana) is not None
    clock.move(minutes=20)
    assert await accounts.who(dana) is None


async def test_signing_out_ends_that_session_alone(accounts: StaffAccounts, dana: str) -> None:
    other = await accounts.sign_in("Dana", PHRASE)
    await accounts.sign_out(dana)
    await accounts.sign_out(dana)
    await accounts.sign_out("nonsense")
    assert await accounts.who(dana) is None
    assert await accounts.who(other) is not None


async def test_switching_somebody_off_ends_everything_at_once(
    accounts: StaffAccounts, dana: str
) -> None:
    other = await accounts.sign_in("Dana", PHRASE)
    link = await accounts.add("Dana", "peer")
    await accounts.off("dana")
    assert await accounts.who(dana) is None
    assert await accounts.who(other) is None
    with pytest.raises(WrongSignIn):
        await accounts.sign_in("Dana", PHRASE)
    with pytest.raises(ValueError, match="doesn't open anything"):
        await accounts.redeem(link, PHRASE)
    assert [(a.active, a.ready) for a in await accounts.list()] == [(False, False)]


async def test_somebody_who_was_off_can_come_back_in_another_role(
    accounts: StaffAccounts, dana: str
) -> None:
    await accounts.off("Dana")
    session = await accounts.redeem(await accounts.add("Dana", "supervisor"), PHRASE)
    staff = await accounts.who(session)
    assert staff is not None
    assert staff.role == "supervisor"
    assert await accounts.who(dana) is None


async def test_switching_off_an_unknown_name_says_so(accounts: StaffAccounts) -> None:
    with pytest.raises(ValueError, match="no account named 'Nobody'"):
        await accounts.off("Nobody")


@pytest.mark.parametrize("token", [None, "", "x" * 5000, "nonsense", "\ud800", "a\x00b"])
async def test_a_made_up_session_is_nobody(accounts: StaffAccounts, token: str | None) -> None:
    assert await accounts.who(token) is None


async def test_the_list_tells_who_has_not_chosen_a_passphrase(
    accounts: StaffAccounts, dana: str
) -> None:
    await accounts.add("Ari", "admin")
    listed = [(account.name, account.role, account.ready) for account in await accounts.list()]
    assert listed == [("Ari", "admin", False), ("Dana", "peer", True)]


async def test_a_passphrase_kept_at_an_older_cost_is_renewed_in_passing(
    database: Database, clock: FakeClock, accounts: StaffAccounts, dana: str
) -> None:
    dearer = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1)
    later = StaffAccounts(database, clock, keeper=Passphrases(dearer))
    assert await later.sign_in("Dana", PHRASE)
    assert await later.sign_in("Dana", PHRASE)
    assert await accounts.sign_in("Dana", PHRASE)


async def test_the_trail_tells_who_did_what(
    accounts: StaffAccounts, database: Database, dana: str
) -> None:
    staff = await accounts.who(dana)
    assert staff is not None
    await accounts.record(staff, "read", "conversation-1")
    with pytest.raises(WrongSignIn):
        await accounts.sign_in("Dana", "not her passphrase")
    await accounts.sign_out(dana)
    acts = [(act.action, act.staff_id, act.subject) for act in await trail(database)]
    assert acts == [
        ("signed_out", staff.id, None),
        ("sign_in_failed", None, staff.id),
        ("read", staff.id, "conversation-1"),
        ("link_redeemed", staff.id, None),
        ("staff_link_made", None, staff.id),
    ]
    assert [act.action for act in await trail(database, subject="conversation-1")] == ["read"]
