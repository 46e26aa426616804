"""A real browser for the widget's tests, and what a person does in it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    FrameLocator,
    Locator,
    Page,
    async_playwright,
    expect,
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NO_CHROMIUM = "no Chromium on this machine; install the package chromium to run these tests"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The sites of these tests have public names, the gateway is on this machine.
    "--disable-features=LocalNetworkAccessChecks",
]

expect.set_options(timeout=15_000)


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield made
        await made.close()


class Chat:
    """The chat, in its frame on a page or on a page of its own."""

    def __init__(self, page: Page, inside: FrameLocator | Page) -> None:
        self.page = page
        self.inside = inside
        self.box = inside.locator("#box")
        self.log = inside.locator("#log")
        self.choices = inside.locator(".choice:visible")

    @classmethod
    async def open(cls, context: BrowserContext, url: str) -> Chat:
        """On the demo page, by its button."""
        page = await context.new_page()
        await page.goto(url)
        await page.get_by_role("button", name="Chat with Beside").click()
        chat = cls(page, page.frame_locator("#beside-widget iframe"))
        await expect(chat.box).to_be_visible()
        return chat

    @classmethod
    async def alone(cls, context: BrowserContext, url: str) -> Chat:
        """As a page of its own."""
        page = await context.new_page()
        await page.goto(f"{url}/widget")
        chat = cls(page, page)
        await expect(chat.box).to_be_visible()
        return chat

    async def say(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def ask(self, text: str, answer: str | None = None) -> None:
        """Say something and wait for its answer."""
        await self.say(text)
        await expect(self.message(answer or f"You wrote: {text}")).to_be_visible()

    def message(self, text: str) -> Locator:
        return self.inside.locator(".message").filter(has_text=text)

    def choice(self, title: str) -> Locator:
        return self.inside.locator(".choice:visible").get_by_text(title, exact=True)

    async def texts(self) -> list[str]:
        """Every message on the screen, in order."""
        found = await self.inside.locator(".message .body").all_inner_texts()
        return [text.strip() for text in found]

    async def is_focused(self, locator: Locator) -> bool:
        return bool(await locator.evaluate("node => node.ownerDocument.activeElement === node"))
