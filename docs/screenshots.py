"""Takes the README's two pictures of a running Beside: a phone with the widget, and the console.

    uv run beside run                                   # in one terminal
    uv run python docs/screenshots.py http://127.0.0.1:8000 LINK

``LINK`` is a one-time sign-in link of a peer (``beside staff add``).
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
PHRASE = "three quiet green boats"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip


def write(page: Page, text: str) -> None:
    """Write in the chat as a person does, and give the answer time to come."""
    page.locator("#box").fill(text)
    page.keyboard.press("Enter")
    page.wait_for_timeout(2500)


def main(url: str, link: str) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        phone = browser.new_page(viewport={"width": 390, "height": 844}, device_scale_factor=2)
        phone.goto(f"{url}/widget")
        write(phone, "hi")
        write(phone, "i was just diagnosed with bipolar. is there any hope")
        phone.screenshot(path=HERE / "widget.png")

        desk = browser.new_page(viewport={"width": 1366, "height": 820})
        desk.goto(link)
        desk.locator("input[type=password]").first.fill(PHRASE)
        desk.keyboard.press("Enter")
        desk.wait_for_timeout(2500)
        write(phone, "i want to talk to a person")
        write(phone, "yes, share this conversation")
        desk.get_by_role("button", name=re.compile("^Take ")).first.click()
        desk.wait_for_timeout(1500)
        desk.get_by_role("textbox").last.fill("Hi, I'm here now. No hurry; take your time.")
        desk.keyboard.press("Enter")
        desk.wait_for_timeout(1000)
        write(phone, "thank you. it helps that somebody answers")
        desk.wait_for_timeout(1500)
        desk.screenshot(path=HERE / "console.png")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
