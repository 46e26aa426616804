"""The encoder's ONNX graph, written once from the weights.

Token ids and mask in, one unit vector for each text out: embeddings, six transformer layers in
onnxruntime's fused operators, mean over the tokens, L2 norm. The weights lie in a second file that
onnxruntime maps into memory, so processes share its pages.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.language.weights import (
    DIMENSIONS,
    HEADS,
    LAYERS,
    NORM_EPSILON,
    SHA256,
    Weights,
    digest,
)

# Part of every fingerprint: raise it when the graph itself changes.
VERSION = 1

GRAPH = "encoder.onnx"
DATA = "encoder.weights"
_SEAL = "seal.json"
_FUSED = "com.microsoft"

Array = npt.NDArray[Any]


def ensure(directory: Path) -> Path:
    """The graph file in ``directory``, built first when it is missing, old or damaged.

    Safe against a crash and against another process doing the same: the finished folder is moved
    into its place in one step. About two seconds when building, a quarter of one when not.
    """
    home = directory / f"all-minilm-l6-v2.{VERSION}"
    if not intact(home):
        _build(home)
    return home / GRAPH


def intact(home: Path) -> bool:
    """True when the folder holds the files that its seal describes, for these weights."""
    try:
        seal = json.loads((home / _SEAL).read_text(encoding="utf-8"))
        return bool(
            seal["weights"] == SHA256
            and digest(home / GRAPH) == seal[GRAPH]
            and digest(home / DATA) == seal[DATA]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _build(home: Path) -> None:
    weights = Weights.find()
    weights.check()
    home.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".encoder-", dir=home.parent))
    try:
        _write(weights, draft)
        files = {name: digest(draft / name) for name in (GRAPH, DATA)}
        (draft / _SEAL).write_text(json.dumps({"weights": SHA256, **files}), encoding="utf-8")
        if home.exists():
            # Moved, not deleted in place: a process that has the old files mapped keeps them.
            shutil.rmtree(_aside(home), ignore_errors=True)
        with contextlib.suppress(OSError):  # another process was first, with the same bytes
            draft.rename(home)
        if not intact(home):
            raise OSError(f"{home} cannot be written; check the disk and its permissions.")
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _aside(home: Path) -> Path:
    grave = Path(tempfile.mkdtemp(prefix=".encoder-", dir=home.parent))
    with contextlib.suppress(OSError):
        os.replace(home, grave / "old")
    return grave


def _write(weights: Weights, folder: Path) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from safetensors.numpy import load_file

    tensors: dict[str, Array] = dict(_named(load_file(weights.tensors)))
    ids = helper.make_tensor_value_info("ids", TensorProto.INT32, ["texts", "tokens"])
    mask = helper.make_tensor_value_info("mask", TensorProto.INT32, ["texts", "tokens"])
    vectors = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", DIMENSIONS])
    graph = helper.make_graph(
        list(_nodes()),
        "all-minilm-l6-v2",
        [ids, mask],
        [vectors],
        [numpy_helper.from_array(array, name) for name, array in tensors.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_FUSED, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    onnx.save_model(
        model,
        str(folder / GRAPH),
        save_as_external_data=True,
        location=DATA,
        size_threshold=1024,
    )


def _named(raw: dict[str, Array]) -> Iterator[tuple[str, Array]]:
    """The tensors under the names the nodes use; linear layers turned to [in, out]."""

    def linear(source: str) -> tuple[Array, Array]:
        return raw[f"{source}.weight"].T, raw[f"{source}.bias"]

    yield "words", raw["embeddings.word_embeddings.weight"]
    # Every text is a single segment, so its embedding is a constant added to each position.
    yield (
        "positions",
        raw["embeddings.position_embeddings.weight"]
        + raw["embeddings.token_type_embeddings.weight"][0],
    )
    yield "norm.gamma", raw["embeddings.LayerNorm.weight"]
    yield "norm.beta", raw["embeddings.LayerNorm.bias"]
    yield "axes.tokens", np.array([1], dtype=np.int64)
    yield "axes.last", np.array([2], dtype=np.int64)
    for number in range(LAYERS):
        source, here = f"encoder.layer.{number}", f"layer{number}"
        parts = [linear(f"{source}.attention.self.{part}") for part in ("query", "key", "value")]
        yield f"{here}.qkv.weight", np.ascontiguousarray(np.concatenate([w for w, _ in parts], 1))
        yield f"{here}.qkv.bias", np.concatenate([bias for _, bias in parts])
        for name, part in (
            ("attended", "attention.output.dense"),
            ("widened", "intermediate.dense"),
            ("narrowed", "output.dense"),
        ):
            weight, bias = linear(f"{source}.{part}")
            yield f"{here}.{name}.weight", np.ascontiguousarray(weight)
            yield f"{here}.{name}.bias", bias
        for name, part in (("norm1", "attention.output"), ("norm2", "output")):
            yield f"{here}.{name}.gamma", raw[f"{source}.{part}.LayerNorm.weight"]
            yield f"{here}.{name}.beta", raw[f"{source}.{part}.LayerNorm.bias"]


def _nodes() -> Iterator[Any]:
    from onnx import TensorProto, helper

    def fused(kind: str, inputs: list[str], output: str, **attributes: Any) -> Any:
        return helper.make_node(kind, inputs, [output], domain=_FUSED, **attributes)

    def plain(kind: str, inputs: list[str], output: str, **attributes: Any) -> Any:
        return helper.make_node(kind, inputs, [output], **attributes)

    yield helper.make_node(
        "EmbedLayerNormalization",
        ["ids", "", "words", "positions", "", "norm.gamma", "norm.beta"],
        ["layer0.in", "unused"],
        domain=_FUSED,
        epsilon=NORM_EPSILON,
    )
    for number in range(LAYERS):
        here, entering, leaving = f"layer{number}", f"layer{number}.in", f"layer{number + 1}.in"
        qkv = [f"{here}.qkv.weight", f"{here}.qkv.bias"]
        yield fused("Attention", [entering, *qkv, "mask"], f"{here}.heads", num_heads=HEADS)
        yield plain("MatMul", [f"{here}.heads", f"{here}.attended.weight"], f"{here}.attended")
        yield _skip_norm(fused, here, "norm1", f"{here}.attended", entering, f"{here}.middle")
        yield plain("MatMul", [f"{here}.middle", f"{here}.widened.weight"], f"{here}.wide")
        yield fused("BiasGelu", [f"{here}.wide", f"{here}.widened.bias"], f"{here}.bent")
        yield plain("MatMul", [f"{here}.bent", f"{here}.narrowed.weight"], f"{here}.narrowed")
        yield _skip_norm(fused, here, "norm2", f"{here}.narrowed", f"{here}.middle", leaving)
    yield plain("Cast", ["mask"], "mask.float", to=TensorProto.FLOAT)
    yield plain("Unsqueeze", ["mask.float", "axes.last"], "mask.wide")
    yield plain("Mul", [f"layer{LAYERS}.in", "mask.wide"], "counted")
    yield plain("ReduceSum", ["counted", "axes.tokens"], "sum", keepdims=0)
    yield plain("ReduceSum", ["mask.float", "axes.tokens"], "count", keepdims=1)
    yield plain("Div", ["sum", "count"], "mean")
    yield plain("LpNormalization", ["mean"], "vectors", axis=1, p=2)


def _skip_norm(fused: Any, layer: str, norm: str, fresh: str, skip: str, output: str) -> Any:
    """LayerNorm(fresh + bias + skip), the bias being that of the product before it."""
    bias = {"norm1": f"{layer}.attended.bias", "norm2": f"{layer}.narrowed.bias"}[norm]
    inputs = [fresh, skip, f"{layer}.{norm}.gamma", f"{layer}.{norm}.beta", bias]
    return fused("SkipLayerNormalization", inputs, output, epsilon=NORM_EPSILON)
