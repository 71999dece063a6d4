"""A release that dies at any step leaves the old state or the new one, and running again finishes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DRIVER = Path(__file__).with_name("crash_driver.py")
PROJECT = DRIVER.parents[3]


@pytest.fixture(scope="module")
def crashes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    search = os.pathsep.join([str(PROJECT), str(PROJECT / "tests")])
    done = subprocess.run(
        [sys.executable, str(DRIVER), str(tmp_path_factory.mktemp("crashes"))],
        env={**os.environ, "PYTHONPATH": search}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_the_undisturbed_run_publishes_everything(crashes: dict[str, Any]) -> None:
    assert crashes["undisturbed"]["snapshot"] == 2
    assert crashes["undisturbed"]["index"] == [["parks_staff", "1.0.0", 1], ["tree_inventory", "1.1.0", 3]]
    assert crashes["undisturbed"]["candidates"] == 0
    assert crashes["steps"] > 30


def test_what_a_crash_leaves_is_the_old_state_or_the_new_one(crashes: dict[str, Any]) -> None:
    old = [["tree_inventory", "1.0.0", 2]]
    for crash in crashes["crashes"]:
        left = crash["left"]
        assert left["snapshot"] in (1, 2)
        assert left["index"] in (old, crashes["undisturbed"]["index"])
        # Only the derived pointer may lag behind, and nothing that is referred to is ever incomplete.
        assert left["problems"] in ([], [["latest.json", "sha256"]])
        assert left["candidates"] == 3 or left["snapshot"] == 2


def test_running_again_gives_what_an_undisturbed_run_gives(crashes: dict[str, Any]) -> None:
    expected = crashes["undisturbed"]
    for crash in crashes["crashes"]:
        again = {key: crash["again"][key] for key in expected if key != "private"}
        assert again == {key: expected[key] for key in expected if key != "private"}
