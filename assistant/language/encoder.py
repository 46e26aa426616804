"""The sentence encoder: texts in, unit vectors out. Close meanings have a high dot product."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.language import graph
from assistant.language.weights import DIMENSIONS, MAX_TOKENS, Weights

Vectors = npt.NDArray[np.float32]

# Texts of similar length go together, so that a batch is not padded to its longest member.
_BATCH = 32


class SentenceEncoder:
    """all-MiniLM-L6-v2 in onnxruntime. Safe to call from several threads at once."""

    def __init__(self, session: Any, tokenizer: Any) -> None:
        self._session = session
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, path: Path, *, threads: int = 1) -> SentenceEncoder:
        """The encoder whose graph lies under the folder ``path``; built there when it is not.

        ``threads`` is how many cores one call may use. Raises ``WeightsMissing`` when the graph
        has to be built and the weights are not installed.
        """
        import onnxruntime
        from tokenizers import Tokenizer

        file = graph.ensure(path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # The arena keeps the largest batch ever seen; a message is small and comes alone.
        options.enable_cpu_mem_arena = False
        # Idle threads would spin and take a core from everybody else.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(
            str(file), options, providers=["CPUExecutionProvider"]
        )
        tokenizer = Tokenizer.from_file(str(Weights.find().tokenizer))
        tokenizer.enable_truncation(max_length=MAX_TOKENS)
        tokenizer.no_padding()
        return cls(session, tokenizer)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector for each text, as float32 of shape [len(texts), 384].

        Only the first 256 word pieces of a text count. An empty text has a vector like any other.
        """
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        # A lone surrogate is no text to the tokenizer, and people's phones do send them.
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        pieces = [encoding.ids for encoding in self._tokenizer.encode_batch(clean)]
        order = sorted(range(len(texts)), key=lambda index: len(pieces[index]))
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            width = len(pieces[chosen[-1]])
            ids = np.zeros((len(chosen), width), dtype=np.int32)
            mask = np.zeros((len(chosen), width), dtype=np.int32)
            for row, index in enumerate(chosen):
                ids[row, : len(pieces[index])] = pieces[index]
                mask[row, : len(pieces[index])] = 1
            vectors[chosen] = self._session.run(["vectors"], {"ids": ids, "mask": mask})[0]
        return vectors
