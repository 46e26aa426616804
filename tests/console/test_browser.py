"""The console in a real Chromium: what a peer sees, presses and hears of."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Route,
    ViewportSize,
    async_playwright,
    expect,
)

from assistant.service import Service
from assistant.staff import trail
from tests.conftest import Server, answered, eventually, write
from tests.console.conftest import PHRASE, ask_for_a_person, waiting_id

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
SHOTS = os.environ.get("BESIDE_TEST_SHOTS", "")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE: ViewportSize = {"width": 320, "height": 640}
# Not a promise of speed: on a busy machine a browser takes its time.
expect.set_options(timeout=15_000)

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}; install it or set CHROMIUM"
)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database is enough here: what differs between them is tested without a browser."""
    return f"sqlite:///{tmp_path / 'beside.db'}"


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def seat(chromium: Browser, server: Server, cheap: None) -> AsyncIterator[Any]:
    """``await seat("Dana")``: a page of a browser of their own, signed in with a one-time link.

    At the end no page may have logged an error or asked another site for anything.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    async def take(name: str, role: str = "peer", **options: Any) -> Page:
        context = await chromium.new_context(
            locale="en-GB", timezone_id="UTC", reduced_motion="reduce", **options
        )
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on("request", lambda request: foreign(request.url))
        page.on("console", lambda message: logged(message))
        link = await server.service.staff.add(name, role)
        await page.goto(f"{server.url}/console/link/{link}")
        await page.get_by_label("Passphrase", exact=True).fill(PHRASE)
        await page.get_by_role("button", name="Choose it and sign in").click()
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()
        return page

    def foreign(url: str) -> None:
        if not url.startswith((server.url, "data:", "blob:")):
            troubles.append(f"asked another site: {url}")

    def logged(message: Any) -> None:
        # The browser itself logs every answer of 4xx; those are looked at where they are made.
        if message.type == "error" and "Failed to load resource" not in message.text:
            troubles.append(f"logged: {message.text}")

    yield take
    for context in contexts:
        await context.close()
    assert troubles == []


async def shot(page: Page, name: str) -> None:
    """A picture for eyes, when ``BESIDE_TEST_SHOTS`` names a folder."""
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/console-{name}.png")


async def blameless(page: Page) -> None:
    """axe-core finds nothing; the policy of the page forbids to add it as a script."""
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


async def fits(page: Page) -> None:
    """Nothing has to be scrolled sideways."""
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    cut = await page.evaluate(
        """() => [...document.querySelectorAll("button, label, input, textarea, h2, .popover")]
            .filter((e) => e.checkVisibility() && e.getClientRects().length)
            .filter((e) => !e.closest(".sr, .skip") && getComputedStyle(e).clipPath === "none")
            .map((e) => [e.textContent || e.id, e.getBoundingClientRect()])
            .filter(([, box]) => box.left < 0 || box.right > innerWidth)
            .map(([text]) => text)"""
    )
    assert cut == []


async def take_over(page: Page) -> None:
    await page.get_by_role("button", name="Take Person").first.click()
    await expect(page.get_by_role("textbox")).to_be_focused()


async def test_a_one_time_link_then_a_passphrase_opens_the_console(
    chromium: Browser, server: Server, service: Service, cheap: None
) -> None:
    link = await service.staff.add("Dana", "peer")
    page = await chromium.new_page(viewport=PHONE)
    await page.goto(f"{server.url}/console/link/{link}")
    await expect(page.get_by_role("heading", name="Welcome, Dana")).to_be_visible()
    field = page.get_by_label("Passphrase", exact=True)
    await expect(field).to_be_focused()
    await field.fill(PHRASE)
    await page.get_by_role("button", name="Show passphrase").click()
    await expect(field).to_have_attribute("type", "text")
    await shot(page, "link-320")
    await blameless(page)
    await fits(page)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Waiting")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_text("You are signed out.")).to_be_visible()
    await blameless(page)
    await page.get_by_label("Name").fill("Dana")
    await page.get_by_label("Passphrase", exact=True).fill("not the passphrase")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("don't match")
    await expect(page.get_by_label("Name")).to_have_value("Dana")
    await shot(page, "door-320")
    await blameless(page)
    await page.get_by_label("Passphrase", exact=True).fill(PHRASE)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Waiting")).to_be_visible()
    await page.context.close()


async def test_a_peer_takes_somebody_over_talks_and_closes(seat: Any, service: Service) -> None:
    page: Page = await seat("Dana", viewport={"width": 1366, "height": 820})
    await expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    await eventually(lambda: service.presence.available == 1)
    conversation = await ask_for_a_person(service)
    handoff = await waiting_id(service, conversation)
    await expect(page.get_by_role("button", name="Take Person")).to_be_visible()
    assert "told today" not in await page.content()
    await take_over(page)
    shared = page.get_by_role("complementary", name="What they shared")
    await expect(shared).to_contain_text("I was told today.")
    await expect(shared).to_contain_text("Shared, with their consent")
    await expect(shared).to_contain_text("You wrote: i was told today")
    await page.get_by_role("textbox").fill("Hello, I'm Dana.\nTake your time. <b>No rush</b>")
    await page.keyboard.press("Enter")
    mine = page.locator(".from-me").last
    await expect(mine).to_contain_text("<b>No rush</b>")
    await expect(mine).to_contain_text("Not picked up yet")
    standing = await service.transcript.standing(conversation)
    assert standing is not None
    await service.outbox.acknowledge(conversation, "delivered", standing.revision)
    await expect(mine).to_contain_text("Delivered")
    await service.outbox.acknowledge(conversation, "seen", standing.revision)
    await expect(mine).to_contain_text("Seen")
    service.hub.typing(conversation, "person")
    await expect(page.get_by_text("is writing").first).to_be_visible()
    await write(service, "thank you. it helps that you are real")
    await expect(page.get_by_role("log")).to_contain_text("it helps that you are real")
    await shot(page, "talk-1366")
    await page.get_by_role("button", name="Close…").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await dialog.get_by_role("button", name="Close it").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Choose how it ended.")
    await shot(page, "close-1366")
    await blameless(page)
    await dialog.get_by_label("They are going on with other care or support").check()
    await dialog.get_by_role("button", name="Close it").click()
    await expect(page.get_by_text("No conversation open")).to_be_visible()
    standing = await service.transcript.standing(conversation)
    assert standing is not None
    assert standing.owner == "assistant"
    acts = [act.action for act in await trail(service.database, subject=handoff)]
    # What was shared is read once, by taking over and by showing it; not with every message.
    assert 1 <= acts.count("read") + acts.count("claimed") <= 3


async def test_a_person_who_shares_little_is_read_little(seat: Any, service: Service) -> None:
    page: Page = await seat("Dana", viewport={"width": 1366, "height": 820})
    await ask_for_a_person(service, shares="/share_note_only")
    await take_over(page)
    shared = page.get_by_role("complementary", name="What they shared")
    await expect(shared).to_contain_text("Only this note.")
    await expect(shared).to_contain_text("They kept the earlier conversation to themselves.")
    await expect(shared).to_contain_text("They kept their list of questions to themselves.")
    assert "i was told today" not in await page.content()


async def test_of_two_peers_one_wins_and_the_other_is_told(seat: Any, service: Service) -> None:
    dana: Page = await seat("Dana", viewport={"width": 1100, "height": 760})
    sam: Page = await seat("Sam", viewport={"width": 1100, "height": 760})
    dana_has_them = asyncio.Event()

    async def too_late(route: Route) -> None:
        await dana_has_them.wait()
        await route.continue_()

    # Both press while both see the person; Sam's press takes the longer way.
    await sam.route("**/claim", too_late)
    await ask_for_a_person(service)
    await sam.get_by_role("button", name="Take Person").click()
    await take_over(dana)
    dana_has_them.set()
    await expect(
        sam.get_by_text(re.compile(r"Dana is already with Person \w{4}\."))
    ).to_be_visible()
    await expect(sam.get_by_text("Nobody is waiting.")).to_be_visible()
    await expect(sam.get_by_role("textbox")).to_have_count(0)
    await shot(sam, "lost-1100")
    await blameless(sam)
    await expect(dana.get_by_role("complementary")).to_contain_text("I was told today.")


async def test_a_supervisor_sees_who_is_with_whom(seat: Any, service: Service) -> None:
    dana: Page = await seat("Dana")
    lee: Page = await seat("Lee", "supervisor", viewport={"width": 1100, "height": 760})
    await ask_for_a_person(service)
    await take_over(dana)
    others = lee.get_by_role("region", name="With others")
    await expect(others).to_contain_text("with Dana")
    await expect(others.get_by_role("button")).to_have_count(0)
    assert "told today" not in await lee.content()
    await blameless(lee)


async def test_what_is_written_without_a_line_is_kept_and_said_to_be_unsent(
    seat: Any, service: Service
) -> None:
    page: Page = await seat("Dana", viewport={"width": 1100, "height": 760})
    conversation = await ask_for_a_person(service)
    await take_over(page)
    await page.context.set_offline(True)
    await page.get_by_role("textbox").fill("are you still there?")
    await page.keyboard.press("Enter")
    mine = page.locator(".from-me").last
    await expect(mine).to_contain_text("Not sent", timeout=20_000)
    await shot(page, "failed-1100")
    await page.context.set_offline(False)
    await mine.get_by_role("button", name="Try again").click()
    await expect(mine).to_contain_text("Not picked up yet")
    await expect(page.locator(".from-me")).to_have_count(1)
    said = [e.reply.text for e in await service.transcript.since(conversation, 0)]
    assert said.count("are you still there?") == 1


async def test_a_draft_outlives_a_reload_and_belongs_to_its_conversation(
    seat: Any, service: Service
) -> None:
    page: Page = await seat("Dana", viewport={"width": 1100, "height": 760})
    await ask_for_a_person(service)
    await ask_for_a_person(service, address="ben")
    await take_over(page)
    await page.get_by_role("textbox").fill("a sentence that is not done")
    await page.get_by_role("button", name="Take Person").click()
    await expect(page.get_by_role("textbox")).to_have_value("")
    await page.locator("#mine .pick").first.click()
    await expect(page.get_by_role("textbox")).to_have_value("a sentence that is not done")
    await page.reload()
    await expect(page.get_by_role("textbox")).to_have_value("a sentence that is not done")


async def test_danger_is_shown_where_nobody_can_miss_it(seat: Any, service: Service) -> None:
    page: Page = await seat("Dana", viewport={"width": 1366, "height": 820})
    await ask_for_a_person(service)
    await ask_for_a_person(service, address="ben")
    await write(service, "i took all the pills, i am going to die", address="ben")
    await expect(page.get_by_role("alert").first).to_contain_text("may be in danger")
    first = page.locator("#waiting .person").first
    await expect(first).to_contain_text("Imminent risk")
    await shot(page, "queue-1366")
    await blameless(page)
    await take_over(page)
    await expect(page.get_by_text("points to danger right now")).to_be_visible()
    await shot(page, "risk-1366")
    await blameless(page)


async def test_a_person_who_leaves_ends_the_writing_not_the_reading(
    seat: Any, service: Service
) -> None:
    page: Page = await seat("Dana", viewport={"width": 1100, "height": 760})
    await ask_for_a_person(service)
    await take_over(page)
    await write(service, "i have to go, thank you")
    await expect(page.get_by_role("log")).to_contain_text("i have to go")
    await write(service, "/stop")
    await expect(page.get_by_text("This conversation is closed.")).to_be_visible()
    await expect(page.get_by_role("textbox")).to_be_hidden()
    await expect(page.get_by_role("log")).to_contain_text("i have to go")


async def test_somebody_switched_off_is_at_the_door_at_once(seat: Any, service: Service) -> None:
    page: Page = await seat("Dana")
    await service.staff.off("Dana")
    service.hub.wake("staff")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_sound_and_badge_are_off_until_they_are_wanted(seat: Any, service: Service) -> None:
    page: Page = await seat("Dana")
    await ask_for_a_person(service)
    await expect(page.get_by_role("button", name="Take Person")).to_be_visible()
    assert await page.title() == "Beside console"
    await page.get_by_role("button", name="Settings").click()
    await expect(page.get_by_label("A quiet sound")).not_to_be_checked()
    await page.get_by_label("A count in the tab's title").check()
    await ask_for_a_person(service, address="ben")
    await expect(page).to_have_title("(2) Beside console")
    await page.keyboard.press("Escape")
    await expect(page.get_by_label("A quiet sound")).to_be_hidden()


async def test_everything_can_be_done_with_keys(seat: Any, service: Service) -> None:
    page: Page = await seat("Dana", viewport={"width": 1366, "height": 820})
    await ask_for_a_person(service)
    await expect(page.get_by_role("button", name="Take Person")).to_be_visible()

    async def to(name: str) -> None:
        for _ in range(30):
            await page.keyboard.press("Tab")
            at = await page.evaluate(
                "(e => e.getAttribute('aria-label') || e.textContent)(document.activeElement)"
            )
            if at.strip().startswith(name):
                return
        raise AssertionError(f"{name} is not reached")

    await to("Take Person")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox")).to_be_focused()
    await page.keyboard.type("hello")
    await page.keyboard.press("Enter")
    await expect(page.locator(".from-me")).to_contain_text("hello")
    await to("Close…")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.get_by_role("button", name="Close…")).to_be_focused()


async def test_it_can_be_used_at_four_times_the_size(seat: Any, service: Service) -> None:
    page: Page = await seat("Dana", viewport={"width": 320, "height": 256})
    await ask_for_a_person(service)
    await take_over(page)
    await page.get_by_role("button", name="What they shared").click()
    await fits(page)
    await page.get_by_role("textbox").fill("hello")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".from-me")).to_contain_text("hello")
    await shot(page, "zoom-400")
    await blameless(page)
    await page.get_by_role("button", name="Close…").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("They stopped answering").check()
    await dialog.get_by_role("button", name="Close it").click()
    await expect(page.get_by_role("heading", name="Waiting")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 900, 1600])
async def test_it_is_readable_in_every_light_and_width(
    seat: Any, service: Service, scheme: str, width: int
) -> None:
    page: Page = await seat(
        "Dana",
        viewport={"width": width, "height": 640 if width < 500 else 860},
        color_scheme=scheme,
    )
    await answered(service, await write(service, "what is bipolar"))
    await answered(service, await write(service, "keep two questions"))
    await ask_for_a_person(service)
    await ask_for_a_person(service, address="ben")
    await write(service, "everything feels pointless, i want to disappear", address="ben")
    await expect(page.locator("#waiting .person")).to_have_count(2)
    await expect(page.locator("#waiting .person").first).to_contain_text("Passive risk")
    await shot(page, f"queue-{width}-{scheme}")
    await blameless(page)
    await fits(page)
    await page.get_by_role("button", name="Take Person").last.click()
    await expect(page.get_by_role("textbox")).to_be_focused()
    await shot(page, f"shared-{width}-{scheme}")
    await blameless(page)
    await page.get_by_role("textbox").fill("Hello, I'm Dana. I read your note. I've been there.")
    await page.keyboard.press("Enter")
    await write(service, "thanks for coming. " + "i do not know where to begin. " * 6)
    await write(service, "sometimes i wish i was not here")
    await write(service, "https://example.org/" + "averylongword" * 12)
    await expect(page.get_by_role("log")).to_contain_text("averylongword")
    if width < 1100:
        await page.get_by_role("button", name="What they shared").click()
    await shot(page, f"talk-{width}-{scheme}")
    await blameless(page)
    await fits(page)
    await expect(page.get_by_role("textbox")).to_be_in_viewport()
    # Settings stand over everything else.
    await page.get_by_role("button", name="Settings").click()
    await shot(page, f"settings-{width}-{scheme}")
    await blameless(page)
    await fits(page)
