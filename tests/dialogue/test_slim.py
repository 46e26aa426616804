"""Rasa without TensorFlow: only where it is not needed, and without leaving traces."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from assistant.dialogue.slim import can_do_without

OURS = [
    "rasa.core.policies.rule_policy.RulePolicy",
    "assistant.dialogue.featurizer.SentenceFeaturizer",
]
DIET = "rasa.nlu.classifiers.diet_classifier.DIETClassifier"


def model(path: Path, metadata: object) -> Path:
    content = json.dumps(metadata).encode()
    member = tarfile.TarInfo("metadata.json")
    member.size = len(content)
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(member, io.BytesIO(content))
    return path


def of(*classes: str) -> object:
    nodes = {str(number): {"uses": name} for number, name in enumerate(classes)}
    return {"predict_schema": {"nodes": nodes}}


def test_a_model_of_known_parts_does_without(tmp_path: Path) -> None:
    assert can_do_without(model(tmp_path / "m.tar.gz", of(*OURS)))


@pytest.mark.parametrize("metadata", [of(*OURS, DIET), of("x.Unknown"), {}, [], "x"])
def test_any_other_model_gets_what_it_needs(tmp_path: Path, metadata: object) -> None:
    assert not can_do_without(model(tmp_path / "m.tar.gz", metadata))


def test_a_file_that_is_no_model_gets_what_it_needs(tmp_path: Path) -> None:
    file = tmp_path / "m.tar.gz"
    file.write_bytes(b"nothing")
    assert not can_do_without(file)


def test_the_stand_in_is_gone_afterwards_and_refuses_to_be_used() -> None:
    code = """
import sys
from assistant.dialogue.slim import TensorFlowLeftOut, without_tensorflow
with without_tensorflow():
    import tensorflow as tf
    class Model(tf.keras.models.Model): pass
    from tensorflow.keras.utils import Sequence
assert "tensorflow" not in sys.modules and "tensorflow.keras" not in sys.modules
for attempt in (Model, Sequence, tf.constant):
    try:
        attempt(1)
    except TensorFlowLeftOut:
        continue
    raise SystemExit(f"{attempt} could be used")
import importlib.util
print(importlib.util.find_spec("tensorflow").origin)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "site-packages" in done.stdout
