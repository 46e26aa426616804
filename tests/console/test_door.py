"""Getting in: links, sign-in, cookies, and requests that another site makes up."""

from __future__ import annotations

from typing import Any

import httpx

from assistant.service import Service
from tests.conftest import Server
from tests.console.conftest import PHRASE, Peer, form_proof, redeem


async def test_a_stranger_sees_only_the_door(client: httpx.AsyncClient) -> None:
    page = await client.get("/console")
    assert page.status_code == 200
    assert "<h1>Sign in</h1>" in page.text
    assert "beside-csrf" not in page.text


async def test_looking_at_a_link_leaves_it_good(
    client: httpx.AsyncClient, service: Service, cheap: None
) -> None:
    link = await service.staff.add("Dana <b>", "peer")
    for _ in range(2):
        page = await client.get(f"/console/link/{link}")
        assert page.status_code == 200
        assert "Welcome, Dana &lt;b&gt;" in page.text
    done = await redeem(client, link)
    assert done.status_code == 303
    assert "Dana" in (await client.get("/console")).text


async def test_a_used_link_says_so(
    client: httpx.AsyncClient, service: Service, cheap: None
) -> None:
    link = await service.staff.add("Dana", "peer")
    await redeem(client, link)
    page = await client.get(f"/console/link/{link}")
    assert page.status_code == 404
    assert "This link has been used" in page.text


async def test_a_short_passphrase_is_explained_and_can_be_mended(
    client: httpx.AsyncClient, service: Service, cheap: None
) -> None:
    link = await service.staff.add("Dana", "peer")
    page = await redeem(client, link, "short")
    assert page.status_code == 422
    assert "Use at least 12" in page.text
    assert "short" not in page.text.replace("hard to guess", "").split("<form")[1]
    assert (await redeem(client, link)).status_code == 303


async def test_name_and_passphrase_sign_in_and_out(
    client: httpx.AsyncClient, dana: Peer, service: Service
) -> None:
    page = await client.get("/console")
    form = {"csrf": form_proof(page), "name": "Dana", "passphrase": PHRASE}
    assert (await client.post("/console/sign-in", data=form)).status_code == 303
    inside = await client.get("/console")
    assert "beside-csrf" in inside.text
    out = await client.post("/console/sign-out", data={"csrf": form_proof(inside)})
    assert out.status_code == 303
    assert "<h1>Sign in</h1>" in (await client.get("/console")).text
    assert (await dana.get("/me")).status_code == 200


async def test_a_wrong_sign_in_gives_nothing_away(client: httpx.AsyncClient, dana: Peer) -> None:
    answers = set()
    for name in ("Dana", "Nobody"):
        page = await client.get("/console")
        form = {"csrf": form_proof(page), "name": name, "passphrase": "not the passphrase"}
        answer = await client.post("/console/sign-in", data=form)
        answers.add((answer.status_code, answer.text.replace(name, "NAME")))
        assert "beside_staff" not in answer.cookies
    assert len(answers) == 1
    assert answers.pop()[0] == 403


async def test_guessing_is_slowed_with_a_time_to_wait(
    client: httpx.AsyncClient, dana: Peer
) -> None:
    page = await client.get("/console")
    form = {"csrf": form_proof(page), "name": "Dana", "passphrase": "not the passphrase"}
    for _ in range(8):
        assert (await client.post("/console/sign-in", data=form)).status_code == 403
    answer = await client.post("/console/sign-in", data={**form, "passphrase": PHRASE})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "Wait" in answer.text


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    client: httpx.AsyncClient, service: Service, cheap: None
) -> None:
    done = await redeem(client, await service.staff.add("Dana", "peer"))
    cookie = done.headers["set-cookie"].lower()
    assert "beside_staff=" in cookie
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie


