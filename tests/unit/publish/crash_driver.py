"""Kill a release, and the index after it, at every step that changes the disk; used by ``test_crashes.py``.

Argument: an empty folder. Prints one JSON document: the undisturbed outcome, and for each step the state
that was left and the outcome of running again. Each run is a fork of this process, which itself opens no
database (DuckDB's threads would not survive the fork).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pickle
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from publishing import add_candidate, index_now, named, registry, release_now, tree, workspace_with_registry

from pipelines.catalog import open_catalog
from pipelines.core.errors import NothingReleased
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore, latest_snapshot, pending_candidates, verify

#: The loaded registry is kept: reading it again for every run would be most of the time.
REGISTRY = "registry.pickle"
#: The calls that change what another process sees. Dying at a flush leaves what dying at the next of these leaves.
STEPS = ("link", "replace", "unlink", "mkdir", "rmdir")


def main(folder: Path) -> None:
    start, steps = folder / "start", folder / "steps.json"
    in_child(partial(prepare, start), folder / "prepared.json")
    undisturbed = copy(start, folder / "undisturbed")
    in_child(partial(run, undisturbed, 0), steps)
    total = json.loads(steps.read_text())
    outcome = in_child(partial(look, undisturbed), folder / "look.json")
    crashes = []
    for fatal in range(1, total + 1):
        crashed = copy(start, folder / f"crash-{fatal}")
        in_child(partial(run, crashed, fatal), folder / "died.json")
        left = in_child(partial(look, crashed), folder / "look.json")
        in_child(partial(run, crashed, 0), folder / "again.json")
        crashes.append({"left": left, "again": in_child(partial(look, crashed), folder / "look.json")})
        shutil.rmtree(crashed)
    sys.stdout.write(json.dumps({"steps": total, "undisturbed": outcome, "crashes": crashes}))


def prepare(start: Path) -> None:
    """One release, then a correction, a new period and a new dataset that wait for the next."""
    workspace = workspace_with_registry(start, parks_staff=named("parks_staff"))
    add_candidate(workspace, [tree(1), tree(2)])
    release_now(workspace, registry(workspace))
    index_now(workspace)
    (start / REGISTRY).write_bytes(pickle.dumps(registry(workspace)))
    add_candidate(workspace, [tree(1), tree(2, "willow")])
    add_candidate(workspace, [tree(3)], period="2026")
    add_candidate(workspace, [tree(4)], dataset="parks_staff")


def run(folder: Path, fatal: int) -> int:
    """Release and index, dying at the step of that number; the number of steps taken otherwise."""
    count = 0

    def dying(call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            if count == fatal:
                os._exit(1)  # No handlers and no clean-up: as after SIGKILL.
            return call(*args, **kwargs)

        return step

    workspace = workspace_at(folder)
    catalog = pickle.loads((folder / REGISTRY).read_bytes())  # noqa: S301
    for name in STEPS:
        setattr(os, name, dying(getattr(os, name)))
    release_now(workspace, catalog)
    index_now(workspace)
    return count


def look(folder: Path) -> dict[str, Any]:
    """What a reader finds, what is wrong with it, and the hashes of all that must be byte-identical."""
    workspace = workspace_at(folder)
    root = workspace.catalog
    snapshot = latest_snapshot(FolderStore(root))
    rows = None
    with contextlib.suppress(NothingReleased), open_catalog(root) as catalog:
        rows = catalog.query("SELECT dataset, version, rows FROM catalog.datasets ORDER BY ALL").fetchall()
    return {
        "snapshot": snapshot.number if snapshot else None,
        "index": rows,
        "problems": [[problem.path, problem.reason] for problem in verify(FolderStore(root))],
        "candidates": len(pending_candidates(workspace)),
        "private": sorted(path.name for path in workspace.work.iterdir() if path.name.startswith("index-")),
        "files": {
            str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(root.rglob("*.*"))
            if path.suffix in {".parquet", ".json"}
        },
    }


def workspace_at(folder: Path) -> Workspace:
    return Workspace.at(folder / "data", folder / "schema")


def copy(source: Path, target: Path) -> Path:
    shutil.copytree(source, target)
    return target


def in_child(work: Callable[[], Any], result: Path) -> Any:
    """Do ``work`` in a fork; its result, or ``None`` where the fork died."""
    result.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        write, status = result.write_text, 2
        try:
            write(json.dumps(work()))
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) == 2:
        raise SystemExit("a run failed; see above")
    return json.loads(result.read_text()) if result.exists() else None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
