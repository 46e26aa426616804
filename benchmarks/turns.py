"""Beside against stock Rasa, same model, same machine, one after the other in interleaved rounds.

    python benchmarks/turns.py [--rounds 2] [--turns 60]

Prints p50, p95 and throughput at 1, 8 and 32 clients for plain and action turns, turns 10, 100
and 500 of one conversation, start times and memory, as ours / stock. Beside's figures include the
inbox, the crisis screen, encryption and the outbox.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from assistant.dialogue.training import current_model
from benchmarks import load, servers

CLIENTS = (1, 8, 32)
MARKS = (10, 100, 500)
Figures = dict[str, list[float]]


def one_round(running: servers.Running, turns: int, figures: Figures) -> None:
    """Everything that is measured of one server in one round."""
    figures["start: takes a connection, s"].append(running.serves_after)
    figures["start: answers a message, s"].append(running.answers_after)
    for kind, texts in (("plain", load.PLAIN), ("action", load.ACTION)):
        for clients in CLIENTS:
            each = max(12, turns // clients // 12 * 12)
            sample = asyncio.run(load.measure(running.port, texts, clients, each))
            name = f"{kind}, {clients} client{'s' if clients > 1 else ''}"
            figures[f"{name}: p50 ms"].append(sample.p50 * 1000)
            figures[f"{name}: p95 ms"].append(sample.p95 * 1000)
            figures[f"{name}: turns/s"].append(sample.throughput)
    for mark, seconds in asyncio.run(load.long_conversation(running.port, MARKS)).items():
        figures[f"turn {mark} of one conversation: p50 ms"].append(seconds * 1000)
    figures["memory, MB"].append(running.memory())


def show(ours: Figures, stock: Figures) -> None:
    """The table: medians over the rounds, and the ratio."""
    print(f"\n{'':44}{'stock':>9}{'ours':>9}{'ours/stock':>12}")
    for name in ours:
        mine, theirs = statistics.median(ours[name]), statistics.median(stock[name])
        print(f"{name:44}{theirs:9.1f}{mine:9.1f}{mine / theirs:12.2f}")
    first = statistics.median(ours["turn 10 of one conversation: p50 ms"])
    last = statistics.median(ours["turn 500 of one conversation: p50 ms"])
    print(f"{'ours, turn 500 / turn 10':44}{'':9}{'':9}{last / first:12.2f}")
    serving = statistics.median(ours["start: takes a connection, s"])
    stock_start = statistics.median(stock["start: answers a message, s"])
    print(
        f"{'our gateway serves / stock answers':44}{'':9}{'':9}{serving / stock_start:12.3f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--turns", type=int, default=240, help="messages of each measurement")
    given = parser.parse_args()
    data_dir = Path(os.environ.get("BESIDE_DATA_DIR", "data")).resolve()
    model = current_model(data_dir)
    if model is None:
        raise SystemExit("There is no current model; run `beside train` first.")
    ours: Figures = defaultdict(list)
    stock: Figures = defaultdict(list)
    for number in range(given.rounds):
        for start, figures in (
            (lambda folder: servers.stock(model, folder), stock),
            (lambda folder: servers.beside(data_dir, folder), ours),
        ):
            with tempfile.TemporaryDirectory(prefix="bench-") as name, start(Path(name)) as running:
                print(f"round {number + 1}: {running.name}", file=sys.stderr, flush=True)
                one_round(running, given.turns, figures)
        # After each round, so that a run cut short has shown something.
        print(f"{os.cpu_count()} cores, round {number + 1}, {given.turns} messages each")
        show(ours, stock)


if __name__ == "__main__":
    main()
