"""From a model file to a machine that takes turns. Imports Rasa only when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assistant.dialogue.slim import can_do_without, without_tensorflow

if TYPE_CHECKING:
    from assistant.dialogue.machine import Machine


def load_machine(model: Path, *, actions: str = "actions") -> Machine:
    """The machine of a trained model, without TensorFlow where the model allows; takes seconds.

    ``actions`` is the package with the custom actions.
    """
    with without_tensorflow(can_do_without(model)):
        from assistant.dialogue.machine import Machine

        return Machine.load(model, actions=actions)
