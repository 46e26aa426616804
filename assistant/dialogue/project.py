"""Where Rasa's commands find the training data of this repository."""

from __future__ import annotations

from pathlib import Path

from rasa.shared.constants import DEFAULT_DATA_PATH
from rasa.shared.importers.rasa import RasaFileImporter

TRAINING_DATA = "nlu_data"


class ProjectImporter(RasaFileImporter):  # type: ignore[misc]
    """Rasa's own importer, for which ``nlu_data/`` stands where it would look for ``data/``.

    ``data/`` is the running service's folder here. A path given on the command line is respected.
    """

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
    ) -> None:
        paths = (
            [training_data_paths]
            if isinstance(training_data_paths, str)
            else (training_data_paths or [])
        )
        if all(path is None or Path(path) == Path(DEFAULT_DATA_PATH) for path in paths):
            root = Path(config_file).parent if config_file else Path()
            paths = [str(root / TRAINING_DATA)]
        super().__init__(config_file, domain_path, paths)
