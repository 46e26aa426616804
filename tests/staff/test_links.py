"""One-time links: how somebody new gets in, and nobody else does."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from assistant.clock import FakeClock
from assistant.staff import BadLink, BadName, BadPassphrase, StaffAccounts
from assistant.storage import models
from assistant.storage.database import Database

PHRASE = "three quiet green boats"


async def test_a_link_and_a_passphrase_sign_somebody_in(accounts: StaffAccounts) -> None:
    link = await accounts.add("Dana", "peer")
    session = await accounts.redeem(link, PHRASE)
    staff = await accounts.who(session)
    assert staff is not None
    assert (staff.name, staff.role) == ("Dana", "peer")


async def test_looking_at_a_link_does_not_use_it_up(accounts: StaffAccounts) -> None:
    link = await accounts.add("Dana", "peer")
    for _ in range(3):
        assert (await accounts.invited(link)).name == "Dana"
    assert await accounts.redeem(link, PHRASE)


async def test_a_link_opens_once(accounts: StaffAccounts) -> None:
    link = await accounts.add("Dana", "peer")
    await accounts.redeem(link, PHRASE)
    with pytest.raises(BadLink, match="has been used"):
        await accounts.redeem(link, "another good passphrase")
    with pytest.raises(BadLink, match="has been used"):
        await accounts.invited(link)
    assert await accounts.sign_in("Dana", PHRASE)


async def test_of_two_who_open_a_link_at_once_one_gets_in(accounts: StaffAccounts) -> None:
    link = await accounts.add("Dana", "peer")
    results = await asyncio.gather(
        *(accounts.redeem(link, f"{PHRASE} {number}") for number in range(4)),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["BadLink"] * 3 + ["str"]


async def test_a_link_lasts_48_hours(accounts: StaffAccounts, clock: FakeClock) -> None:
    link = await accounts.add("Dana", "peer")
    clock.move(hours=47, minutes=59)
    assert (await accounts.invited(link)).name == "Dana"
    clock.move(minutes=1)
    with pytest.raises(BadLink, match="too old"):
        await accounts.redeem(link, PHRASE)


async def test_a_newer_link_makes_the_older_one_worthless(accounts: StaffAccounts) -> None:
    older = await accounts.add("Dana", "peer")
    newer = await accounts.add("dana", "peer")
    with pytest.raises(BadLink):
        await accounts.redeem(older, PHRASE)
    assert await accounts.redeem(newer, PHRASE)
    assert [account.name for account in await accounts.list()] == ["Dana"]


async def test_a_new_passphrase_ends_the_sessions_of_the_old_one(accounts: StaffAccounts) -> None:
    before = await accounts.redeem(await accounts.add("Dana", "peer"), PHRASE)
    after = await accounts.redeem(await accounts.add("Dana", "peer"), "an altogether new one")
    assert await accounts.who(before) is None
    assert await accounts.who(after) is not None


@pytest.mark.parametrize(
    ("phrase", "says"),
    [
        ("short", "That has 5 characters. Use at least 12"),
        ("x" * 201, "at most 200"),
        ("ababababababab", "repeats"),
        ("Dana Dana Dana 12", "your name"),
    ],
)
async def test_a_weak_passphrase_is_refused_and_the_link_stays_good(
    accounts: StaffAccounts, phrase: str, says: str
) -> None:
    link = await accounts.add("Dana", "peer")
    with pytest.raises(BadPassphrase, match=says):
        await accounts.redeem(link, phrase)
    assert await accounts.redeem(link, PHRASE)


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 5000, "ünïcode", "a\x00b", "\ud800"])
async def test_a_made_up_link_opens_nothing(accounts: StaffAccounts, token: str) -> None:
    await accounts.add("Dana", "peer")
    with pytest.raises(BadLink, match="doesn't open anything"):
        await accounts.redeem(token, PHRASE)


async def test_a_token_is_never_kept_in_clear(accounts: StaffAccounts, database: Database) -> None:
    link = await accounts.add("Dana", "peer")
    session = await accounts.redeem(link, PHRASE)
    async with database.read() as connection:
        for table in (models.staff, models.staff_links, models.staff_sessions, models.audit):
            for row in await connection.execute(select(table)):
                for secret in (link, session, PHRASE):
                    assert secret not in " ".join(map(str, row))


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "Da\nna\x07", "a\u202eb"])
async def test_a_name_that_nobody_can_read_is_refused(accounts: StaffAccounts, name: str) -> None:
    with pytest.raises(BadName):
        await accounts.add(name, "peer")


async def test_an_unknown_role_is_refused(accounts: StaffAccounts) -> None:
    with pytest.raises(BadName, match="peer, supervisor, admin"):
        await accounts.add("Dana", "owner")


async def test_a_role_is_not_changed_in_passing(accounts: StaffAccounts) -> None:
    await accounts.add("Dana", "peer")
    with pytest.raises(BadName, match="already is a peer"):
        await accounts.add("Dana", "admin")
