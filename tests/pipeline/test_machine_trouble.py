"""A full disk, too little memory, files that may not be read: said plainly, tried again, and no other suffers."""

from __future__ import annotations

import errno
import json
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pytest
from flowing import GOOD, HEADER, Deliver
from reviewing import approve_plans
from typer.testing import CliRunner, Result

from pipelines.cli.main import app
from pipelines.core.paths import DATA_VARIABLE, SCHEMA_VARIABLE, Workspace
from pipelines.flow import outcomes, periods, releasing
from pipelines.flow.machine import machine_trouble
from pipelines.ingest import FileStillChanging, read
from pipelines.publish import FolderStore, latest_snapshot

OTHER = HEADER + "e1,willow,999901,4,2020-05-01,,,\n"


@pytest.fixture
def gongkai(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv(DATA_VARIABLE, str(workspace.data))
    monkeypatch.setenv(SCHEMA_VARIABLE, str(workspace.schema))
    monkeypatch.setenv("GONGKAI_LANG", "en")
    approve_plans(workspace)

    def command(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments), catch_exceptions=False)

    return command


def failing(problem: Exception, organisation: str) -> Any:
    def stage(delivery: Any, *rest: Any) -> Any:
        if delivery.key.organisation == organisation:
            raise problem
        return read(delivery, *rest)

    return stage


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (duckdb.OutOfMemoryException("Out of Memory Error: could not allocate"), MemoryError),
        (duckdb.IOException("IO Error: Could not write file"), OSError),
        (duckdb.FatalException("FATAL Error: Failed to commit: No space left on device"), OSError),
        (duckdb.TransactionException("Failed to commit: Could not write file: Input/output error"), OSError),
        (duckdb.FatalException("FATAL Error: fsync failed!"), OSError),
        (duckdb.ConversionException("Conversion Error"), duckdb.ConversionException),
        (sqlite3.OperationalError("no such table: outcomes"), sqlite3.OperationalError),
    ],
    ids=["memory", "io", "full while committing", "io while committing", "not flushed", "no trouble", "nor this"],
)
def test_duckdbs_forms_of_machine_trouble(problem: Exception, expected: type[Exception]) -> None:
    with pytest.raises(expected), machine_trouble():
        raise problem


def test_sqlites_forms_of_machine_trouble(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="unable to open"), machine_trouble():
        sqlite3.connect(tmp_path)
    connection = sqlite3.connect(tmp_path / "full.sqlite", isolation_level=None)
    connection.execute("CREATE TABLE texts (text)")
    connection.execute("PRAGMA max_page_count = 3")
    with pytest.raises(OSError, match="full") as failed, machine_trouble():
        connection.execute("INSERT INTO texts VALUES (zeroblob(100000))")
    assert failed.value.errno == errno.ENOSPC


@pytest.mark.parametrize("problem", [MemoryError(), duckdb.OutOfMemoryException("Out of Memory Error")])
def test_memory_that_does_not_suffice_for_one_delivery_stops_no_other(
    gongkai: Any, deliver: Deliver, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    deliver(HEADER + GOOD)
    deliver(OTHER, organisation="east_district_office")
    with monkeypatch.context() as patched:
        patched.setattr(outcomes, "read", failing(problem, "east_district_office"))
        result = gongkai("run")
    assert result.exit_code == 3
    assert "Not done: tree_inventory.2025.east_district_office.1" in result.stderr
    snapshot = latest_snapshot(FolderStore(workspace.catalog))
    assert snapshot is not None and snapshot.number == 1
    waiting = json.loads(gongkai("status", "--json").stdout)["waiting"]
    assert waiting == [{"dataset": "tree_inventory", "period": "2025"}]
    done = json.loads(gongkai("run", "--json").stdout)
    assert [entry["verdict"] for entry in done["deliveries"]] == ["accepted"]
    assert done["versions"][0]["rows"] == 3


def test_a_full_disk_is_no_verdict(gongkai: Any, deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(HEADER + GOOD)
    with monkeypatch.context() as patched:
        patched.setattr(
            outcomes, "read", failing(duckdb.IOException("IO Error: No space left on device"), "parks_office")
        )
        result = gongkai("run")
    assert result.exit_code == 3
    assert "could not be finished" in result.stderr and "No space left on device" in result.stderr
    assert gongkai("run").exit_code == 0


def test_a_full_disk_while_the_index_is_built(gongkai: Any, deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(HEADER + GOOD)

    def full(*_: object) -> None:
        raise duckdb.IOException("IO Error: Could not write file")

    with monkeypatch.context() as patched:
        patched.setattr(releasing, "build_index", full)
        result = gongkai("run")
    assert result.exit_code == 3
    assert "could not be finished" in result.stderr
    assert gongkai("run").exit_code == 0


def test_inbox_files_that_may_not_be_read_are_told(
    gongkai: Any, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(HEADER + GOOD)

    def refused(_: object, folder: Any) -> None:
        raise FileStillChanging(folder.key, "trees.csv") from PermissionError(errno.EACCES, "denied")

    with monkeypatch.context() as patched:
        patched.setattr(periods, "land", refused)
        patched.setattr("pipelines.flow.inbox_trouble.os.access", lambda *_: False)
        result = gongkai("run")
        assert "Not taken: parks_office/tree_inventory/2025: It may not be read" in result.stdout
        assert "Nothing has changed" not in result.stdout
        assert gongkai("run", "--strict").exit_code == 1
        status = json.loads(gongkai("status", "--json").stdout)
        assert status["unplaced"] == ["parks_office/tree_inventory/2025/trees.csv"]
    assert json.loads(gongkai("status", "--json").stdout)["unplaced"] == []
    assert gongkai("run", "--strict").exit_code == 0
