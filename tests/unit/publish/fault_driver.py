"""Let a release go wrong at every call of the file system that it makes; used by ``test_faults.py``.

Arguments: an empty folder and ``all`` for every kind of fault, else ``some``. Prints one JSON document: per scenario
the state before, the undisturbed outcome, and for each fault the state that it left and the outcome of running again.
No database is open in this process when it is forked to be killed: DuckDB's threads would not survive that.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import stat
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from faults import Faults, Kind, file_faults
from publishing import (
    add_candidate,
    count_each_change_once,
    look_at_texts_once,
    named,
    registry,
    release_now,
    tree,
    workspace_with_registry,
)
from reviewing import approve_plans

from pipelines.core.errors import GongkaiError
from pipelines.core.files import sha256_of
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore, latest_snapshot, verify
from pipelines.registry import Catalog

#: The loaded registry is kept: reading it again for every run would be most of the time.
REGISTRY = "registry.pickle"


#: What ``some`` means.
SOME = {"first": (Kind.FULL,), "next": (Kind.KILL, Kind.EIO)}


def main(folder: Path, kinds: str) -> None:
    os.umask(0o077)
    report = {}
    for name, prepare in (("first", first_release), ("next", next_release)):
        start = folder / name
        in_child(partial(prepare, start))
        report[name] = Sweep(start, folder / "run").report(kinds == "all", SOME[name])
    sys.stdout.write(json.dumps(report))


def first_release(start: Path) -> None:
    """A dataset that waits for the first release of all."""
    workspace = workspace_with_registry(start, parks_staff=named("parks_staff"))
    approve_plans(workspace)
    (start / REGISTRY).write_bytes(pickle.dumps(registry(workspace)))
    add_candidate(workspace, [tree(1), tree(2)])


def next_release(start: Path) -> None:
    """One release, then a correction, a new period and a new dataset that wait for the next."""
    first_release(start)
    workspace = workspace_at(start)
    release_now(workspace, registry(workspace))
    add_candidate(workspace, [tree(1), tree(2, "willow")])
    add_candidate(workspace, [tree(3)], period="2026")
    add_candidate(workspace, [tree(4)], dataset="parks_staff")


class Sweep:
    """All faults in a scenario. States are numbered: most faults leave one that others have left before."""

    def __init__(self, start: Path, folder: Path) -> None:
        self._start, self._folder = start, folder
        self._catalog: Catalog = pickle.loads((start / REGISTRY).read_bytes())  # noqa: S301
        self._digests: dict[tuple[int, int, int], str] = {}
        self._trees: list[dict[str, str]] = []
        self._states: list[dict[str, Any]] = []
        self._finished: dict[int, tuple[str | None, int]] = {}

    def report(self, everything: bool, some: tuple[Kind, ...]) -> dict[str, Any]:
        count_each_change_once()
        look_at_texts_once(self._catalog)
        self._renew()
        self._run(Faults())  # What is found out once per process is.
        self._renew()
        before, calls = self._state(), Faults()
        self._run(calls)
        undisturbed, faults = self._state(), []
        for kind in Kind if everything else some:
            for fatal, name in enumerate(calls.names, 1):
                # Errors are told apart at calls that only read, too, but seldom.
                if not kind.matters(name) and not (everything and kind is Kind.EIO):
                    continue
                if self._state() != before:
                    self._renew()
                if kind is Kind.KILL:
                    in_child(partial(self._run, Faults(fatal, kind)), died=True)
                problem = None if kind is Kind.KILL else self._run(Faults(fatal, kind))
                left = self._state()
                if left not in self._finished:
                    self._finished[left] = (self._run(Faults()), self._state())
                again, finished = self._finished[left]
                faults.append({
                    "kind": kind, "call": f"{fatal} {name}", "problem": problem, "left": left,
                    "again": again, "finished": finished,
                })  # fmt: skip
        return {"before": before, "undisturbed": undisturbed, "calls": calls.names, "faults": faults,
                "states": self._states}  # fmt: skip

    def _run(self, faults: Faults) -> str | None:
        """Release; what went wrong."""
        with file_faults(faults):
            try:
                release_now(self._workspace, self._catalog)
            except (OSError, GongkaiError) as problem:
                return type(problem).__name__
        return None

    def _renew(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        # Linked, not copied: what is released is never changed in place.
        shutil.copytree(self._start, self._folder, copy_function=os.link)
        self._workspace = workspace_at(self._folder)

    def _state(self) -> int:
        """The number of what is there: what a reader finds, what is wrong with it, all files and folders."""
        data = self._workspace.data
        files = {**self._tree(self._workspace.catalog, data), **self._tree(self._workspace.candidates, data)}
        if files in self._trees:
            return self._trees.index(files)
        store = FolderStore(self._workspace.catalog)
        snapshot = latest_snapshot(store)
        problems = [[problem.path, problem.reason] for problem in verify(store)]
        self._trees.append(files)
        self._states.append({"snapshot": snapshot and snapshot.as_dict(), "problems": problems, "files": files})
        return len(self._states) - 1

    def _tree(self, root: Path, data: Path) -> dict[str, str]:
        """Path → mode and digest of files and folders. Names of temporary files tell only whose they are."""
        found = {}
        for path in [root, *root.rglob("*")] if root.is_dir() else []:
            status = path.stat()
            name = str(path.relative_to(data))
            if path.parent.name == ".incoming":
                name = f"incoming of a {'living' if path.name.split('~')[1] == str(os.getpid()) else 'dead'} process"
            found[name] = f"{stat.S_IMODE(status.st_mode):o} {self._digest(path, status)}"
        return found

    def _digest(self, path: Path, status: os.stat_result) -> str:
        if stat.S_ISDIR(status.st_mode):
            return "folder"
        key = (status.st_ino, status.st_size, status.st_mtime_ns)
        if key not in self._digests:
            self._digests[key] = sha256_of(path)
        return self._digests[key]


def workspace_at(folder: Path) -> Workspace:
    return Workspace.at(folder / "data", folder / "schema")


def in_child(work: Callable[[], Any], *, died: bool = False) -> None:
    """Do ``work`` in a fork, which ends well, or dies."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(ended) != (9 if died else 0):
        raise SystemExit("a run did not end as expected; see above")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
