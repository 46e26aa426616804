"""One encoder for all tests of the language room, its graph built once for the session."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.language.encoder import SentenceEncoder


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("encoder")


@pytest.fixture(scope="session")
def encoder(encoder_folder: Path) -> SentenceEncoder:
    return SentenceEncoder.load(encoder_folder)
