"""A process that does not outlive the one that started it."""

from __future__ import annotations

import os
import threading
import time

# How long an orphan may live, in seconds.
_EVERY = 0.5


def end_with_parent(parent: int | None = None) -> None:
    """Leave as soon as the starting process is gone, whatever this one is doing.

    ``parent`` is its process id, by default the current parent. A thread asks, because the kernel's
    own notice (Linux alone has one) is tied to the thread that started us, not to its process.
    Nothing is lost by leaving at once: a turn is committed by the gateway or not at all.
    """
    expected = os.getppid() if parent is None else parent

    def watch() -> None:
        while os.getppid() == expected:
            time.sleep(_EVERY)
        os._exit(0)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
