"""Registers that cannot be told hold nothing back: not the release, its index and signatures, nor its checks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dagster_installation import GOOD as TREES
from dagster_installation import DagsterInstallation, checks, materialised, opened
from dated import YEARLY, describe_deadlines
from flowing import GOOD, HEADER, Command, Deliver
from support import tree_descriptor, tree_schema, write_registry

from pipelines.cli import running
from pipelines.core.paths import Workspace
from pipelines.flow import PeriodResult, Work, process

REGISTER = {**tree_descriptor(), "id": "late_trees", "period": "none", "register_of": "overdue"}


def with_register(schema: Path, country: str) -> None:
    """A register of what is overdue, by a calendar of a country that may be unknown."""
    write_registry(schema, late_trees=(REGISTER, tree_schema()))
    describe_deadlines(schema, YEARLY)
    calendar = schema / "calendars" / "china.yaml"
    calendar.write_text(calendar.read_text(encoding="utf-8").replace("country: CN", f"country: {country}"))


@pytest.fixture
def dagster_installation(tmp_path: Path) -> Iterator[DagsterInstallation]:
    with opened(tmp_path) as installation:
        yield installation


def test_the_job_releases_and_its_check_says_why(dagster_installation: DagsterInstallation) -> None:
    with_register(dagster_installation.workspace.schema, "XX")
    dagster_installation.deliver(TREES)
    assert dagster_installation.run("process_yearly", partition_key="2025").success
    release = dagster_installation.run("release")
    assert release.success and materialised(release) == {"catalog/release", "catalog/index"}
    made = checks(release)
    assert {name for name, check in made.items() if check.passed} == {"descriptors", "review"}
    assert "XX" in str(made["registers"].description) and not made["registers"].passed
    assert list((dagster_installation.workspace.catalog / "releases").iterdir())


def test_the_command_says_so_and_does_the_rest(gongkai: Command, deliver: Deliver, workspace: Workspace,
                                               monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(running, "_tell_dagster", lambda *_: None)
    with_register(workspace.schema, "XX")
    deliver(HEADER + GOOD)
    run = gongkai("run")
    assert run.exit_code == 3 and "could not be told" in run.stderr and "XX" in run.stderr
    assert gongkai.json("run")["registers_failure"]["params"]["country"] == "XX"
    assert (workspace.catalog / "catalog.duckdb").is_file() and list((workspace.catalog / "releases").iterdir())
    # One that does not fit into memory is told like any other delivery.
    with_register(workspace.schema, "CN")

    def too_large(inst: Any, work: Work, *more: Any) -> PeriodResult:
        if work.dataset == "late_trees":
            raise MemoryError
        return process(inst, work, *more)

    monkeypatch.setattr(running, "process", too_large)
    done = gongkai.json("run")
    assert (done["unfinished"], done["registers_failure"], done["snapshot"]) == (["late_trees all"], None, 1)
