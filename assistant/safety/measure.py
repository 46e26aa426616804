"""``python -m assistant.safety.measure FILE…``: what the screen finds in labelled utterances.

A ``.jsonl`` file has a JSON object on each line, with ``text``, ``label`` (``crisis`` or anything
else) and an optional ``category``; a ``.yml`` file has ``danger`` and ``calm``, each a mapping of
kinds to texts (``tests/safety/utterances.yml``). Prints counts, recall and specificity for each
category with 95 per cent Wilson intervals, and the time a message takes. Never prints a text.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from math import sqrt
from pathlib import Path

import yaml

from assistant.safety.screen import Screen


def wilson(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson score interval of ``hits`` out of ``total``; (0, 1) for an empty sample."""
    if not total:
        return 0.0, 1.0
    share = hits / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    half /= 1 + z * z / total
    return max(0.0, middle - half), min(1.0, middle + half)


def figure(name: str, hits: int, total: int) -> str:
    """``name  hits/total  share  [low, high]``."""
    low, high = wilson(hits, total)
    share = hits / total if total else 0.0
    return f"  {name:<28}{hits:>5}/{total:<5}{share:>7.3f}   [{low:.3f}, {high:.3f}]"


def utterances(path: Path) -> Iterator[tuple[str, bool, str]]:
    """The texts of a file, whether each is a crisis, and its category."""
    if path.suffix == ".yml":
        data = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        for label, kinds in data.items():
            for kind, texts in kinds.items():
                yield from ((str(text), label == "danger", kind) for text in texts)
        return
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        yield row["text"], row["label"] == "crisis", row.get("category") or row["label"]


def report(path: Path, screen: Screen) -> list[str]:
    """The figures for one file, as lines to print."""
    right: dict[str, Counter[str]] = defaultdict(Counter)
    tiers: Counter[str] = Counter()
    times, said, correct = [], 0, 0
    for text, crisis, category in utterances(path):
        started = time.perf_counter()
        finding = screen.read(text)
        times.append(time.perf_counter() - started)
        kind = "recall" if crisis else "specificity"
        tiers[finding.tier] += not crisis
        said += bool(finding)
        correct += bool(finding) and crisis
        hit = bool(finding) == crisis
        for name in ("in all", category):
            right[kind][f"{name}\tof"] += 1
            right[kind][f"{name}\tright"] += hit
    lines = [f"{path.name}"]
    for kind, counts in right.items():
        lines.append(f" {kind}")
        names = {key.split("\t")[0] for key in counts}
        lines += [
            figure(name, counts[f"{name}\tright"], counts[f"{name}\tof"])
            for name in sorted(names, key=lambda name: (name != "in all", name))
        ]
    if correct:
        lines += [" precision", figure("in all", correct, said)]
    alarms = ", ".join(f"{tier} {count}" for tier, count in tiers.items() if tier != "none")
    lines.append(f" false alarms by tier: {alarms or 'none'}")
    lines.append(
        f" time for a message: median {1000 * statistics.median(times):.2f} ms, "
        f"longest {1000 * max(times):.2f} ms"
    )
    return lines


def main(arguments: list[str] | None = None) -> int:
    """The command; the exit status is 0."""
    parser = argparse.ArgumentParser(prog="python -m assistant.safety.measure")
    parser.add_argument("files", nargs="+", type=Path)
    started = time.perf_counter()
    screen = Screen.load()
    loaded = time.perf_counter() - started
    for path in parser.parse_args(arguments).files:
        sys.stdout.write("\n".join(report(path, screen)) + "\n\n")
    sys.stdout.write(f"rules loaded in {loaded:.2f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
