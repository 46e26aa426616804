"""The public pages and files: what they promise, how small they are, and that they are ours."""

from __future__ import annotations

import gzip
import re

import httpx
import pytest

from assistant.safety.directory import Directory
from connectors.web.origins import Origins
from tests.web.conftest import CLINIC

MOST_BYTES = 25_000


@pytest.fixture
def database_url(tmp_path: object) -> str:
    return f"sqlite:///{tmp_path}/beside.db"


async def test_the_whole_widget_is_under_25_kilobytes(client: httpx.AsyncClient) -> None:
    loader = await client.get("/widget.js")
    frame = await client.get("/widget")
    paths = set(re.findall(r'(?:href|src)="(/widget/assets/[^"]+)"', frame.text))
    assert {path.rpartition("/")[2] for path in paths} >= {"panel.js", "panel.css", "base.css"}
    sizes = {"/widget.js": len(gzip.compress(loader.content))}
    sizes["/widget"] = len(gzip.compress(frame.content))
    for path in paths:
        answer = await client.get(path)
        assert answer.status_code == 200
        sizes[path] = len(gzip.compress(answer.content))
    assert sum(sizes.values()) < MOST_BYTES, sizes


async def test_every_module_that_is_imported_is_served(client: httpx.AsyncClient) -> None:
    frame = await client.get("/widget")
    entry = re.search(r'<script type="module" src="([^"]+)"', frame.text)
    assert entry
    todo, seen = [entry[1]], set()
    while todo:
        path = todo.pop()
        seen.add(path)
        answer = await client.get(path)
        assert answer.status_code == 200
        folder = path.rpartition("/")[0]
        found = re.findall(r'from "\./([^"]+)"', answer.text)
        todo += [f"{folder}/{name}" for name in found if f"{folder}/{name}" not in seen]
    assert len(seen) >= 4


async def test_files_are_compressed_and_cached(client: httpx.AsyncClient) -> None:
    frame = await client.get("/widget")
    path = re.findall(r'href="(/widget/assets/[^"]+base\.css)"', frame.text)[0]
    answer = await client.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    again = await client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert not again.content
    plain = await client.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    "name", ["..%2Fpanel.js", "none.js", "%2e%2e/%2e%2e/texts.yml", "texts.yml"]
)
async def test_only_the_widgets_files_are_served(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/widget/assets/x/{name}")).status_code == 404


@pytest.mark.parametrize("path", ["/", "/safety", "/privacy", "/widget", "/chat"])
async def test_nothing_is_asked_of_anybody_else(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    loaded = re.findall(r'<(?:link|script|img|iframe)[^>]*(?:href|src)="([^"]+)"', answer.text)
    assert loaded
    assert all(found.startswith("/") for found in loaded)
    assert "style=" not in answer.text
    assert not re.search(r"<script(?![^>]*\ssrc=)", answer.text)


async def test_the_frame_may_stand_only_on_the_sites_that_were_named(
    client: httpx.AsyncClient,
) -> None:
    policy = (await client.get("/widget")).headers["content-security-policy"]
    assert policy.endswith(f"frame-ancestors 'self' {CLINIC}")
    policy = (await client.get("/chat")).headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'none'")


async def test_the_safety_page_publishes_the_whole_directory(client: httpx.AsyncClient) -> None:
    text = (await client.get("/safety")).text
    for entry in Directory.load():
        assert entry.name.replace("&", "&amp;").replace("'", "&#39;") in text
        for link in entry.links():
            assert f'href="{link.href.replace("&", "&amp;")}"' in text


async def test_help_is_on_every_page_also_before_the_dialogue_is_up(
    client: httpx.AsyncClient,
) -> None:
    for path in ("/", "/safety", "/privacy", "/widget", "/chat"):
        text = (await client.get(path)).text
        assert 'href="tel:988"' in text, path
        assert 'href="sms:988"' in text, path
        assert 'href="tel:911"' in text, path
    assert "tel:988" in (await client.get("/widget.js")).text


async def test_quick_exit_is_a_real_link(client: httpx.AsyncClient) -> None:
    frame = (await client.get("/widget")).text
    link = re.search(r'<a class="quick"[^>]+>', frame)
    assert link
    assert 'href="https://www.weather.gov/"' in link[0]
    assert 'target="_top"' in link[0]
    assert 'href="/chat/exit"' in (await client.get("/chat")).text


def test_no_number_stands_in_a_file_of_the_widget() -> None:
    from pathlib import Path

    import connectors.web

    folder = Path(connectors.web.__file__).parent
    number = re.compile(r"(?<![\w.#-])(?:911|988|211|741741|1?-?\d{3}-\d{3}-\d{4})(?![\w.])")
    for path in folder.rglob("*"):
        if path.suffix in (".py", ".js", ".html", ".yml"):
            text = path.read_text("utf-8")
            if path.name == "web.py":
                text = text.replace('_HELP = ("988", "911")', "")
            assert not number.search(text), path


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("https://beside.example", "beside.example", True),
        ("https://beside.example", "other.example", False),
        ("https://beside.example:444", "beside.example", False),
        ("null", "", False),
        ("//beside.example", "other", False),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("http://[", "127.0.0.1:8000", False),
    ],
)
def test_our_own_origin_is_told_from_others(origin: str, host: str, own: bool) -> None:
    from assistant.settings import Settings

    assert Origins(Settings.read({})).is_own(origin, host) is own
