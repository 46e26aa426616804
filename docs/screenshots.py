"""Takes the README's two pictures of a running Beside: a phone with the widget, and the console.

    uv run beside run                                   # in one terminal
    uv run python docs/screenshots.py http://127.0.0.1:8000 LINK

``LINK`` is a one-time sign-in link of a peer (``beside staff add``).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
PHRASE = "three quiet green boats"


def write(page: Page, text: str) -> None:
    """Write in the chat as a person does, and wait for the answer to be there."""
    before = page.locator("[role=log] article, [role=log] li").count()
    page.get_by_role("textbox").fill(text)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "n => document.querySelectorAll('[role=log] article, [role=log] li').length > n + 1",
        arg=before,
    )
    page.wait_for_timeout(1500)


def main(url: str, link: str) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                  "--disable-background-networking", "--disable-component-update"],
        )  # fmt: skip
        phone = browser.new_page(viewport={"width": 390, "height": 844}, device_scale_factor=2)
        phone.goto(f"{url}/widget/chat")
        write(phone, "i was just diagnosed with bipolar. is there any hope")
        phone.screenshot(path=HERE / "widget.png")

        desk = browser.new_page(viewport={"width": 1366, "height": 820})
        desk.goto(link)
        desk.get_by_label("passphrase", exact=False).first.fill(PHRASE)
        desk.keyboard.press("Enter")
        desk.wait_for_timeout(1500)
        write(phone, "i want to talk to a person")
        phone.get_by_role("button", name="Share this conversation").last.click()
        desk.get_by_role("button", name="Take", exact=False).first.click()
        box = desk.get_by_role("textbox").last
        box.fill("Hi, I'm Rosa. I was told the same thing once. No hurry; I'm here.")
        desk.keyboard.press("Enter")
        write(phone, "thank you. it helps that somebody answers")
        desk.wait_for_timeout(1500)
        desk.screenshot(path=HERE / "console.png")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
