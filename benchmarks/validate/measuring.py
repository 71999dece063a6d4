"""One measurement, in a process of its own: ``python -m benchmarks.validate.measuring CONTESTANT TASK SMALL_TASK``."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.validate.contestants.registry import CONTESTANTS
from benchmarks.validate.files.kinds import Task

_ROOT = Path(__file__).resolve().parents[2]
#: A contestant that wants more address space fails instead of starving the machine.
_MEMORY = 16 << 30


class Failed(Exception):
    """A contestant gave no result; the text is the last line it wrote."""


@dataclass(frozen=True)
class Measurement:
    """What judging one file took.

    Attributes:
        found: errors, or rows for those that only read.
        cpu: user and system time of all threads in seconds, without ``start``.
        wall: seconds, without start-up.
        start: CPU seconds of start-up: imports, and a file of a hundred rows.
        peak: the process's largest resident set in MB.
    """

    found: int
    cpu: float
    wall: float
    start: float
    peak: float


def measured(contestant: str, task: Path, small: Path) -> Measurement:
    """Measure a contestant on a file that is in the page cache.

    Raises:
        Failed: it gave no result.
    """
    for path in Task.load(task).files():
        _read_through(path)
    command = [sys.executable, "-m", "benchmarks.validate.measuring", contestant, str(task), str(small)]
    # Where bytecode is not kept, every import would compile anew: about twice the start-up.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, check=False, cwd=_ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise Failed((done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
    return Measurement(**json.loads(done.stdout.splitlines()[-1]))


def _read_through(path: Path) -> None:
    with path.open("rb", buffering=0) as stream:
        while stream.read(1 << 20):
            pass


def _measure(contestant: str, task: Task, small: Task) -> Measurement:
    run = CONTESTANTS[contestant].run
    run(small)
    start, begun = _cpu(), time.perf_counter()
    found = run(task)
    wall, cpu = time.perf_counter() - begun, _cpu() - start
    return Measurement(found, cpu, wall, start, _peak())


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak() -> float:
    """From the kernel's own record: ``ru_maxrss`` would begin with the size of the process that started this one."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    result = _measure(sys.argv[1], *(Task.load(Path(path)) for path in sys.argv[2:4]))
    print(json.dumps(vars(result)))


if __name__ == "__main__":
    main()
