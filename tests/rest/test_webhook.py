"""Rasa's REST shape, answered after the turn, never empty, never silently broken."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from assistant.service import Service
from tests.conftest import Server, eventually
from tests.fakes.dialogue import FakeDialogue

PATH = "/webhooks/rest/webhook"


async def _say(client: httpx.AsyncClient, text: str, **extra: object) -> httpx.Response:
    return await client.post(PATH, json={"sender": "s1", "message": text, **extra})


async def test_it_works(client: httpx.AsyncClient) -> None:
    answer = await _say(client, "what is bipolar")
    assert answer.status_code == 200
    notice, card = answer.json()
    assert "not a person" in notice["text"]
    assert card["recipient_id"] == "s1"
    assert card["buttons"][1] == {"title": "A person", "payload": "/ask_human"}
    assert card["custom"]["sources"][0]["name"] == "NIMH"


async def test_a_payload_as_message_is_a_button_press(
    client: httpx.AsyncClient, dialogue: FakeDialogue
) -> None:
    await _say(client, '/ask_hope{"topic": "ptsd"}')
    assert dialogue.asked[-1].text == '/ask_hope{"topic": "ptsd"}'


async def test_a_repeated_message_id_gets_the_same_answer_and_is_asked_once(
    client: httpx.AsyncClient, dialogue: FakeDialogue
) -> None:
    first = await _say(client, "hello", metadata={"message_id": "m1"})
    again = await _say(client, "hello", metadata={"message_id": "m1"})
    assert again.json() == first.json()
    assert len(dialogue.asked) == 1


async def test_the_question_list_comes_as_an_attachment_that_can_be_fetched(
    client: httpx.AsyncClient, server: Server
) -> None:
    answer = (await _say(client, "keep two questions")).json()[-1]
    path = answer["attachment"].replace(server.service.settings.public_url, "")
    document = await client.get(path)
    assert document.headers["content-type"] == "application/pdf"
    assert document.content.startswith(b"%PDF-")


async def test_while_a_person_waits_the_answer_says_so_and_peer_messages_can_be_fetched(
    client: httpx.AsyncClient, service: Service
) -> None:
    answer = (await _say(client, "/affirm")).json()
    assert answer[-1]["custom"]["owner"] == "waiting"
    rosa = await service.staff.who(
        await service.staff.redeem(await service.staff.add("Rosa", "peer"), "correct horse battery")
    )
    assert rosa is not None
    (waiting,) = await service.handoffs.queue()
    await service.handoffs.claim(waiting.id, rosa)
    held = (await _say(client, "hi")).json()
    assert held[-1]["custom"]["owner"] == "peer"
    await service.handoffs.say(waiting.id, rosa, "Hi, I'm Rosa.", "c1")
    after = held[-1]["custom"]["seq"]
    fetched = await client.get("/webhooks/rest/messages", params={"sender": "s1", "after": after})
    (message,) = fetched.json()
    assert (message["text"], message["custom"]["name"]) == ("Hi, I'm Rosa.", "Rosa")


async def test_a_crisis_is_answered_while_the_dialogue_is_down(
    client: httpx.AsyncClient, dialogue: FakeDialogue, service: Service
) -> None:
    await dialogue.stop()
    await eventually(lambda: not service.turns.ready)
    answer = await _say(client, "i want to kill myself")
    assert "988" in answer.json()[0]["text"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"hello"', 400),
        (b"[" * 5_000, 400),
        (b'{"sender": "s1"}', 400),
        (b'{"sender": "", "message": "hello"}', 400),
        (b'{"sender": "s1", "message": 7}', 400),
        (b'{"sender": "s1", "message": ""}', 422),
        (b'{"sender": "s1", "message": "\\u0000"}', 422),
        (b'{"sender": "s1", "message": "\\ud800"}', 400),
        (b'{"sender": "%s", "message": "hello"}' % (b"x" * 121), 400),
        (b'{"sender": "s1", "message": "%s"}' % (b"x" * 200_001), 413),
        (b'{"sender": "s1", "message": "%s"}' % (b"x" * 1_100_000), 413),
    ],
)
async def test_it_refuses_what_is_malformed_with_one_sentence(
    client: httpx.AsyncClient, body: bytes, status: int
) -> None:
    answer = await client.post(PATH, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["error"].endswith((".", "like."))


async def test_a_failed_turn_is_said_in_the_answer_never_an_empty_list(
    client: httpx.AsyncClient, dialogue: FakeDialogue
) -> None:
    dialogue.fail_next = 2
    answer = await _say(client, "hello")
    assert "Something went wrong on my side" in answer.json()[-1]["text"]


async def test_too_many_unanswered_messages_are_refused_with_a_time_to_wait(
    client: httpx.AsyncClient, dialogue: FakeDialogue
) -> None:
    import asyncio

    dialogue.stall = 0.05
    answers = await asyncio.gather(*(_say(client, f"m{n}") for n in range(40)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    assert all(answer.json()["error"] for answer in refused)


async def test_it_wants_the_token_when_one_is_set(
    client: httpx.AsyncClient, service: Service
) -> None:
    service.settings = replace(service.settings, rest_token="let-me-in")
    assert (await _say(client, "hello")).status_code == 401
    wrong = {"authorization": "Bearer let-me-out"}
    refused = await client.post(PATH, json={"sender": "s1", "message": "hello"}, headers=wrong)
    assert refused.status_code == 401
    assert "token" in refused.json()["error"]
    right = {"authorization": "Bearer let-me-in"}
    answer = await client.post(PATH, json={"sender": "s1", "message": "hello"}, headers=right)
    assert answer.status_code == 200


async def test_messages_of_an_unknown_sender_are_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.get("/webhooks/rest/messages", params={"sender": "nobody"})
    assert answer.status_code == 404
    assert answer.json()["error"]


async def test_an_unknown_path_and_a_wrong_method_are_sentences_too(
    client: httpx.AsyncClient,
) -> None:
    assert (await client.get("/nowhere")).json()["error"]
    assert (await client.put(PATH, json={})).json()["error"]
