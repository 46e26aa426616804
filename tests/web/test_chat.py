"""The chat in a real browser: writing, choosing, losing the network, coming back, leaving."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Request, Route, expect

from tests.conftest import Server, eventually
from tests.fakes.dialogue import FakeDialogue
from tests.web.browser import Chat
from tests.web.conftest import sign_in

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'beside.db'}"


@pytest.fixture
async def context(browser: Browser) -> BrowserContext:
    return await browser.new_context(viewport={"width": 1280, "height": 900})


async def test_a_person_writes_and_reads_the_answer(
    context: BrowserContext, server: Server
) -> None:
    chat = await Chat.open(context, server.url)
    await chat.ask("hello there")
    await expect(chat.message("hello there").first.locator(".state")).to_contain_text("Sent")
    assert "hello there" in (await chat.texts())[0]


async def test_a_choice_is_pressed_and_older_choices_go(
    context: BrowserContext, server: Server
) -> None:
    chat = await Chat.open(context, server.url)
    await chat.choice("Talk to a person").click()
    await expect(chat.choice("Yes, share")).to_be_visible()
    await chat.choice("Not now").click()
    await expect(chat.message("You wrote: /deny")).to_be_visible()
    await expect(chat.choice("Yes, share")).to_be_hidden()
    own = await chat.inside.locator(".message.you .body").all_inner_texts()
    assert own == ["Talk to a person", "Not now"]
    assert await chat.is_focused(chat.box)


async def test_text_is_never_markup(context: BrowserContext, server: Server) -> None:
    chat = await Chat.open(context, server.url)
    text = "<img src=x onerror=\"document.title='broken in'\"><b>bold</b>"
    await chat.ask(text)
    assert await chat.inside.locator(".body img, .body b").count() == 0
    assert await chat.page.title() != "broken in"


async def test_sources_cards_and_links_are_drawn_safely(
    context: BrowserContext, server: Server, dialogue: FakeDialogue
) -> None:
    from assistant.replies import Card, Link
    from tests.fakes.dialogue import _say

    card = Card(
        "East Bay Recovery",
        ("1.2 miles",),
        (Link("Call", "tel:5105550142"), Link("Bad", "javascript:alert(1)")),
    )
    dialogue.script["near me"] = _say("One place, see https://example.org/list.", cards=(card,))
    chat = await Chat.open(context, server.url)
    await chat.ask("what is bipolar", "moods that swing")
    sources = chat.inside.locator("details.sources")
    await sources.locator("summary").click()
    await expect(sources.locator("a")).to_have_attribute("href", "https://www.nimh.nih.gov/")
    await expect(sources).to_contain_text("not yet reviewed by a professional")
    await chat.ask("near me", "One place")
    await expect(chat.inside.locator(".card a")).to_have_count(1)
    await expect(chat.inside.locator(".card a")).to_have_attribute("href", "tel:5105550142")
    await expect(chat.inside.locator(".body > p a")).to_have_attribute(
        "href", "https://example.org/list"
    )


async def test_the_crisis_answer_can_be_tapped_and_comes_without_the_dialogue(
    context: BrowserContext, server: Server, dialogue: FakeDialogue
) -> None:
    await dialogue.stop()
    chat = await Chat.open(context, server.url)
    await chat.say("i want to kill myself")
    await expect(chat.log.locator('a[href="tel:988"]').first).to_be_visible()
    await expect(chat.inside.locator('.help:visible a[href="tel:988"]')).to_be_visible()


async def test_what_is_written_offline_goes_out_once_when_the_network_is_back(
    context: BrowserContext, server: Server
) -> None:
    chat = await Chat.open(context, server.url)
    await chat.ask("before")
    await context.set_offline(True)
    await chat.say("during")
    await chat.say("also during")
    first = chat.message("during").first
    await expect(first.locator(".state")).to_contain_text("Not sent yet")
    await expect(chat.inside.locator("#line")).to_contain_text("offline")
    await context.set_offline(False)
    await expect(chat.message("You wrote: also during")).to_be_visible()
    texts = await chat.texts()
    assert texts.count("during") == 1
    assert texts.count("also during") == 1
    assert texts.count("You wrote: during") == 1
    assert texts.index("during") < texts.index("also during")
    await expect(first.locator(".state")).to_contain_text("Sent")


async def test_a_message_that_did_not_go_out_can_be_taken_back(
    context: BrowserContext, server: Server
) -> None:
    chat = await Chat.open(context, server.url)
    await chat.ask("before")
    await context.set_offline(True)
    await chat.say("too much said")
    await chat.inside.get_by_role("button", name="Take back").click()
    await context.set_offline(False)
    await chat.ask("after")
    assert "too much said" not in "".join(await chat.texts())


async def test_an_answer_that_was_lost_on_the_way_is_not_sent_twice(
    context: BrowserContext, server: Server
) -> None:
    chat = await Chat.open(context, server.url)
    await chat.ask("before")
    lost: list[str] = []

    async def lose_the_first(route: Route) -> None:
        if lost:
            await route.continue_()
            return
        lost.append(route.request.url)
        await route.fetch()
        await route.abort()

    await chat.page.route("**/widget/messages", lose_the_first)
    await chat.ask("only once")
    assert lost
    await expect(chat.message("only once").first.locator(".state")).to_contain_text("Sent")
    assert (await chat.texts()).count("only once") == 1


@pytest.mark.timeout(90)
async def test_too_many_at_once_all_arrive_in_order(
    context: BrowserContext, server: Server
) -> None:
    chat = await Chat.open(context, server.url)
    for number in range(24):
        await chat.say(f"number {number}.")
    await expect(chat.message("You wrote: number 23.")).to_be_visible(timeout=40_000)
    own = await chat.inside.locator(".message.you .body").all_inner_texts()
    assert own == [f"number {number}." for number in range(24)]


@pytest.mark.timeout(120)
async def test_the_talk_goes_on_after_the_gateway_was_killed(
    context: BrowserContext, dialogue: FakeDialogue, socket_path: str, tmp_path: Path
) -> None:
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    process = await _gateway(port, socket_path, tmp_path)
    try:
        chat = await Chat.open(context, url)
        await chat.ask("before")
        process.kill()
        await process.wait()
        await chat.say("while it was down")
        await expect(chat.message("while it was down").locator(".state")).to_contain_text("Not")
        process = await _gateway(port, socket_path, tmp_path)
        await expect(chat.message("You wrote: while it was down")).to_be_visible()
        await chat.ask("after")
    finally:
        process.kill()
        await process.wait()
    texts = await chat.texts()
    for text in ("before", "while it was down", "after"):
        assert texts.count(text) == 1
        assert texts.count(f"You wrote: {text}") == 1


async def test_a_reload_brings_the_talk_back_outside_the_live_region(
    context: BrowserContext, server: Server
) -> None:
    chat = await Chat.open(context, server.url)
    await chat.ask("one")
    before = await chat.texts()
    await chat.page.reload()
    await expect(chat.message("You wrote: one")).to_be_visible()
    assert await chat.texts() == before
    assert await chat.log.locator(".message").count() == 0
    await chat.ask("two")
    assert await chat.log.locator(".message").count() == 2
    await expect(chat.log).to_have_attribute("aria-live", "polite")
    await expect(chat.log).to_have_attribute("aria-relevant", "additions")


async def test_a_draft_survives_a_reload(context: BrowserContext, server: Server) -> None:
    chat = await Chat.open(context, server.url)
    await chat.box.fill("half a thought")
    await chat.page.reload()
    await expect(chat.box).to_have_value("half a thought")


async def test_a_location_leaves_only_on_a_tap_and_rounded(
    browser: Browser, server: Server, dialogue: FakeDialogue
) -> None:
    from tests.fakes.dialogue import _say

    dialogue.script["/find_treatment"] = _say("Where should I look?", ask_location=True)
    context = await browser.new_context(
        geolocation={"latitude": 37.804363, "longitude": -122.271111},
        permissions=["geolocation"],
    )
    sent: list[str] = []
    context.on("request", lambda request: sent.append(request.post_data or ""))
    chat = await Chat.open(context, server.url)
    await chat.choice("Find treatment near me").click()
    await chat.choice("Share my rough location").click()
    await expect(chat.inside.locator(".message.you").last).to_contain_text("location")
    await eventually(lambda: any('"place"' in body for body in sent))
    assert any('"place":[37.8,-122.27]' in body for body in sent)
    assert not any("37.80" in body for body in sent)


async def test_the_questions_can_be_downloaded(context: BrowserContext, server: Server) -> None:
    chat = await Chat.open(context, server.url)
    await chat.ask("keep two questions", "Kept.")
    async with chat.page.expect_download() as caught:
        await chat.inside.get_by_role("button", name="Download my questions (PDF)").click()
    file = await (await caught.value).path()
    assert file.read_bytes().startswith(b"%PDF")


async def test_a_person_waits_talks_with_a_peer_and_ends_it(
    context: BrowserContext, server: Server
) -> None:
    peer = await sign_in(server, "Rosa")
    chat = await Chat.open(context, server.url)
    standing = chat.inside.locator("#standing")
    await chat.choice("Talk to a person").click()
    await chat.choice("Yes, share").click()
    await expect(standing).to_contain_text("In line for a person since")
    await expect(standing).to_contain_text("Nobody is ahead of you.")
    handoffs = server.service.handoffs
    waiting = (await handoffs.queue())[0]
    await handoffs.claim(waiting.id, peer)
    await expect(standing).to_contain_text("You're talking with Rosa")
    await expect(chat.inside.locator("#kind")).to_have_text("Rosa, a person, is here")
    server.service.hub.typing(waiting.conversation, "peer")
    await expect(chat.inside.locator("#typing")).to_contain_text("Rosa is writing")
    await handoffs.say(waiting.id, peer, "Hi, I'm Rosa. I've been there.", "c1")
    said = chat.message("I've been there")
    await expect(said.locator(".who")).to_contain_text("Rosa, peer")
    await expect(chat.inside.locator("#typing")).to_be_hidden()
    await chat.say("thank you")
    seq = int(await chat.message("thank you").get_attribute("data-seq") or 0)
    await server.service.outbox.read_by_peer(waiting.conversation, "seen", seq or 999, after_seq=0)
    await expect(chat.message("thank you").locator(".state")).to_contain_text("Seen")

    async def seen_by_person() -> bool:
        entries = await server.service.transcript.since(waiting.conversation, 0)
        return any(e.author == "peer" and e.status == "seen" for e in entries)

    await eventually(seen_by_person)
    await standing.get_by_role("button", name="End this talk").click()
    await expect(standing).to_be_hidden()
    await expect(chat.inside.locator("#kind")).to_have_text("Automated, not a person")


async def test_a_closed_chat_tells_the_page_that_something_came(
    context: BrowserContext, server: Server, dialogue: FakeDialogue
) -> None:
    dialogue.stall = 1.0
    chat = await Chat.open(context, server.url)
    await chat.say("hello")
    await expect(chat.message("hello").first.locator(".state")).to_contain_text("Sent")
    await chat.inside.get_by_role("button", name="Close chat").click()
    launcher = chat.page.locator("#beside-widget .launcher")
    await expect(launcher).to_contain_text("New messages: 1")
    await launcher.click()
    await expect(chat.message("You wrote: hello")).to_be_visible()
    await expect(launcher.locator(".new")).to_be_hidden()


async def test_erasing_empties_the_screen(context: BrowserContext, server: Server) -> None:
    chat = await Chat.open(context, server.url)
    await chat.ask("a private thing")
    await chat.inside.get_by_role("button", name="Erase everything").click()
    await chat.choice("Yes, erase it").click()
    await expect(chat.message("It's erased")).to_be_visible()
    assert "private" not in "".join(await chat.texts())
    await chat.ask("as new")


async def test_quick_exit_leaves_nothing_behind(context: BrowserContext, server: Server) -> None:
    await context.route(
        "https://www.weather.gov/**", lambda route: route.fulfill(body="Weather", status=200)
    )
    chat = await Chat.open(context, server.url)
    await chat.ask("a private thing")
    await chat.inside.get_by_role("link", name="Quick exit").click()
    await chat.page.wait_for_url("https://www.weather.gov/")
    # The entry of the chat's page was replaced: going back leads before it.
    await chat.page.go_back()
    assert not chat.page.url.startswith(server.url)
    again = await context.new_page()
    await again.goto(server.url)
    kept = "JSON.stringify([{...localStorage}, {...sessionStorage}])"
    assert await again.evaluate(kept) == "[{},{}]"
    await again.get_by_role("button", name="Chat with Beside").click()
    frame = again.frame_locator("#beside-widget iframe")
    await expect(frame.get_by_text("What's on your mind?")).to_be_visible()
    await expect(frame.get_by_text("a private thing")).to_have_count(0)


async def test_no_request_goes_to_anybody_else(context: BrowserContext, server: Server) -> None:
    hosts: set[str] = set()

    def note(request: Request) -> None:
        hosts.add(urlsplit(request.url).netloc)

    context.on("request", note)
    chat = await Chat.open(context, server.url)
    await chat.ask("what is bipolar", "moods that swing")
    await chat.ask("keep two questions", "Kept.")
    for path in ("/safety", "/privacy", "/chat"):
        await (await context.new_page()).goto(server.url + path)
    assert hosts == {urlsplit(server.url).netloc}


async def test_no_token_and_no_text_stands_in_an_address(
    context: BrowserContext, server: Server
) -> None:
    urls: list[str] = []
    context.on("request", lambda request: urls.append(request.url))
    chat = await Chat.open(context, server.url)
    await chat.ask("secretword")
    token = await chat.page.evaluate("localStorage.getItem('beside.token')")
    assert token
    assert not any("secretword" in url or token[:20] in url for url in urls)


async def test_without_scripts_the_plain_page_does_it_all(browser: Browser, server: Server) -> None:
    context = await browser.new_context(java_script_enabled=False)
    await context.route(
        "https://www.weather.gov/**", lambda route: route.fulfill(body="Weather", status=200)
    )
    page = await context.new_page()
    await page.goto(server.url)
    await page.get_by_role("link", name="Use the chat as a plain page").click()
    await page.get_by_label("Your message").fill("hello <there>")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("You wrote: hello <there>")).to_be_visible()
    await page.get_by_role("button", name="Crisis help").click()
    await expect(page.locator('.message a[href="tel:988"]').first).to_be_visible()
    await page.get_by_role("link", name="Quick exit").click()
    await page.wait_for_url("https://www.weather.gov/")
    await page.goto(f"{server.url}/chat")
    await expect(page.get_by_text("hello <there>")).to_have_count(0)


async def test_a_named_site_can_embed_it_and_its_styles_do_not_leak_in(
    context: BrowserContext, server: Server
) -> None:
    chat = await _on_site(context, server, "https://clinic.example")
    await chat.page.get_by_role("button", name="Chat with Beside").click()
    await expect(chat.box).to_be_visible()
    await chat.ask("hello from the clinic")
    launcher = chat.page.locator("#beside-widget .launcher")
    assert await launcher.evaluate("node => getComputedStyle(node).color") == "rgb(255, 255, 255)"
    assert await chat.page.evaluate("Object.keys(localStorage).length") == 0


async def test_a_site_that_nobody_named_cannot_frame_it(
    context: BrowserContext, server: Server
) -> None:
    chat = await _on_site(context, server, "https://elsewhere.example")
    blocked: list[str] = []
    chat.page.on("console", lambda message: blocked.append(message.text))
    await chat.page.get_by_role("button", name="Chat with Beside").click()
    await eventually(lambda: any("frame-ancestors" in text for text in blocked))
    await expect(chat.box).to_have_count(0)


async def _on_site(context: BrowserContext, server: Server, site: str) -> Chat:
    html = (
        "<!doctype html><title>A clinic</title><style>* { color: red !important;"
        " font-size: 40px !important } iframe { display: none }</style><h1>A clinic</h1>"
        f'<script src="{server.url}/widget.js" defer></script>'
    )
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src {server.url};"
    headers = {"content-type": "text/html", "content-security-policy": f"{policy} frame-src *"}
    await context.route(f"{site}/", lambda route: route.fulfill(body=html, headers=headers))
    page = await context.new_page()
    await page.goto(f"{site}/")
    return Chat(page, page.frame_locator("#beside-widget iframe"))


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


async def _gateway(port: int, dialogue: str, data_dir: Path) -> asyncio.subprocess.Process:
    """A gateway in a process of its own, so that it can be killed."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("BESIDE_")}
    environ |= {
        "BESIDE_DATA_DIR": str(data_dir),
        "BESIDE_PORT": str(port),
        "BESIDE_DIALOGUE_SOCKET": dialogue,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "connectors.gateway", env=environ
    )

    async def up() -> bool:
        try:
            async with httpx.AsyncClient() as client:
                answer = await client.get(f"http://127.0.0.1:{port}/readyz")
        except httpx.TransportError:
            return False
        return answer.status_code == 200

    await eventually(up, 20)
    return process
