"""The invariants of ARCHITECTURE.md that a reader of the code can check."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.texts import validate

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("assistant", "actions", "connectors")
PYTHON = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
_NUMBER = re.compile(r"(?<!\d)(?:1-)?8(?:00|33|44|55|66|77|88)-\d{3}-\d{4}|\b741741\b|\b838255\b")


def test_the_import_rules_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_no_phone_number_stands_outside_the_directory() -> None:
    files = [p for room in (*ROOMS, "nlu_data") for p in (ROOT / room).rglob("*") if p.is_file()]
    found = [
        str(path.relative_to(ROOT))
        for path in [*files, ROOT / "domain.yml"]
        if path.suffix in (".py", ".yml", ".md", ".js", ".html", ".jinja", ".j2")
        and path.name != "directory.yml"
        and _NUMBER.search(path.read_text("utf-8"))
    ]
    assert found == []
    assert _NUMBER.search((ROOT / "assistant/safety/directory.yml").read_text("utf-8"))


def test_every_prepared_text_loads_and_holds_no_number() -> None:
    assert validate(ROOT) == []


def test_only_the_clock_asks_what_time_it_is() -> None:
    asks = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")
    allowed = {"assistant/clock.py", "assistant/doctor.py"}
    found = {str(path.relative_to(ROOT)) for path in PYTHON if asks.search(path.read_text("utf-8"))}
    assert found - allowed == set()


def test_only_a_conversation_changes_its_owner() -> None:
    change = re.compile(r"\.values\([^)]*\bowner=|\.owner = ")
    found = {
        str(path.relative_to(ROOT)) for path in PYTHON if change.search(path.read_text("utf-8"))
    }
    assert found == {"assistant/conversations/conversation.py"}


@pytest.mark.parametrize("module", ["connectors.gateway", "assistant.cli", "actions"])
def test_importing_touches_neither_the_network_nor_the_disk(module: str) -> None:
    """Sockets, files opened for writing and models at import would show here."""
    script = f"""
import builtins, socket, sys
def refuse(*arguments, **named): raise SystemExit("a socket was made at import")
socket.socket.connect = refuse
opened = builtins.open
def reading_only(file, mode="r", *rest, **named):
    if set(mode) & set("wax+"): raise SystemExit(f"{{file}} was opened for writing at import")
    return opened(file, mode, *rest, **named)
builtins.open = reading_only
import {module}
heavy = {{"tensorflow", "rasa"}} & set(sys.modules)
if heavy and not {module!r}.startswith("actions"): raise SystemExit(f"{{heavy}} came along")
"""
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_the_pages_we_serve_name_no_other_host_to_load_from() -> None:
    loads = re.compile(r"""(?:src|@import|url\()\s*=?\s*["']?(?:https?:)?//""", re.IGNORECASE)
    pages = [
        path
        for path in (ROOT / "connectors").rglob("*")
        if path.suffix in (".html", ".js", ".css", ".jinja", ".j2")
    ]
    assert pages
    comments = re.compile(r"/\*.*?\*/", re.DOTALL)
    found = [str(p) for p in pages if loads.search(comments.sub("", p.read_text("utf-8")))]
    assert found == []
