"""How much memory a process of a test took at most."""

from __future__ import annotations

from pathlib import Path


def peak_megabytes() -> int:
    """The largest resident set of this process.

    Not ``ru_maxrss``: that begins with the size of the process that started this one, made large by other tests.
    """
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) >> 10 for line in status.splitlines() if line.startswith("VmHWM:"))
