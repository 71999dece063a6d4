"""Dagster's home: made once, whoever comes first and however often they are killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from support import write_registry

from pipelines.core.paths import Workspace
from pipelines.orchestration.home import prepare_home

PROGRAM = """
import sys
from pathlib import Path
from pipelines.core.paths import Workspace
from pipelines.orchestration.home import prepare_home
prepare_home(Workspace.at(Path(sys.argv[1]), Path(sys.argv[2])))
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    for variable in ("DAGSTER_HOME", "GONGKAI_DATA", "GONGKAI_CATALOG_SCHEMA", "GONGKAI_DAGSTER_STORAGE",
                     "GONGKAI_DAGSTER_ARTIFACTS", "GONGKAI_DAGSTER_LOGS"):  # fmt: skip
        monkeypatch.setenv(variable, "")  # so that it is restored afterwards
    return Workspace.at(tmp_path / "data", write_registry(tmp_path / "schema"))


def test_processes_that_come_first_together(workspace: Workspace) -> None:
    program = [sys.executable, "-c", PROGRAM, str(workspace.data), str(workspace.schema)]
    runs = [subprocess.Popen(program, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    errors = [run.communicate(timeout=120)[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], errors
    prepare_home(workspace)
    with dg.DagsterInstance.get() as instance:
        assert instance.get_run_records() == []


def test_storage_that_was_left_half_made_is_made_anew(workspace: Workspace) -> None:
    prepare_home(workspace)
    storage = workspace.dagster_home / "storage"
    (storage / ".complete").unlink()
    for path in storage.rglob("*.db"):
        path.write_bytes(b"half a database")
    prepare_home(workspace)
    with dg.DagsterInstance.get() as instance:
        assert instance.get_run_records() == []


def test_storage_that_has_worked_is_never_removed(workspace: Workspace) -> None:
    prepare_home(workspace)
    for path in (workspace.dagster_home / "storage").rglob("*.db"):
        path.write_bytes(b"not a database")
    prepare_home(workspace)
    with pytest.raises(Exception, match="not a database"), dg.DagsterInstance.get():
        pass
    assert list((workspace.dagster_home / "storage").rglob("*.db"))
