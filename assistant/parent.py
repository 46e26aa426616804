"""A child process that must not outlive the supervisor, not even when that one is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1


def die_with_parent(signal_number: int = signal.SIGTERM) -> None:
    """From now on this process gets ``signal_number`` when its parent dies.

    Does nothing unless the supervisor asked for it, so that a process started by hand lives on.
    """
    parent = os.environ.get("_BESIDE_SUPERVISOR")
    if parent is None:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != int(parent):
            os.kill(os.getpid(), signal_number)
        return
    threading.Thread(target=_watch, args=(int(parent), signal_number), daemon=True).start()


def _watch(parent: int, signal_number: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal_number)
