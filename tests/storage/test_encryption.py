"""Everything a person wrote is encrypted where it lies, and keys can be replaced."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, text

from assistant.handoff.handoff import EndReason
from assistant.service import Service
from assistant.settings import Settings
from assistant.storage.models import metadata
from assistant.storage.vault import Vault, VaultError, load_keys
from tests.conftest import answered, eventually, write
from tests.fakes.dialogue import FakeDialogue

SECRETS = (
    "zebra marmalade at midnight",
    "anna-karenina-42",
    "You wrote: zebra marmalade",
    "Will I always need it?",
    "I was told today.",
    "A reply from Rosa only",
)


async def _whole_conversation(service: Service) -> str:
    """Everything that is kept of a person: messages, list, state, hand-off, peer's words."""
    address = SECRETS[1]
    await answered(service, await write(service, SECRETS[0], address=address))
    await answered(service, await write(service, "keep two questions", address=address))
    asked = await write(service, "/affirm", kind="button", address=address)
    await answered(service, asked)
    rosa = await service.staff.who(
        await service.staff.redeem(await service.staff.add("Rosa", "peer"), "correct horse battery")
    )
    assert rosa is not None
    (waiting,) = await service.handoffs.queue()
    await service.handoffs.claim(waiting.id, rosa)
    await service.handoffs.say(waiting.id, rosa, SECRETS[5], "c1")
    await service.handoffs.close(waiting.id, rosa, EndReason.FINISHED)
    return asked.conversation


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_database_file_and_its_log_hold_no_word_of_a_conversation(
    service: Service, tmp_path: Path
) -> None:
    await _whole_conversation(service)
    files = sorted(tmp_path.glob("beside.db*"))
    assert {file.name for file in files} >= {"beside.db", "beside.db-wal"}
    content = b"".join(file.read_bytes() for file in files)
    assert b"alembic_version" in content, "the search itself must be able to find something"
    for secret in SECRETS:
        assert secret.encode() not in content


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_no_column_in_postgresql_holds_a_word_of_a_conversation(service: Service) -> None:
    await _whole_conversation(service)
    found = ""
    async with service.database.read() as connection:
        for table in metadata.sorted_tables:
            rows = await connection.execute(text(f"SELECT t::text FROM {table.name} t"))
            found += "\n".join(rows.scalars())
    assert "Rosa" in found, "the search itself must be able to find something"
    for secret in SECRETS:
        assert secret not in found
        assert secret.encode().hex() not in found


async def test_a_new_key_reads_the_old_and_rekeying_makes_the_old_one_unnecessary(
    settings: Settings, dialogue: FakeDialogue
) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()

    async def started(*keys: str) -> Service:
        service = Service(replace(settings, encryption_keys=keys))
        await service.start()
        await eventually(lambda: service.turns.ready)
        return service

    first = await started(old)
    conversation = await _whole_conversation(first)
    await first.stop()

    both = await started(new, old)
    before = [e.reply.text for e in await both.transcript.since(conversation, 0)]
    assert SECRETS[5] in before
    assert await both.database.reseal(both.vault) > 5
    await both.stop()

    only_new = await started(new)
    after = [e.reply.text for e in await only_new.transcript.since(conversation, 0)]
    assert after == before
    assert await only_new.transcript.conversation_of("web", SECRETS[1]) == conversation
    await only_new.stop()

    with pytest.raises(VaultError, match="put the key it was sealed with back"):
        await started(old)


async def test_every_sealed_column_is_resealed(service: Service) -> None:
    await _whole_conversation(service)
    newer = Vault([Fernet.generate_key().decode(), *load_keys((), service.settings.data_dir)])
    await service.database.reseal(newer)
    for table in metadata.sorted_tables:
        for column in table.c:
            if not column.name.endswith("_sealed"):
                continue
            async with service.database.read() as connection:
                values = (await connection.execute(select(column))).scalars().all()
            for value in filter(None, values):
                with pytest.raises(VaultError):
                    service.vault.open(value)


def test_a_key_that_is_none_is_refused_with_a_sentence() -> None:
    with pytest.raises(VaultError, match="BESIDE_ENCRYPTION_KEYS must hold keys"):
        Vault(["not a key"])


def test_the_key_made_at_the_first_run_is_for_this_user_alone(tmp_path: Path) -> None:
    first = load_keys((), tmp_path)
    assert load_keys((), tmp_path) == first
    mode = (tmp_path / "encryption.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
