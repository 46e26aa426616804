"""For everybody: keyboard, screen reader, small screens, high zoom, dark mode, little motion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.conftest import Server
from tests.fakes.dialogue import FakeDialogue
from tests.web.browser import Chat
from tests.web.conftest import sign_in

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'beside.db'}"


async def violations(page: Page) -> list[str]:
    """What axe-core finds wrong, each rule with the elements it names."""
    found: dict[str, Any] = (await Axe().run(page)).response
    return [
        f"{rule['id']}: {[node['target'] for node in rule['nodes']]}"
        for rule in found["violations"]
    ]


async def overflow(page: Page) -> int:
    """How many pixels too wide the page is."""
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(await page.evaluate(width))


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_the_pages(
    browser: Browser, server: Server, scheme: Any
) -> None:
    context = await browser.new_context(color_scheme=scheme)
    page = await context.new_page()
    for path in ("/", "/safety", "/privacy", "/chat", "/widget"):
        await page.goto(server.url + path)
        assert await violations(page) == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_a_talk(
    browser: Browser, server: Server, dialogue: FakeDialogue, scheme: Any
) -> None:
    dialogue.script["a person please"] = dialogue.script["/ask_human"]
    peer = await sign_in(server, "Rosa")
    context = await browser.new_context(color_scheme=scheme)
    chat = await Chat.alone(context, server.url)
    await chat.ask("what is bipolar", "moods that swing")
    await chat.inside.locator("details.sources summary").click()
    await chat.say("i want to kill myself")
    await expect(chat.log.locator('a[href="tel:988"]').first).to_be_visible()
    await chat.ask("keep two questions", "Kept.")
    assert await violations(chat.page) == []
    await chat.ask("a person please", "Share it?")
    await chat.choice("Yes, share").click()
    await expect(chat.inside.locator("#standing")).to_contain_text("In line for a person")
    assert await violations(chat.page) == []
    await chat.inside.get_by_role("button", name="Leave the line").first.click()
    await expect(chat.inside.locator("#standing")).to_be_hidden()
    await context.set_offline(True)
    await chat.say("not sent")
    await expect(chat.message("not sent").locator(".state")).to_contain_text("Not sent yet")
    assert await violations(chat.page) == []
    await context.set_offline(False)
    await expect(chat.message("You wrote: not sent")).to_be_visible()
    await chat.page.goto(f"{server.url}/chat")
    await chat.page.get_by_role("button", name="Talk to a person").click()
    await chat.page.get_by_role("button", name="Yes, share").click()
    await expect(chat.page.locator(".standing")).to_contain_text("in line")
    assert await violations(chat.page) == []
    waiting = (await server.service.handoffs.queue())[0]
    await server.service.handoffs.claim(waiting.id, peer)
    await server.service.handoffs.say(waiting.id, peer, "Hi, Rosa here.", "c1")
    await chat.page.reload()
    await expect(chat.page.locator(".message.peer")).to_be_visible()
    assert await violations(chat.page) == []


async def test_axe_finds_nothing_around_the_open_panel(browser: Browser, server: Server) -> None:
    context = await browser.new_context()
    chat = await Chat.open(context, server.url)
    await chat.ask("hello")
    assert await violations(chat.page) == []


async def test_everything_works_with_the_keyboard_alone(browser: Browser, server: Server) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    await page.goto(server.url)
    keys = page.keyboard
    launcher = page.locator("#beside-widget .launcher")
    for _ in range(30):
        await keys.press("Tab")
        if await page.evaluate("document.activeElement.id") == "beside-widget":
            break
    await keys.press("Enter")
    chat = Chat(page, page.frame_locator("#beside-widget iframe"))
    await expect(chat.box).to_be_focused()
    await keys.type("one line")
    await keys.press("Shift+Enter")
    await keys.type("what is bipolar")
    assert await chat.box.input_value() == "one line\nwhat is bipolar"
    await chat.box.fill("what is bipolar")
    await keys.press("Enter")
    await expect(chat.message("moods that swing")).to_be_visible()
    await expect(chat.box).to_be_focused()
    await expect(chat.box).to_have_value("")
    for _ in range(12):
        await keys.press("Shift+Tab")
        if await chat.is_focused(chat.choice("What helps")):
            break
    await expect(chat.choice("What helps")).to_be_focused()
    await keys.press("Enter")
    await expect(chat.message("What helps").first).to_be_visible()
    await expect(chat.box).to_be_focused()
    await keys.press("Escape")
    await expect(chat.box).to_be_hidden()
    assert await launcher.evaluate("node => node.getRootNode().activeElement === node")
    await keys.press("Space")
    await expect(chat.box).to_be_focused()


async def test_escape_never_leaves_the_page(browser: Browser, server: Server) -> None:
    context = await browser.new_context()
    chat = await Chat.alone(context, server.url)
    for _ in range(3):
        await chat.page.keyboard.press("Escape")
    await expect(chat.box).to_be_visible()
    assert chat.page.url.startswith(server.url)


async def test_nothing_scrolls_sideways_on_320_pixels(browser: Browser, server: Server) -> None:
    context = await browser.new_context(viewport={"width": 320, "height": 640})
    chat = await Chat.alone(context, server.url)
    await chat.ask("what is bipolar", "moods that swing")
    await chat.ask("averyveryverylongwordthatgoesonandon" * 6)
    assert await overflow(chat.page) == 0
    talk = chat.inside.locator("#talk")
    assert await talk.evaluate("node => node.scrollWidth - node.clientWidth") == 0
    for path in ("/", "/safety", "/privacy", "/chat"):
        await chat.page.goto(server.url + path)
        assert await overflow(chat.page) == 0, path


async def test_at_400_per_cent_zoom_there_is_room_to_read_and_write(
    browser: Browser, server: Server
) -> None:
    # 1280 by 1024 at 400 % is 320 by 256.
    context = await browser.new_context(viewport={"width": 320, "height": 256})
    chat = await Chat.open(context, server.url)
    await chat.ask("what is bipolar", "moods that swing")
    assert await overflow(chat.page) == 0
    view = {"width": 320, "height": 256}
    for locator in (
        chat.box,
        chat.inside.get_by_role("button", name="Send"),
        chat.inside.get_by_role("link", name="Quick exit"),
        chat.inside.get_by_role("button", name="Close chat"),
        chat.inside.locator(".help:visible a").first,
    ):
        box = await locator.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= view["width"]
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= view["height"]
    talk = await chat.inside.locator("#talk").bounding_box()
    assert talk
    assert talk["height"] >= 100


async def test_everything_to_tap_is_44_pixels_high(browser: Browser, server: Server) -> None:
    context = await browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    chat = await Chat.open(context, server.url)
    await chat.ask("what is bipolar", "moods that swing")
    await chat.ask("keep two questions", "Kept.")
    targets = chat.inside.locator("button:visible, a:visible, summary:visible, textarea:visible")
    for target in await targets.all():
        box = await target.bounding_box()
        assert box
        assert box["height"] >= 43.9, await target.inner_text()
    assert await targets.count() >= 10


async def test_dark_mode_is_followed(browser: Browser, server: Server) -> None:
    colours = []
    for scheme in ("light", "dark"):
        context = await browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
        chat = await Chat.open(context, server.url)
        script = "node => getComputedStyle(node.ownerDocument.body).backgroundColor"
        colours.append(await chat.box.evaluate(script))
    assert colours[0] == "rgb(250, 247, 241)"
    assert colours[1] == "rgb(20, 26, 25)"


async def test_nothing_moves_for_whoever_asked_for_less_motion(
    browser: Browser, server: Server
) -> None:
    for motion, moves in (("no-preference", True), ("reduce", False)):
        context = await browser.new_context(reduced_motion=motion)  # type: ignore[arg-type]
        chat = await Chat.alone(context, server.url)
        name = await chat.inside.locator("#typing i").first.evaluate(
            "node => getComputedStyle(node).animationName"
        )
        assert (name != "none") is moves


async def test_right_to_left_text_is_set_right_to_left(browser: Browser, server: Server) -> None:
    context = await browser.new_context()
    chat = await Chat.alone(context, server.url)
    await chat.ask("مرحبا")
    direction = "node => getComputedStyle(node).direction"
    own = chat.inside.locator(".message.you .body p").first
    assert await own.evaluate(direction) == "rtl"


async def test_the_talk_is_announced_as_a_log_with_its_authors(
    browser: Browser, server: Server
) -> None:
    context = await browser.new_context()
    chat = await Chat.alone(context, server.url)
    await chat.ask("hello")
    log = chat.page.get_by_role("log")
    await expect(log.get_by_role("heading", name="You")).to_have_count(1)
    await expect(log.get_by_role("heading", name="Beside, automated").first).to_be_attached()
    await expect(chat.page.get_by_role("textbox", name="Your message")).to_be_visible()
