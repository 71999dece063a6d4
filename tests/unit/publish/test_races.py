"""Publishers at once: no release is lost, and readers see whole ones all the while."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from publishing import add_candidate, registry, release_now, tree, workspace_with_registry

from pipelines.publish import FolderStore, snapshot_numbers

DRIVER = Path(__file__).with_name("race_driver.py")
PROJECT = DRIVER.parents[3]
#: More readers, and publishers that are killed: takes longer.
EVERYTHING = os.environ.get("FAULTS") == "all"


@pytest.fixture(scope="module")
def race(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    search = os.pathsep.join([str(PROJECT), str(PROJECT / "tests")])
    folder = tmp_path_factory.mktemp("race")
    done = subprocess.run(
        [sys.executable, str(DRIVER), str(folder), *(("4", "30") if EVERYTHING else ("1", "3"))],
        env={**os.environ, "PYTHONPATH": search}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_ten_publishers_of_ten_releases_make_a_hundred_snapshots(race: dict[str, Any]) -> None:
    assert race["numbers"] == list(range(1, 102))
    assert race["previous"] == [None, *range(1, 101)]
    assert race["times_in_order"]
    assert race["killed"] >= 3


def test_no_release_is_lost(race: dict[str, Any]) -> None:
    assert [len(changed) for changed in race["history"]] == [1] * 100
    changes = [tuple(changed[0]) for changed in race["history"]]
    for publisher in range(10):
        assert [step for number, step in changes if number == publisher] == list(range(10))


def test_nothing_is_wrong_or_left_over_afterwards(race: dict[str, Any]) -> None:
    assert (race["problems"], race["waiting"], race["incoming"]) == ([], [], [])


def test_readers_see_whole_releases_all_the_while(race: dict[str, Any]) -> None:
    for reader in race["readers"]:
        assert reader["errors"] == []
        assert reader["in_order"]
        assert reader["rounds"] > 1


def test_releases_of_one_workspace_at_once_publish_each_candidate_once(tmp_path: Path) -> None:
    workspace = workspace_with_registry(tmp_path)
    catalog = registry(workspace)
    for number in range(1, 4):
        add_candidate(workspace, [tree(at) for at in range(number)])
        with ThreadPoolExecutor(3) as releasing:
            results = list(releasing.map(lambda _: release_now(workspace, catalog), range(3)))
        assert sum(len(result.versions) for result in results) == 1
        assert {result.snapshot.number for result in results if result.snapshot} == {number}
    assert snapshot_numbers(FolderStore(workspace.catalog)) == (1, 2, 3)
