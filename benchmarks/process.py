"""What every measurement of a process needs."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]


class Failed(Exception):
    """A contestant gave no result; the text is the last line it wrote."""


def run_child(module: str, *arguments: str) -> dict[str, Any]:
    """Run ``python -m module arguments`` and return the JSON object on the last line that it writes.

    Raises:
        Failed: it gave no result.
    """
    # Where bytecode is not kept, every import would compile anew: about twice the start-up.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, "-m", module, *arguments], check=False, cwd=_ROOT, env=environment,
                          capture_output=True, text=True)  # fmt: skip
    if done.returncode:
        raise Failed((done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def read_through(path: Path) -> None:
    """Bring a file into the page cache."""
    with path.open("rb", buffering=0) as stream:
        while stream.read(1 << 20):
            pass


class Timer:
    """Wall and CPU seconds of a block; CPU seconds hold on a machine that others use too."""

    def __enter__(self) -> Timer:
        self._began = time.perf_counter(), cpu()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self._began[0], cpu() - self._began[1]


def limit_memory(size: int) -> None:
    """Let this process fail instead of taking more than ``size`` bytes of address space."""
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def cpu() -> float:
    """User and system time of all threads of this process so far, in seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def forget_peak() -> None:
    """Have :func:`peak` tell of what comes after (Linux: proc(5), ``clear_refs``)."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def peak() -> float:
    """The largest resident set of this process in MB, so far or since :func:`forget_peak`.

    From the kernel's own record: ``ru_maxrss`` would begin with the size of the process that started this one.
    """
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:"))
