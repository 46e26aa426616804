"""The gateway's side of the call, against dialogues that are away, slow, broken or restarted."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from assistant.dialogue.client import DialogueClient, DialogueDown, DialogueFailed
from assistant.dialogue.contract import TurnRequest, TurnResult
from assistant.replies import Reply

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

REQUEST = TurnRequest("t", "c", "hello")
RESULT = TurnResult("state", (Reply("Hello."),))


@pytest.fixture
def path() -> Iterator[Path]:
    """A socket path short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="dlg"))
    yield folder / "s"
    shutil.rmtree(folder)


def answer(body: bytes, status: int = 200, extra: bytes = b"") -> bytes:
    head = b"HTTP/1.1 %d Whatever\r\nContent-Length: %d\r\n%s\r\n"
    return head % (status, len(body), extra) + body


GOOD = answer(msgspec.json.encode(RESULT))


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return await reader.readexactly(length)


def always(data: bytes, *, once: bool = False) -> Handler:
    """A server that answers every request with ``data``, or one and then hangs up."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await read_request(reader)
                writer.write(data)
                await writer.drain()
                if once:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    return handle


@asynccontextmanager
async def serving(path: Path, handler: Handler) -> AsyncIterator[None]:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    server = await asyncio.start_unix_server(handler, str(path))
    try:
        yield
    finally:
        server.close()


async def test_it_works(path: Path) -> None:
    async with serving(path, always(GOOD)):
        client = DialogueClient(path)
        assert await client.ready()
        assert await client.turn(REQUEST) == RESULT
        await client.close()


async def test_nobody_there_is_said(path: Path) -> None:
    client = DialogueClient(path)
    assert not await client.ready()
    with pytest.raises(DialogueDown):
        await client.turn(REQUEST)


async def test_a_restarted_dialogue_is_found_again(path: Path) -> None:
    client = DialogueClient(path)
    for _ in range(3):
        async with serving(path, always(GOOD, once=True)):
            assert await client.turn(REQUEST) == RESULT
        assert not await client.ready()


async def test_many_turns_at_once_share_and_keep_connections(path: Path) -> None:
    opened = 0
    inner = always(GOOD)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        await inner(reader, writer)

    async with serving(path, handle):
        client = DialogueClient(path)
        for _ in range(5):
            results = await asyncio.gather(*[client.turn(REQUEST) for _ in range(8)])
            assert results == [RESULT] * 8
        assert opened <= 8
        await client.close()


async def test_an_answer_that_takes_too_long_is_given_up(path: Path) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with serving(path, handle):
        client = DialogueClient(path, timeout=0.1)
        with pytest.raises(DialogueDown, match="too long"):
            await client.turn(REQUEST)
        assert not await client.ready()


async def test_a_late_answer_is_not_taken_for_the_next_one(path: Path) -> None:
    """A connection whose answer was not waited for is not used again."""
    first = True

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal first
        await read_request(reader)
        if first:
            first = False
            await asyncio.sleep(0.2)
            writer.write(answer(msgspec.json.encode(TurnResult("late"))))
        else:
            writer.write(GOOD)
        writer.close()

    async with serving(path, handle):
        client = DialogueClient(path, timeout=0.1)
        with pytest.raises(DialogueDown):
            await client.turn(REQUEST)
        await asyncio.sleep(0.2)
        assert await client.turn(REQUEST) == RESULT


async def test_death_in_the_middle_of_an_answer_is_said(path: Path) -> None:
    async with serving(path, always(GOOD[:-5], once=True)):
        with pytest.raises(DialogueDown):
            await DialogueClient(path).turn(REQUEST)


@pytest.mark.parametrize("data", [b"SSH-2.0-x\r\n\r\n", b"\r\n\r\n", b"x" * 200_000])
async def test_an_answer_in_another_language_is_no_answer(path: Path, data: bytes) -> None:
    async with serving(path, always(data, once=True)):
        with pytest.raises(DialogueDown):
            await DialogueClient(path).turn(REQUEST)


async def test_a_refusal_comes_with_its_sentence(path: Path) -> None:
    async with serving(path, always(answer(b'{"error": "It failed."}', 500))):
        with pytest.raises(DialogueFailed) as failed:
            await DialogueClient(path).turn(REQUEST)
    assert failed.value.sentence == "It failed."
    assert failed.value.status == 500


@pytest.mark.parametrize(("body", "status"), [(b"<html>", 502), (b"{}", 200), (b"[]", 200)])
async def test_a_body_that_is_no_result_is_a_failure(path: Path, body: bytes, status: int) -> None:
    async with serving(path, always(answer(body, status))):
        with pytest.raises(DialogueFailed):
            await DialogueClient(path).turn(REQUEST)


async def test_a_connection_the_dialogue_closes_is_not_kept(path: Path) -> None:
    data = answer(msgspec.json.encode(RESULT), extra=b"Connection: close\r\n")
    async with serving(path, always(data, once=True)):
        client = DialogueClient(path)
        for _ in range(3):
            assert await client.turn(REQUEST) == RESULT


def test_the_gateway_gets_no_rasa_with_it() -> None:
    code = (
        "import sys, assistant.dialogue.client, assistant.dialogue.training\n"
        "print(sorted({'rasa', 'tensorflow', 'spacy', 'onnx', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
