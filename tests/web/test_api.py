"""The widget's API: who may read, what is refused and how, and that nothing is lost."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Server
from tests.web.conftest import CLINIC, Person, sign_in, take_over


async def test_a_message_gets_its_answer(person: Person) -> None:
    seq = await person.say("hello there")
    heard = await person.until("message", text="You wrote: hello there")
    own = next(event.data for event in heard if event.name == "message")
    assert own["seq"] == seq
    assert own["from"] == "you"


async def test_the_same_client_id_is_stored_once(person: Person) -> None:
    name = uuid.uuid4().hex
    first = await person.post("messages", {"client_id": name, "text": "only once"})
    again = await person.post("messages", {"client_id": name, "text": "only once"})
    assert first.json() == {"seq": first.json()["seq"], "duplicate": False}
    assert again.json() == {"seq": first.json()["seq"], "duplicate": True}
    heard = await person.until("message", text="You wrote: only once")
    assert [event.data["text"] for event in heard if event.data.get("from") == "you"] == [
        "only once"
    ]


async def test_a_button_shows_its_title_and_sends_its_payload(
    person: Person, server: Server
) -> None:
    await person.press("/ask_human", "A person")
    heard = await person.until("message", text="A peer may read a short note from you. Share it?")
    messages = [event.data for event in heard if event.name == "message"]
    assert messages[0]["text"] == "A person"
    assert messages[-1]["buttons"] == [
        {"title": "Yes, share", "payload": "/affirm"},
        {"title": "Not now", "payload": "/deny"},
    ]


async def test_a_location_is_rounded_and_its_figures_are_not_shown_back(person: Person) -> None:
    body = {"client_id": "here", "place": [37.804363, -122.271111]}
    assert (await person.post("messages", body)).status_code == 202
    heard = await person.until("message")
    assert "37" not in heard[0].data["text"]
    assert "location" in heard[0].data["text"]


async def test_the_question_list_comes_as_a_pdf(person: Person) -> None:
    await person.say("keep two questions")
    await person.until("message", document="questions")
    answer = await person.get("document/questions")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["content-disposition"].startswith("attachment;")


async def test_an_empty_question_list_says_so(person: Person) -> None:
    await person.say("hello")
    answer = await person.get("document/questions")
    assert answer.status_code == 404
    assert "empty" in answer.json()["error"]


async def test_a_peer_learns_that_the_person_is_typing_only_while_they_talk(
    person: Person, server: Server
) -> None:
    peer = await sign_in(server)
    await person.say("hello")
    conversation = await _conversation(server, person)
    with server.service.hub.subscribe(f"conversation:{conversation}") as news:
        assert (await person.post("typing", {})).status_code == 204
        assert "typing:person" not in news.take_notes()
        await take_over(server, person, peer)
        news.take_notes()
        assert (await person.post("typing", {})).status_code == 204
        assert "typing:person" in news.take_notes()


async def test_a_receipt_moves_the_status_forward_only(person: Person, server: Server) -> None:
    await person.say("hello")
    answer = (await person.until("message", text="You wrote: hello"))[-1].data
    for status in ("seen", "delivered"):
        receipt = {"status": status, "up_to": answer["seq"]}
        assert (await person.post("acknowledge", receipt)).status_code == 204
    entries = await server.service.transcript.since(await _conversation(server, person), 0)
    assert {entry.status for entry in entries if entry.direction == "out"} == {"seen"}


async def test_a_token_that_is_not_ours_opens_nothing(person: Person) -> None:
    await person.say("private")
    for token in ("", "nonsense", "a.b", "ä.ö", "x" * 5000, "." * 100, "abc." + "0" * 64):
        header = {"Authorization": f"Bearer {token}".strip().encode()}
        for method, path, body in (
            ("POST", "messages", {"client_id": "x", "text": "hello"}),
            ("POST", "acknowledge", {"status": "seen", "up_to": 1}),
            ("POST", "typing", {}),
            ("GET", "stream", None),
            ("GET", "document/questions", None),
        ):
            answer = await person.http.request(method, f"/widget/{path}", json=body, headers=header)
            assert answer.status_code == 401, (token, path)
            assert answer.json()["error"]
            assert "private" not in answer.text


async def test_a_changed_token_is_refused(person: Person) -> None:
    await person.say("private")
    address, _, signature = person.token.partition(".")
    other = ("b" if address[0] == "a" else "a") + address[1:]
    stranger = Person(person.http, f"{other}.{signature}")
    assert (await stranger.get("stream")).status_code == 401


async def test_nobody_sees_another_persons_conversation(
    person: Person, client: httpx.AsyncClient
) -> None:
    await person.say("a private thing")
    await person.until("message", text="You wrote: a private thing")
    other = await Person(client).begin()
    assert (await other.get("stream")).status_code == 404
    assert (await other.get("document/questions")).status_code == 404
    await other.say("hello")
    heard = await other.until("message", text="You wrote: hello")
    assert "private" not in str(heard)


async def test_no_conversation_exists_before_the_first_message(
    person: Person, server: Server
) -> None:
    assert (await person.get("stream")).status_code == 404
    assert await _conversation(server, person) is None


BAD = [
    ({}, 400),
    ({"client_id": "a"}, 400),
    ({"client_id": "a", "text": "x", "payload": "/y"}, 400),
    ({"client_id": "", "text": "x"}, 400),
    ({"client_id": "a b", "text": "x"}, 400),
    ({"client_id": "a" * 121, "text": "x"}, 400),
    ({"client_id": "a", "text": 7}, 400),
    ({"client_id": "a", "text": ""}, 422),
    ({"client_id": "a", "text": " \u0000 \n "}, 422),
    ({"client_id": "a", "payload": "no slash"}, 400),
    ({"client_id": "a", "payload": "/" + "x" * 2000}, 400),
    ({"client_id": "a", "place": [91, 0]}, 422),
    ({"client_id": "a", "place": [1]}, 400),
    ({"client_id": "a", "place": "here"}, 400),
    ({"client_id": "a", "text": "x", "conversation": "somebody-elses"}, 400),
    ({"client_id": "a", "text": "x" * 250_000}, 413),
    ([], 400),
    ("text", 400),
    (None, 400),
]


async def test_a_malformed_message_gets_a_sentence_and_stores_nothing(
    person: Person, server: Server
) -> None:
    for body, status in BAD:
        answer = await person.post("messages", body)
        assert answer.status_code == status, (str(body)[:100], answer.text)
        assert answer.json()["error"].endswith(".")
    assert await _conversation(server, person) is None


async def test_a_body_that_is_not_json_is_refused(person: Person) -> None:
    lone_surrogate = b'{"client_id": "a", "text": "\\ud800"}'
    for raw in (b"", b"{", b"\xff\xfe", lone_surrogate, b"[" * 5000):
        answer = await person.http.post("/widget/messages", content=raw, headers=person.headers)
        assert answer.status_code == 400, raw[:50]
        assert answer.json()["error"]


async def test_an_oversized_body_is_refused(person: Person) -> None:
    answer = await person.http.post(
        "/widget/messages", content=b'{"text":"' + b"a" * 2_000_000, headers=person.headers
    )
    assert answer.status_code == 413
    assert answer.json()["error"]


async def test_unusual_text_is_taken_as_text(client: httpx.AsyncClient) -> None:
    for text in (
        "<img src=x onerror=alert(1)> & <b>bold</b>",
        "*not* _markdown_ [x](javascript:alert(1))",
        "\u202eright to left\u202c",
        "👋🏽👨‍👩‍👧",
        "نص عربي",
        "a\r\nb\tc\x07d",
    ):
        person = await Person(client).begin()
        await person.say(text)
        own = (await person.until("message"))[0].data
        assert own["text"] == text.replace("\r\n", "\n").replace("\x07", "")


async def test_a_flood_is_slowed_down_and_loses_nothing(person: Person) -> None:
    taken, slowed = [], 0
    for number in range(50):
        answer = await person.post("messages", {"client_id": f"n{number}", "text": f"n{number}"})
        if answer.status_code == 202:
            taken.append(f"n{number}")
            continue
        slowed += 1
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.json()["error"]
    assert taken
    assert slowed
    heard = await person.until("ready")
    assert [event.data["text"] for event in heard if event.data.get("from") == "you"] == taken


async def test_tokens_are_not_made_without_end(client: httpx.AsyncClient) -> None:
    answers = [await client.post("/widget/session", json={}) for _ in range(90)]
    assert answers[0].status_code == 201
    assert answers[-1].status_code == 429
    assert answers[-1].headers["retry-after"]


async def test_a_site_that_nobody_named_is_refused(person: Person) -> None:
    for origin in ("https://evil.example", "null", f"{CLINIC}.evil.example", CLINIC + ":444"):
        for path in ("session", "messages"):
            answer = await person.http.post(
                f"/widget/{path}", json={}, headers={**person.headers, "Origin": origin}
            )
            assert answer.status_code == 403, origin
            assert "access-control-allow-origin" not in answer.headers
            assert answer.json()["error"]


async def test_a_named_site_may_call_and_nobody_else_is_told_so(client: httpx.AsyncClient) -> None:
    answer = await client.post("/widget/session", json={}, headers={"Origin": CLINIC})
    assert answer.status_code == 201
    assert answer.headers["access-control-allow-origin"] == CLINIC
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers
    ask = {"Origin": CLINIC, "Access-Control-Request-Method": "POST"}
    preflight = await client.options("/widget/messages", headers=ask)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == CLINIC
    foreign = await client.options(
        "/widget/messages", headers={**ask, "Origin": "https://e.example"}
    )
    assert "access-control-allow-origin" not in foreign.headers


async def test_our_own_pages_may_call_under_any_name_of_this_host(
    client: httpx.AsyncClient,
) -> None:
    own = str(client.base_url).rstrip("/")
    answer = await client.post("/widget/session", json={}, headers={"Origin": own})
    assert answer.status_code == 201
    assert "access-control-allow-origin" not in answer.headers


async def test_every_answer_carries_the_security_headers(person: Person) -> None:
    for answer in (
        await person.get("stream"),
        await person.post("messages", {}),
        await person.http.get("/"),
        await person.http.get("/widget"),
        await person.http.get("/chat"),
        await person.http.get("/widget.js"),
        await person.http.get("/widget/assets/x/none.js"),
        await person.http.post("/widget/session", json={}, headers={"Origin": "https://e.example"}),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "frame-ancestors" in policy


class TestAnything:
    """Whatever arrives: a clear answer, never a broken server."""

    @pytest.fixture
    def database_url(self, tmp_path: Any) -> str:
        return f"sqlite:///{tmp_path / 'beside.db'}"

    async def test_any_json_at_all_gets_a_clear_answer(self, person: Person) -> None:
        values = st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(-1e9, 1e9) | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["client_id", "text", "payload", "title", "place", "other"]),
                    inner,
                )
            ),
            max_leaves=8,
        )
        bodies: list[Any] = []

        @settings(max_examples=100, suppress_health_check=list(HealthCheck), database=None)
        @given(values)
        def collect(value: Any) -> None:
            bodies.append(value)

        collect()
        for body in bodies:
            for path in ("messages", "acknowledge", "typing", "session"):
                answer = await person.post(path, body)
                assert answer.status_code < 500, (path, body)
                if answer.status_code >= 400:
                    assert answer.json()["error"]


async def _conversation(server: Server, person: Person) -> str | None:
    address = person.token.partition(".")[0]
    return await server.service.transcript.conversation_of("web", address)
