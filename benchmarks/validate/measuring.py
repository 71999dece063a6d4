"""One measurement, in a process of its own: ``python -m benchmarks.validate.measuring CONTESTANT TASK SMALL_TASK``."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.process import cpu, limit_memory, peak, read_through, run_child
from benchmarks.validate.contestants.registry import CONTESTANTS
from benchmarks.validate.files.kinds import Task

#: A contestant that wants more address space fails instead of starving the machine.
_MEMORY = 16 << 30


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
        read_through(path)
    return Measurement(**run_child("benchmarks.validate.measuring", contestant, str(task), str(small)))


def _measure(contestant: str, task: Task, small: Task) -> Measurement:
    run = CONTESTANTS[contestant].run
    run(small)
    start, begun = cpu(), time.perf_counter()
    found = run(task)
    wall, used = time.perf_counter() - begun, cpu() - start
    return Measurement(found, used, wall, start, peak())


def main() -> None:
    limit_memory(_MEMORY)
    result = _measure(sys.argv[1], *(Task.load(Path(path)) for path in sys.argv[2:4]))
    print(json.dumps(vars(result)))


if __name__ == "__main__":
    main()
