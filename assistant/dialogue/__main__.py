"""``python -m assistant.dialogue``: the dialogue process, and the training of its model."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path


def main() -> int:
    """Serve turns, or train; returns the exit status."""
    arguments = _parser().parse_args()
    # Rasa reads these when it is imported, so they are set before anything of it is.
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    # A message is too small to share among threads; they would only wait for each other.
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    os.environ["BESIDE_DATA_DIR"] = str(arguments.data_dir.expanduser().resolve())
    if arguments.train:
        return _train(arguments.data_dir)
    if arguments.socket is None:
        print("Give --socket PATH to serve, or --train.", file=sys.stderr)
        return 2
    return _serve(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m assistant.dialogue", description=__doc__)
    parser.add_argument("--socket", type=Path, help="serve on this Unix socket")
    parser.add_argument("--model", type=Path, help="the model file (default: the current one)")
    parser.add_argument("--train", action="store_true", help="train when there is no current model")
    parser.add_argument("--actions", default="actions", help="the package with custom actions")
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=Path(os.environ.get("BESIDE_DATA_DIR") or "data"),
        help="where models and the encoder lie (default: BESIDE_DATA_DIR or ./data)",
    )
    parser.add_argument("--parent", type=int, help="leave when this process is not the parent")
    parser.add_argument("--log-level", default=os.environ.get("BESIDE_LOG_LEVEL") or "info")
    return parser


def _train(data_dir: Path) -> int:
    from assistant.dialogue.training import TrainingFailed, train

    try:
        print(train(data_dir))
    except TrainingFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    from assistant.dialogue import lifetime, logs

    lifetime.end_with_parent(arguments.parent)
    logs.configure(arguments.log_level)
    from assistant.dialogue.training import TrainingFailed, current_model, train

    model = arguments.model or current_model(arguments.data_dir)
    if model is None:
        print(
            "beside: training the dialogue model, about two minutes; crises and peers are served"
            " meanwhile.",
            file=sys.stderr,
            flush=True,
        )
        try:
            model = train(arguments.data_dir)
        except TrainingFailed as error:
            print(error, file=sys.stderr)
            return 1
    if not model.is_file():
        print(f"There is no dialogue model at {model}.", file=sys.stderr)
        return 2
    started = time.monotonic()
    from assistant.dialogue.loading import load_machine

    machine = load_machine(model, actions=arguments.actions)
    from assistant.dialogue.server import logger, serve

    logger.info("Loaded %s in %.1f s", model.name, time.monotonic() - started)
    serve(machine, arguments.socket)
    return 0


if __name__ == "__main__":
    sys.exit(main())
