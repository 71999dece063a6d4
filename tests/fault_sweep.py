"""Let a release and its index go wrong at system calls, those of DuckDB and SQLite included: ``make faults``.

Option: ``--every N`` takes each N-th call only. Prints what was tried and what was wrong; exit code 1 if anything was.
What a fault leaves must be a whole release for readers, and running again must finish it. See ``supervised.py``.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from traceback import print_exc
from typing import Any

from faults import Kind
from publishing import Row, contribution, disclosed, named, tree, workspace_with_registry
from reviewing import approve_plans
from supervised import Watch, run_watched

from pipelines.catalog import open_catalog
from pipelines.core.errors import GongkaiError, NothingReleased
from pipelines.core.paths import Workspace
from pipelines.flow import Installation, open_installation, refresh_index, release
from pipelines.flow.machine import machine_trouble
from pipelines.publish import FolderStore, build_segment, latest_snapshot, save_candidate, verify
from pipelines.registry.cache import current_catalog

#: How a run ended: well, with an error that is told in a sentence, or with one that is not.
WELL, TOLD, UNTOLD = 0, 3, 4


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    every: int = parser.parse_args().every
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        in_child(partial(prepare, folder))
        current_catalog(folder / "start" / "schema")
        undisturbed = Watch()
        expected = outcome(folder, undisturbed)
        say(f"{len(undisturbed.names)} calls: {dict(Counter(undisturbed.names))}")
        wrong = 0
        for offset, kind in enumerate((Kind.KILL, Kind.EIO, Kind.ENOSPC, Kind.FULL)):
            ends: Counter[str] = Counter()
            for fatal in range(1 + offset % every, len(undisturbed.names) + 1, every):
                watch = Watch(fatal, kind)
                found = outcome(folder, watch)
                problems = judge(kind, found, expected)
                ends[found["ended"]] += 1
                for problem in problems:
                    say(f"{kind} at {fatal} {watch.names[min(fatal, len(watch.names)) - 1]}: {problem}")
                wrong += bool(problems)
            say(f"{kind}: {dict(ends)}")
    return int(wrong > 0)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def prepare(folder: Path) -> None:
    """One release with its index, then a correction, a new period and a new dataset that wait for the next."""
    workspace = workspace_with_registry(folder / "start", parks_staff=named("parks_staff"))
    approve_plans(workspace)
    with open_installation(workspace) as inst:
        compose(inst, "tree_inventory", "2025", [tree(1), tree(2)])
        release(inst)
        refresh_index(inst)
        compose(inst, "tree_inventory", "2025", [tree(1), tree(2, "willow")])
        compose(inst, "tree_inventory", "2026", [tree(3)])
        compose(inst, "parks_staff", "2025", [tree(4)])


def compose(inst: Installation, dataset: str, period: str, rows: Sequence[Row]) -> None:
    with inst.scratch("segment") as scratch:
        table = disclosed(scratch / "in.parquet", rows, dataset=dataset, period=period)
        segment = build_segment(inst.catalog.dataset(dataset), period, [contribution(table)], scratch)
        assert segment is not None
        save_candidate(inst.workspace, dataset, segment, inst.processing_keys[dataset])


def outcome(folder: Path, watch: Watch) -> dict[str, Any]:
    """What a run under faults leaves, and what running again makes of it."""
    shutil.rmtree(folder / "run", ignore_errors=True)
    shutil.copytree(folder / "start", folder / "run", ignore=shutil.ignore_patterns("schema"))
    workspace = Workspace.at(folder / "run" / "data", folder / "start" / "schema")
    status = run_watched(partial(run, workspace), watch)
    result = folder / "result"
    in_child(partial(look, workspace, result))
    left = json.loads(result.read_text())
    again = in_child(partial(run, workspace), died=True)
    in_child(partial(look, workspace, result))
    return {"ended": {WELL: "well", TOLD: "told"}.get(status, f"status {status}"), "left": left, "again": again,
            "finished": json.loads(result.read_text())}  # fmt: skip


def run(workspace: Workspace) -> int:
    """What ``gongkai run`` does once deliveries are composed."""
    try:
        with machine_trouble(), open_installation(workspace) as inst:
            release(inst)
            refresh_index(inst)
    except (OSError, MemoryError, GongkaiError):
        return TOLD
    except Exception:
        print_exc()
        return UNTOLD
    return WELL


def look(workspace: Workspace, result: Path) -> int:
    """What readers find and what lies about."""
    store = FolderStore(workspace.catalog)
    snapshot = latest_snapshot(store)
    shown = None
    with contextlib.suppress(NothingReleased), open_catalog(workspace.catalog) as catalog:
        shown = catalog.query("SELECT dataset, version, rows FROM catalog.datasets ORDER BY ALL").fetchall()
        for dataset, _, rows in shown:
            assert len(catalog.dataset(dataset).to_arrow_table()) == rows
    files = {
        entry.path: hashlib.sha256(store.read(entry.path)).hexdigest()
        for entry in store.entries("")
        if entry.path.startswith(("objects/", "manifests/"))
    }
    others = sorted(entry.path for entry in store.entries("") if entry.path not in files)
    result.write_text(json.dumps({
        "datasets": snapshot and snapshot.as_dict()["datasets"], "shown": shown, "files": files, "others": others,
        "problems": [problem.path for problem in verify(store)],
        "candidates": sorted(path.name for path in workspace.candidates.rglob("*")),
        "work": sorted(path.name for path in workspace.work.iterdir()),
    }))  # fmt: skip
    return 0


def judge(kind: Kind, found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """What is wrong about an outcome."""
    old = [["tree_inventory", "1.0.0", 2]]
    left, finished = found["left"], found["finished"]
    problems = []
    if found["ended"] not in ({"status -9"} if kind is Kind.KILL else {"well", "told"}):
        problems.append(f"ended with {found['ended']}")
    if left["shown"] not in (old, expected["finished"]["shown"]):
        problems.append(f"readers see {left['shown']}")
    if not set(left["problems"]) <= {"latest.json"}:
        problems.append(f"left {left['problems']}")
    if found["again"] != WELL:
        problems.append(f"the next run ended with {found['again']}")
    problems += [f"{key}: {finished[key]}" for key in finished if finished[key] != expected["finished"][key]]
    return problems


def in_child(work: Callable[[], int | None], *, died: bool = False) -> int:
    """Do ``work`` in a fork; its exit status, which has to be 0 but where it may have ``died``."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = work() or 0
        except Exception:
            print_exc()
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status and not died:
        raise SystemExit("a run failed; see above")
    return status


if __name__ == "__main__":
    sys.exit(main())
