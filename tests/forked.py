"""``gongkai`` in processes of their own, forked from one that has imported it: that takes longer than most commands."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["pipelines.cli.main", "pipelines.orchestration.reporting", "pandas", "frictionless"])
_SECONDS = 240


@dataclass(frozen=True)
class Finished:
    """How a process ended and what it printed. A signal that killed it is its negative ``returncode``."""

    returncode: int
    stdout: str
    stderr: str


def run_forked(environment: Mapping[str, str], *arguments: str, kill: tuple[str, int] | None = None) -> Finished:
    """Run a command, the environment being this one; ``kill`` it before the so many-th call of a step of a run."""
    with tempfile.TemporaryDirectory() as folder:
        outputs = [Path(folder) / name for name in ("stdout", "stderr")]
        process = CONTEXT.Process(target=_command, args=(dict(environment), arguments, kill, *map(str, outputs)))
        process.start()
        process.join(_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"gongkai {' '.join(arguments)}")
        return Finished(process.exitcode, *(path.read_text(encoding="utf-8") for path in outputs))


def _command(
    environment: dict[str, str], arguments: tuple[str, ...], kill: tuple[str, int] | None, stdout: str, stderr: str
) -> None:
    for number, path in ((1, stdout), (2, stderr)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), number)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["gongkai", *arguments]
    from killed_run import arm

    from pipelines.cli.main import app

    if kill is not None:
        arm(*kill)
    app(list(arguments))
