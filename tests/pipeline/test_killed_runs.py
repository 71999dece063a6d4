"""A run that is killed at any boundary between steps, and run again, ends where an undisturbed run does."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from dagster_databases import put_databases
from flowing import GOOD, HEADER
from forked import run_forked
from killed_run import STEPS
from reviewing import approve_plans
from support import write_registry

from pipelines.catalog import open_catalog
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore, verify

SECOND = HEADER + "e1,willow,999901,4,2020-05-01,,,\ne2,oak,999901,4,2020-05-01,,,\n"


def city(folder: Path) -> dict[str, str]:
    """A workspace with three deliveries; returns the environment that names it."""
    write_registry(folder / "schema")
    for organisation, period, content in (
        ("parks_office", "2024", HEADER + GOOD),
        ("parks_office", "2025", HEADER + GOOD),
        ("east_district_office", "2025", SECOND),
    ):
        target = folder / "data" / "inbox" / organisation / "tree_inventory" / period / "trees.csv"
        target.parent.mkdir(parents=True)
        target.write_text(content, encoding="utf-8")
    workspace = Workspace.at(folder / "data", folder / "schema")
    approve_plans(workspace)
    put_databases(workspace)
    return {
        **os.environ,
        "GONGKAI_DATA": str(folder / "data"),
        "GONGKAI_CATALOG_SCHEMA": str(folder / "schema"),
        "GONGKAI_SURROGATE_KEY": "cd" * 32,
    }


def released(folder: Path) -> dict[str, bytes]:
    """The public bytes that must not depend on what happened in between."""
    root = folder / "data" / "catalog"
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for kind in ("objects", "manifests")
        for path in (root / kind).rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed")
    result = run_forked(city(folder), "run")
    assert result.returncode == 0, result.stderr
    return released(folder)


@pytest.mark.parametrize("step", sorted(STEPS))
def test_a_killed_run_is_finished_by_the_next(step: str, tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    environment = city(tmp_path)
    # The second call where there are several: some work is done, some is not.
    repeated = step not in {
        "release", "commit_snapshot", "remove_candidates", "index", "report", "mark_reported",
    }  # fmt: skip
    killed = run_forked(environment, "run", kill=(step, 2 if repeated else 1))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    finished = run_forked(environment, "run")
    assert finished.returncode == 0, finished.stderr
    assert released(tmp_path) == undisturbed
    assert verify(FolderStore(tmp_path / "data" / "catalog")) == []
    private = tmp_path / "data" / "private"
    assert list((private / "work").iterdir()) == []
    assert [path for path in (private / "candidates").rglob("*") if path.suffix in {".json", ".parquet"}] == []
    with open_catalog(tmp_path / "data" / "catalog") as catalog:
        assert catalog.query("SELECT count(*) FROM parks.tree_inventory").fetchall() == [(5,)]
    again = json.loads(run_forked(environment, "run", "--json").stdout)
    assert (again["deliveries"], again["versions"]) == ([], [])
