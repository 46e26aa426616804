"""What an operator types, over a real database in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _beside(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BESIDE_")},
        "BESIDE_DATA_DIR": str(folder),
        # Nothing of a test reaches the internet; nobody listens on this port.
        "BESIDE_FINDTREATMENT_URL": "http://127.0.0.1:9",
        "BESIDE_PORT": "9",
        **settings,
    }
    return subprocess.run(
        [sys.executable, "-m", "assistant", *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_peer_is_added_with_a_link_listed_and_switched_off(tmp_path: Path) -> None:
    added = _beside(tmp_path, "staff", "add", "Rosa", "--role", "peer")
    assert added.returncode == 0, added.stderr
    assert "/console/link/" in added.stdout
    listed = _beside(tmp_path, "staff", "list").stdout
    assert "Rosa" in listed
    assert _beside(tmp_path, "staff", "off", "Rosa").returncode == 0
    assert "off" in _beside(tmp_path, "staff", "list").stdout


def test_what_cannot_be_done_is_one_sentence_and_status_1(tmp_path: Path) -> None:
    nobody = _beside(tmp_path, "staff", "off", "Nobody")
    assert nobody.returncode == 1
    assert nobody.stderr.startswith("beside: ")
    assert "Traceback" not in nobody.stderr


def test_wrong_use_and_wrong_settings_are_status_2(tmp_path: Path) -> None:
    assert _beside(tmp_path, "staff", "add").returncode == 2
    wrong = _beside(tmp_path, "doctor", BESIDE_LOG_LEVEL="loud")
    assert wrong.returncode == 2
    assert "BESIDE_LOG_LEVEL must be one of" in wrong.stderr


def test_the_doctor_names_what_is_missing_with_its_cure(tmp_path: Path) -> None:
    said = _beside(tmp_path, "doctor")
    assert said.returncode == 0, said.stderr
    assert "Dialogue model: none that is current" in said.stdout
    assert "cure: run: beside train" in said.stdout
    assert "FindTreatment.gov: does not answer from here" in said.stdout


def test_rekeying_says_how_much_was_sealed_anew(tmp_path: Path) -> None:
    said = _beside(tmp_path, "rekey")
    assert said.returncode == 0, said.stderr
    assert "sealed with the newest key" in said.stdout
