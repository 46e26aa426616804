"""The graph file: built when it is needed, never trusted when it is damaged."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant.language import graph
from assistant.language.encoder import SentenceEncoder
from assistant.language.weights import Weights, WeightsMissing


def test_it_is_built_once(encoder: SentenceEncoder, encoder_folder: Path) -> None:
    file = graph.ensure(encoder_folder)
    before = file.stat().st_mtime_ns
    assert graph.ensure(encoder_folder).stat().st_mtime_ns == before


@pytest.mark.parametrize("name", [graph.GRAPH, graph.DATA, "seal.json"])
def test_a_damaged_file_is_built_again(tmp_path: Path, name: str) -> None:
    home = graph.ensure(tmp_path).parent
    good = SentenceEncoder.load(tmp_path).encode(["hello"])
    with (home / name).open("r+b") as file:
        file.seek(10)
        file.write(b"\xff\xff\xff")
    assert not graph.intact(home)
    np.testing.assert_array_equal(SentenceEncoder.load(tmp_path).encode(["hello"]), good)
    assert graph.intact(home)
    assert [path.name for path in tmp_path.iterdir()] == [home.name]


def test_two_processes_may_build_it_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        files = list(pool.map(graph.ensure, [tmp_path, tmp_path]))
    assert files[0] == files[1]
    assert graph.intact(files[0].parent)


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path) -> None:
    forged = tmp_path / "model.safetensors"
    forged.write_bytes(Weights.find().tensors.read_bytes()[:-1] + b"\x00")
    with pytest.raises(WeightsMissing, match="uv sync --reinstall-package"):
        Weights(forged, forged).check()


def test_missing_weights_are_said_with_their_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(WeightsMissing, match="uv sync"):
        Weights.find()


def test_the_encoder_brings_neither_rasa_nor_a_learning_framework(encoder_folder: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from assistant.language.encoder import SentenceEncoder\n"
        f"SentenceEncoder.load(Path({str(encoder_folder)!r})).encode(['hello'])\n"
        "print(sorted({'rasa', 'tensorflow', 'torch', 'sentence_transformers', 'spacy'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
