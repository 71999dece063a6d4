"""A release that fails or dies at any call leaves the old state or the new one, and running again finishes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DRIVER = Path(__file__).with_name("fault_driver.py")
PROJECT = DRIVER.parents[3]
#: What may be wrong with a catalog: the derived pointer lags behind.
LAGGING: tuple[list[list[str]], ...] = ([], [["latest.json", "sha256"]], [["latest.json", "missing"]])


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    search = os.pathsep.join([str(PROJECT), str(PROJECT / "tests")])
    done = subprocess.run(
        [sys.executable, str(DRIVER), str(tmp_path_factory.mktemp("faults")), os.environ.get("FAULTS", "some")],
        env={**os.environ, "PYTHONPATH": search}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.fixture(params=["first", "next"])
def scenario(request: pytest.FixtureRequest, swept: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = swept[request.param]
    return found


def test_the_undisturbed_run_publishes_everything(swept: dict[str, Any]) -> None:
    for name, versions in (("first", {"tree_inventory": "1.0.0"}),
                           ("next", {"parks_staff": "1.0.0", "tree_inventory": "1.1.0"})):  # fmt: skip
        state = swept[name]["states"][swept[name]["undisturbed"]]
        assert {key: entry["version"] for key, entry in state["snapshot"]["datasets"].items()} == versions
        assert state["problems"] == []
        assert [path for path in state["files"] if path.startswith("private/candidates/")] == [
            "private/candidates/.lock"
        ]
        folders = {mode for path, mode in state["files"].items() if path.startswith("catalog") and "folder" in mode}
        assert folders == {"755 folder", "700 folder"}
        assert len(swept[name]["faults"]) > 60


def test_what_a_fault_leaves_is_the_old_state_or_the_new_one(scenario: dict[str, Any]) -> None:
    states = scenario["states"]
    whole = [states[scenario[name]]["snapshot"] for name in ("before", "undisturbed")]
    for fault in scenario["faults"]:
        left = states[fault["left"]]
        assert left["snapshot"] in whole, fault
        assert left["problems"] in LAGGING, fault
        if left["snapshot"] == whole[0]:
            assert candidates_of(left) == candidates_of(states[scenario["before"]]), fault


def test_running_again_gives_what_an_undisturbed_run_gives(scenario: dict[str, Any]) -> None:
    expected = scenario["states"][scenario["undisturbed"]]
    for fault in scenario["faults"]:
        finished = scenario["states"][fault["finished"]]
        # What cannot be removed waits, unseen by others, until the process that wrote it has ended.
        files = {path: mode for path, mode in finished["files"].items() if path != "incoming of a living process"}
        assert fault["again"] is None, fault
        assert {**finished, "files": files} == expected, fault


def candidates_of(state: dict[str, Any]) -> dict[str, str]:
    return {path: mode for path, mode in state["files"].items() if path.startswith("private/")}
