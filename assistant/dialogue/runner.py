"""Loading and running a model's prediction graph, as far as a turn needs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rasa.engine.graph import GraphComponent, GraphNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata

_ARCHIVED_METADATA = "metadata.json"

Step = tuple[str, GraphNode, tuple[str, ...]]


class PredictionStorage(LocalModelStorage):  # type: ignore[misc]
    """A model's files, without the graph that trained it.

    Reading that graph imports every component Rasa has, TensorFlow's among them.
    """

    @staticmethod
    def _load_metadata(directory: Path) -> ModelMetadata:
        found = json.loads((directory / _ARCHIVED_METADATA).read_text(encoding="utf-8"))
        return ModelMetadata.from_dict({**found, "train_schema": {"nodes": {}}})


class PreparedRunner(DaskGraphRunner):  # type: ignore[misc]
    """Runs the nodes Rasa's runner runs, in an order worked out once instead of each time."""

    def run(
        self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        """The output of each target; ``inputs`` has a value for every placeholder it needs."""
        wanted = tuple(targets or self._graph_schema.target_names)
        outputs: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, node, needs in self._steps(wanted):
            outputs[name] = node(*[outputs.get(need, need) for need in needs])
        return dict(outputs[name] for name in wanted)

    def components(self, kind: type[GraphComponent]) -> list[Any]:
        """The loaded components of one class, subclasses included."""
        loaded = [node._component for node in self._instantiated_nodes.values()]
        return [component for component in loaded if isinstance(component, kind)]

    def _steps(self, targets: tuple[str, ...]) -> list[Step]:
        prepared: dict[tuple[str, ...], list[Step]] = self.__dict__.setdefault("_prepared", {})
        if targets not in prepared:
            schema = self._graph_schema.minimal_graph_schema(list(targets))
            steps: dict[str, Step] = {}

            def add(name: str) -> None:
                if name in steps or name not in schema.nodes:
                    return
                needs = tuple(schema.nodes[name].needs.values())
                for need in needs:
                    add(need)
                steps[name] = (name, self._instantiated_nodes[name], needs)

            for target in targets:
                add(target)
            prepared[targets] = list(steps.values())
        return prepared[targets]