async def test_a_form_without_its_proof_is_refused(
    client: httpx.AsyncClient, service: Service, cheap: None
) -> None:
    link = await service.staff.add("Dana", "peer")
    await client.get(f"/console/link/{link}")
    for proof in ("", "wrong", "0" * 64):
        form = {"csrf": proof, "passphrase": PHRASE}
        answer = await client.post(f"/console/link/{link}", data=form)
        assert answer.status_code == 403
    assert (await service.staff.invited(link)).name == "Dana"


async def test_a_form_sent_from_another_site_is_refused(
    client: httpx.AsyncClient, service: Service, cheap: None
) -> None:
    link = await service.staff.add("Dana", "peer")
    page = await client.get(f"/console/link/{link}")
    form = {"csrf": form_proof(page), "passphrase": PHRASE}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = await client.post(f"/console/link/{link}", data=form, headers=headers)
        assert answer.status_code == 403


CALLS: list[tuple[str, str, Any]] = [
    ("GET", "/me", None),
    ("GET", "/queue", None),
    ("GET", "/stream", None),
    ("GET", "/handoffs/abc", None),
    ("POST", "/handoffs/abc/claim", {}),
    ("POST", "/handoffs/abc/messages", {"client_id": "a", "text": "hello"}),
    ("POST", "/handoffs/abc/typing", {}),
    ("POST", "/handoffs/abc/seen", {"up_to": 1}),
    ("POST", "/handoffs/abc/close", {"reason": "finished"}),
    ("POST", "/heartbeat", {}),
]


async def test_nothing_of_the_api_is_open_to_strangers(client: httpx.AsyncClient) -> None:
    for method, path, body in CALLS:
        answer = await client.request(method, f"/console/api{path}", json=body)
        assert answer.status_code == 401, path
        assert answer.json() == {"error": "Sign in first."}


async def test_every_change_needs_the_proof(dana: Peer) -> None:
    for headers in (
        {},
        {"X-Beside-CSRF": "wrong"},
        {"X-Beside-CSRF": dana.csrf, "Origin": "https://evil.example"},
    ):
        answer = await dana.http.post("/console/api/heartbeat", json={}, headers=headers)
        assert answer.status_code == 403
    assert (await dana.post("/heartbeat")).status_code == 204


async def test_one_session_proves_nothing_for_another(dana: Peer, sam: Peer) -> None:
    answer = await sam.http.post(
        "/console/api/heartbeat", json={}, headers={"X-Beside-CSRF": dana.csrf}
    )
    assert answer.status_code == 403


async def test_every_answer_is_kept_nowhere_and_framed_nowhere(client: httpx.AsyncClient) -> None:
    for path in ("/console", "/console/link/nonsense", "/console/api/me"):
        headers = (await client.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


async def test_the_pages_ask_no_other_site_for_anything(
    client: httpx.AsyncClient, dana: Peer, server: Server
) -> None:
    page = (await dana.http.get("/console")).text
    addresses = [part.split('"')[0] for part in page.split('src="')[1:] + page.split('href="')[1:]]
    assert len(addresses) > 3
    for address in addresses:
        assert address.startswith(("/console/", "#"))
        if address.startswith("/console/static/"):
            answer = await client.get(address)
            assert answer.status_code == 200
            assert answer.headers["cache-control"].endswith("immutable")
            assert "https://" not in answer.text.replace("http://www.w3.org", "")


async def test_an_unknown_file_is_not_found(client: httpx.AsyncClient) -> None:
    for name in ("nothing.js", "..%2Froutes.py", "%2e%2e/routes.py"):
        assert (await client.get(f"/console/static/x/{name}")).status_code in (404, 405)


async def test_over_https_the_cookies_cannot_be_planted_by_a_subdomain(
    settings: Any, tmp_path: Any
) -> None:
    from dataclasses import replace

    from connectors.console.sessions import Sessions

    made = Service(replace(settings, public_url="https://beside.example"))
    cookie = Sessions(made).session_cookie("token")
    assert cookie.key == "__Host-beside_staff"
    assert cookie.secure
    assert cookie.path == "/"
    assert cookie.domain is None
