"""The chat as a plain page: forms and links, no scripts, and no way in for other sites."""

from __future__ import annotations

import re

import httpx

from tests.conftest import Server
from tests.fakes.dialogue import FakeDialogue

_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def hidden(page: httpx.Response) -> dict[str, str]:
    """The key and the message's name from a form of the page."""
    fields = dict(_FIELD.findall(page.text))
    return {name: fields[name] for name in ("key", "client_id")}


async def send(client: httpx.AsyncClient, page: httpx.Response, **fields: str) -> httpx.Response:
    return await client.post("/chat", data={**hidden(page), **fields}, follow_redirects=True)


async def test_a_message_comes_back_with_its_answer(client: httpx.AsyncClient) -> None:
    page = await send(client, await client.get("/chat"), text="hello <there>")
    assert page.status_code == 200
    assert "You wrote: hello &lt;there&gt;" in page.text
    assert "<script>" not in page.text
    assert 'http-equiv="refresh"' not in page.text


async def test_the_same_form_sent_twice_is_one_message(client: httpx.AsyncClient) -> None:
    first = await client.get("/chat")
    await send(client, first, text="only once")
    page = await send(client, first, text="only once")
    assert page.text.count('<p dir="auto">only once</p>') == 1


async def test_a_choice_is_pressed_by_its_number_not_by_what_the_browser_claims(
    client: httpx.AsyncClient,
) -> None:
    page = await send(client, await client.get("/chat"), payload="/ask_human", title="A person")
    offered = re.findall(r'name="choice" value="([\d.]+)">Not now', page.text)
    assert offered
    page = await send(client, page, choice=offered[0])
    assert "Not now</p>" in page.text
    forged = await send(client, page, choice="1.0")
    assert forged.status_code == 400
    assert "earlier question" in forged.text


async def test_a_payload_that_the_page_never_offered_is_not_taken(
    client: httpx.AsyncClient,
) -> None:
    page = await send(client, await client.get("/chat"), payload="/forget_confirmed")
    assert page.status_code == 422


async def test_another_site_cannot_send_in_a_persons_name(client: httpx.AsyncClient) -> None:
    page = await client.get("/chat")
    for fields in ({}, {"key": ""}, {"key": "0" * 64}, {"key": "ä"}):
        answer = await client.post("/chat", data={**fields, "text": "forged", "client_id": "x"})
        assert answer.status_code == 403
    foreign = await client.post(
        "/chat", data={**hidden(page), "text": "forged"}, headers={"Origin": "https://e.example"}
    )
    assert foreign.status_code == 403
    assert "forged</p>" not in (await client.get("/chat")).text


async def test_words_are_not_lost_when_the_page_is_too_old(client: httpx.AsyncClient) -> None:
    await client.get("/chat")
    answer = await client.post("/chat", data={"key": "old", "text": "what I wrote <b>"})
    assert answer.status_code == 403
    assert "what I wrote &lt;b&gt;</textarea>" in answer.text
    assert hidden(answer)["key"]


async def test_an_empty_message_gets_a_sentence(client: httpx.AsyncClient) -> None:
    page = await send(client, await client.get("/chat"), text="  ")
    assert page.status_code == 422
    assert 'role="alert"' in page.text


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(
    client: httpx.AsyncClient,
) -> None:
    cookie = (await client.get("/chat")).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/chat" in cookie
    assert "max-age" not in cookie


async def test_quick_exit_takes_the_cookie_away_and_leads_elsewhere(
    client: httpx.AsyncClient,
) -> None:
    page = await send(client, await client.get("/chat"), text="private words")
    assert "private words" in page.text
    foreign = await client.get("/chat/exit", headers={"Sec-Fetch-Site": "cross-site"})
    assert "set-cookie" not in foreign.headers
    gone = await client.get("/chat/exit")
    assert gone.status_code == 303
    assert gone.headers["location"].startswith("https://www.weather.gov")
    assert "private words" not in (await client.get("/chat")).text


async def test_an_answer_that_takes_long_is_looked_for_again(
    client: httpx.AsyncClient, dialogue: FakeDialogue, monkeypatch: object
) -> None:
    from connectors.web import plain

    plain_patience = plain._PATIENCE
    plain._PATIENCE = 0.2
    dialogue.stall = 5
    try:
        page = await send(client, await client.get("/chat"), text="slow one")
    finally:
        plain._PATIENCE = plain_patience
    assert 'http-equiv="refresh"' in page.text
    assert "slow one" in page.text


async def test_the_question_list_can_be_downloaded(client: httpx.AsyncClient) -> None:
    assert (await client.get("/chat/questions")).status_code == 404
    page = await send(client, await client.get("/chat"), text="keep two questions")
    assert 'href="/chat/questions"' in page.text
    answer = await client.get("/chat/questions")
    assert answer.content.startswith(b"%PDF")


async def test_the_line_can_be_left(client: httpx.AsyncClient, server: Server) -> None:
    page = await send(client, await client.get("/chat"), payload="/ask_human", title="A person")
    choice = re.findall(r'name="choice" value="([\d.]+)">Yes, share', page.text)[0]
    page = await send(client, page, choice=choice)
    assert "in line for a person" in page.text
    page = await send(client, page, payload="/leave_queue", title="Leave the line")
    assert 'class="standing"' not in page.text
    assert not await server.service.handoffs.queue()
