"""What is published, made again from the landed bytes."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from flowing import GOOD, HEADER, Command, Deliver, run_all
from support import field, tree_descriptor, tree_schema, write_registry

from pipelines.core.paths import Workspace
from pipelines.flow import corrections, open_installation
from pipelines.publish import FolderStore, latest_snapshot, load_manifest, object_path, verify

TREES = "tree_inventory"
EAST = HEADER + "e1,willow,999901,4,2020-05-01,,,\ne2,pine,999901,4,2020-05-01,,,\n"
MORE = "t3,pine,999902,3,2021-03-01,,,\n"


def run(workspace: Workspace) -> Path:
    """What ``gongkai run`` does; the file that it leaves of the trees of 2025."""
    with open_installation(workspace) as inst:
        run_all(inst)
    return shown(workspace)


def shown(workspace: Workspace) -> Path:
    store = FolderStore(workspace.catalog)
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    (part,) = load_manifest(store, snapshot.datasets[TREES].manifest).parts
    return workspace.catalog / object_path(part.sha256)


def damage(path: Path) -> None:
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def comparisons(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["dataset"], each["comparison"]) for each in document["segments"]]


def reasons(document: dict[str, Any]) -> list[str]:
    return [reason["id"] for each in document["segments"] for reason in each["reasons"]]


def untouched(workspace: Workspace) -> tuple[dict[Path, int], list[str]]:
    """What a rebuild leaves alone: outcomes, candidates, landed bytes, the ledger."""
    folders = (workspace.outcomes, workspace.candidates, workspace.landing)
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    with contextlib.closing(sqlite3.connect(workspace.ledger)) as ledger:
        return {path: path.stat().st_mtime_ns for path in files}, list(ledger.iterdump())


def test_missing_and_damaged_objects_are_put_back(gongkai: Command, deliver: Deliver, workspace: Workspace) -> None:
    deliver(HEADER + GOOD)
    deliver(EAST, organisation="east_district_office")
    first = run(workspace)
    deliver(HEADER + GOOD + MORE)
    given_up = run(workspace)
    with open_installation(workspace) as inst:
        corrections.rollback(inst, TREES, "1.0.0", {"zh": "录入有误", "en": "Entered by mistake"})
    assert shown(workspace) == first
    published = {path: path.read_bytes() for path in (first, given_up)}
    damage(first)
    given_up.unlink()
    before = untouched(workspace)

    done = gongkai("rebuild", "--lang", "zh")
    assert done.exit_code == 0 and done.stdout.count("已补回") == 3 and "全部内容" in done.stdout
    assert {path: path.read_bytes() for path in published} == published
    assert all(path.stat().st_mode & 0o777 == 0o444 for path in published)
    assert verify(FolderStore(workspace.catalog)) == []
    assert untouched(workspace) == before and not list(workspace.work.iterdir())


def test_what_another_descriptor_makes_is_told_and_not_put_back(gongkai: Command, deliver: Deliver,
                                                                workspace: Workspace) -> None:  # fmt: skip
    deliver(HEADER + GOOD)
    run(workspace).unlink()
    schema = tree_schema()
    schema["fields"][3] = field("height", "number", decimals=1, unit="m", constraints={"minimum": 10})
    write_registry(workspace.schema, tree_inventory=(tree_descriptor(), schema))
    result = gongkai.json("rebuild")
    assert comparisons(result) == [(TREES, "different")]
    assert reasons(result) == ["flow-rebuild-fields", "flow-rebuild-rows"]
    assert [reason["params"] for reason in result["segments"][0]["reasons"]] == [
        {"fields": "height"}, {"deliveries": "tree_inventory.2025.parks_office.1: 2 → 1"},
    ]  # fmt: skip
    assert (len(result["segments"][0]["damaged"]), result["segments"][0]["restored"]) == (1, [])
    schema["fields"][3]["constraints"] = {"minimum": 1000}
    write_registry(workspace.schema, tree_inventory=(tree_descriptor(), schema))
    rejected = gongkai("rebuild")
    assert rejected.exit_code == 1
    assert "Not made" in rejected.stdout and "is rejected as things are now" in rejected.stdout


def test_rows_are_checked_against_other_datasets_as_they_were(gongkai: Command, deliver: Deliver,
                                                              workspace: Workspace) -> None:  # fmt: skip
    pruning = {**tree_descriptor(), "id": "pruning", "row_constraints": []}
    schema = tree_schema()
    schema["foreignKeys"] = [{"fields": ["note"], "reference": {"resource": TREES, "fields": ["tree_id"]}}]
    write_registry(workspace.schema, pruning=(pruning, schema))
    deliver(HEADER + "p1,ginkgo,999901,,,,,t1\np2,ginkgo,999901,,,,,t2\np3,pine,999902,,,,,t9\n", dataset="pruning")
    deliver(HEADER + GOOD)
    run(workspace)
    # The rows that were found then are gone; the published version stands.
    deliver(HEADER + MORE)
    run(workspace)
    assert comparisons(gongkai.json("rebuild", "pruning")) == [("pruning", "identical")]


def test_one_datasets_trouble_stops_no_other(gongkai: Command, deliver: Deliver, workspace: Workspace,
                                             monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    write_registry(workspace.schema, benches=({**tree_descriptor(), "id": "benches"}, tree_schema()))
    assert gongkai("rebuild").exit_code == 1  # Nothing has been released.
    deliver(HEADER + EAST.partition("\n")[2], dataset="benches")
    deliver(HEADER + GOOD)
    trees = run(workspace)
    damage(next(path for path in workspace.landing.glob("objects/*/*") if b"willow" in path.read_bytes()))
    trees.unlink()
    result = gongkai.json("rebuild", "--dry-run")
    assert comparisons(result) == [("benches", "not_made"), (TREES, "identical")]
    assert reasons(result) == ["flow-rebuild-landed-bytes"] and not trees.exists()
    assert gongkai("rebuild", "no_such_dataset").exit_code == 2

    shutil.rmtree(workspace.schema / "datasets" / "parks" / "benches")
    monkeypatch.setenv("GONGKAI_SURROGATE_KEY", "cd" * 32)
    # There are no surrogates, so another key makes the same bytes.
    result = gongkai.json("rebuild")
    assert comparisons(result) == [(TREES, "identical"), ("benches", "not_made")]
    assert reasons(result) == ["error-unknown-dataset"] and trees.exists()


def test_what_a_killed_rebuild_left_is_removed_and_the_landed_bytes_stay(workspace: Workspace) -> None:
    with open_installation(workspace):
        landed = workspace.landing / "landed"
        landed.write_bytes(b"landed")
    left = workspace.work / "4194305-rebuild" / "data" / "private"  # No process has such a number.
    left.mkdir(parents=True)
    (left / "landing").symlink_to(workspace.landing, target_is_directory=True)
    with open_installation(workspace):
        assert not left.exists() and landed.exists()
