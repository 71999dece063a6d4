"""Keeping what the server knows from other processes of its user."""

from __future__ import annotations

import ctypes
import os
import sys

_PR_SET_DUMPABLE = 4


def hide_from_others() -> None:
    """Let no other process of this user read the server's memory and environment, where a bucket's keys are.

    Queries run as the same user: ``/proc/<pid>/environ`` and ``mem`` then belong to root, tracing is refused, and no
    core is written (prctl(2), PR_SET_DUMPABLE; proc(5)). Programs that are started from here begin as usual. Where the
    kernel is another one there is no ``/proc`` to hide.

    Raises:
        OSError: when the kernel refuses.
    """
    if not sys.platform.startswith("linux"):
        return
    kernel = ctypes.CDLL(None, use_errno=True)
    if kernel.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
