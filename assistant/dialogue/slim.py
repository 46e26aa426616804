"""Rasa without TensorFlow, for a model that does not use it.

Rasa imports TensorFlow for two base classes even when no component of the model needs it: ten
seconds and 340 MB. While Rasa is imported here, a stand-in with empty classes is in its place.
Afterwards the stand-in is gone, so that an ``import tensorflow`` elsewhere finds the real one, and
whatever did get hold of it says so when it is used.
"""

from __future__ import annotations

import contextlib
import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

_NAME = "tensorflow"
_STAND_INS = (_NAME, "tensorflow.keras", "tensorflow.keras.utils", "tensorflow.keras.callbacks")

# Every class a model may be made of for which it is known that TensorFlow is not used.
_WITHOUT = frozenset(
    {
        "SpacyNLP",
        "SpacyTokenizer",
        "SpacyEntityExtractor",
        "WhitespaceTokenizer",
        "RegexEntityExtractor",
        "EntitySynonymMapper",
        "LogisticRegressionClassifier",
        "FallbackClassifier",
        "RegexMessageHandler",
        "SentenceFeaturizer",
        "CalibratedFallbackClassifier",
        "MemoizationPolicy",
        "AugmentedMemoizationPolicy",
        "RulePolicy",
        "DefaultPolicyPredictionEnsemble",
        "DomainProvider",
        "RuleOnlyDataProvider",
        "NLUMessageConverter",
        "CoreFeaturizationInputConverter",
        "CoreFeaturizationCollector",
    }
)


class TensorFlowLeftOut(RuntimeError):
    """Something used TensorFlow after all; the model has a component that ``_WITHOUT`` lacks."""


class _Empty(type):
    """The class of classes that can be inherited from and looked into, but not used."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Empty(name, (), {"__init__": _refuse})


def _refuse(*_: Any, **__: Any) -> None:
    raise TensorFlowLeftOut("TensorFlow was left out because no part of the model needs it.")


class _StandIn(ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Empty(name, (), {"__init__": _refuse})


def can_do_without(model: Path) -> bool:
    """True when every component of the model is known not to use TensorFlow."""
    try:
        with tarfile.open(model) as archive:
            found = archive.extractfile(_member(archive, "metadata.json"))
            metadata = json.load(found) if found else {}
        nodes = metadata["predict_schema"]["nodes"].values()
        return all(node["uses"].rpartition(".")[2] in _WITHOUT for node in nodes)
    except (OSError, tarfile.TarError, ValueError, KeyError, AttributeError, TypeError):
        return False


def _member(archive: tarfile.TarFile, name: str) -> tarfile.TarInfo:
    for member in archive:
        if member.name.lstrip("./") == name:
            return member
    raise KeyError(name)


@contextlib.contextmanager
def without_tensorflow(leave_out: bool = True) -> Iterator[None]:
    """Import Rasa inside this block. Does nothing when TensorFlow is there already."""
    if not leave_out or _NAME in sys.modules:
        yield
        return
    sys.modules.update({name: _StandIn(name) for name in _STAND_INS})
    try:
        yield
    finally:
        for name in _STAND_INS:
            if isinstance(sys.modules.get(name), _StandIn):
                del sys.modules[name]
