"""When a model is current, and that making one does no harm when it goes wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.dialogue import training


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "nlu_data" / "nlu").mkdir(parents=True)
    (folder / "config.yml").write_text("pipeline: []")
    (folder / "domain.yml").write_text("intents: []")
    (folder / "nlu_data" / "nlu" / "greet.yml").write_text("nlu: []")
    return folder


@pytest.fixture
def rasa(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Rasa's training replaced by one that writes a file at once; lists the models it made."""
    made: list[str] = []

    def run(root: Path, data_dir: Path, output: Path) -> None:
        (output / "model.tar.gz").write_text("a model")
        made.append(training.fingerprint(root))

    monkeypatch.setattr(training, "_run_rasa", run)
    return made


def test_a_model_is_trained_once(root: Path, tmp_path: Path, rasa: list[str]) -> None:
    assert training.current_model(tmp_path, root) is None
    model = training.train(tmp_path, root)
    assert model.read_text() == "a model"
    assert training.current_model(tmp_path, root) == model
    assert training.train(tmp_path, root) == model
    assert len(rasa) == 1


@pytest.mark.parametrize("name", ["config.yml", "domain.yml", "nlu_data/nlu/greet.yml"])
def test_a_changed_file_makes_the_model_stale(
    root: Path, tmp_path: Path, rasa: list[str], name: str
) -> None:
    training.train(tmp_path, root)
    file = root / name
    before = file.read_text()
    file.write_text(before + "\n# changed")
    assert training.current_model(tmp_path, root) is None
    file.write_text(before)
    assert training.current_model(tmp_path, root) is not None


def test_a_new_or_moved_file_makes_the_model_stale(root: Path) -> None:
    before = training.fingerprint(root)
    new = root / "nlu_data" / "nlu" / "thanks.yml"
    new.write_text("nlu: []")
    added = training.fingerprint(root)
    new.rename(new.with_name("bye.yml"))
    assert len({before, added, training.fingerprint(root)}) == 3


def test_another_version_of_rasa_makes_the_model_stale(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = training.fingerprint(root)
    monkeypatch.setattr("importlib.metadata.version", lambda name: "99")
    assert training.fingerprint(root) != before


def test_only_the_newest_models_stay(root: Path, tmp_path: Path, rasa: list[str]) -> None:
    models = []
    for number in range(8):
        (root / "domain.yml").write_text(f"intents: [{number}]")
        models.append(training.train(tmp_path, root))
        os.utime(models[-1], (number, number))
    assert [model.is_file() for model in models] == [False] * 3 + [True] * 5


def test_a_failed_training_leaves_nothing_behind(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(root: Path, data_dir: Path, output: Path) -> None:
        (output / "model.tar.gz").write_text("half a mo")
        raise training.TrainingFailed("no")

    monkeypatch.setattr(training, "_run_rasa", run)
    with pytest.raises(training.TrainingFailed):
        training.train(tmp_path, root)
    assert training.current_model(tmp_path, root) is None
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.timeout(120)
def test_what_rasa_said_is_said(root: Path, tmp_path: Path) -> None:
    (root / "domain.yml").write_text("intents: {")
    with pytest.raises(training.TrainingFailed, match="Rasa's last words"):
        training.train(tmp_path, root)
