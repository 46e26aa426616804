"""Where Rasa's own commands find the training data."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.dialogue.slim import without_tensorflow

with without_tensorflow():
    from assistant.dialogue.project import ProjectImporter


def names(importer: ProjectImporter) -> set[str]:
    return {Path(file).name for file in [*importer._nlu_files, *importer._story_files]}


@pytest.mark.parametrize("paths", [None, [], ["data"], "data", [None]])
def test_without_a_path_it_is_nlu_data(project: Path, paths: list[str] | str | None) -> None:
    importer = ProjectImporter(str(project / "config.yml"), None, paths)
    assert names(importer) == {"nlu.yml", "rules.yml", "stories.yml"}


def test_a_path_that_is_given_is_respected(project: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text((project / "nlu_data" / "nlu.yml").read_text())
    importer = ProjectImporter(str(project / "config.yml"), None, [str(tmp_path)])
    assert names(importer) == {"mine.yml"}
