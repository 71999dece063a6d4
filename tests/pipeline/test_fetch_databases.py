"""``gongkai fetch`` from a database: SQLite through SQLAlchemy."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from describing import describe_sources
from flowing import Command

from pipelines.core.paths import Workspace

#: Describes the one source.
Describe = Callable[..., None]
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT {what} FROM n"


@pytest.fixture
def describe(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Describe:
    database = tmp_path / "department.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE trees (tree_id TEXT, species TEXT, district TEXT, planted DATE, note, year)")
        connection.executemany(
            "INSERT INTO trees VALUES (?, ?, ?, ?, ?, ?)",
            [
                ("t1", "ginkgo", "999901", "2020-03-01", 'by the "gate", left\nof it', "2025"),
                ("t2", "pine", "999902", None, None, "2025"),
                ("t3", "pine", "999902", None, None, "2024"),
            ],
        )
    connection.close()
    monkeypatch.setenv("TREES_DATABASE", f"sqlite:///{database}")

    def write(query: str, **more: Any) -> None:
        describe_sources(workspace, [{"query": query, "database": "TREES_DATABASE", **more}], ["127.0.0.1"])

    return write


def fetched(gongkai: Command, *arguments: str) -> str:
    """Fetch the source; its outcome, or the identifier of its message."""
    (row,) = gongkai.json("fetch", *arguments)["sources"]
    return str(row["message"]["id"] if row["message"] else row["outcome"])


def test_rows_come_as_csv_and_the_run_takes_them(gongkai: Command, describe: Describe, workspace: Workspace) -> None:
    describe("SELECT tree_id, species, district, planted, note FROM trees WHERE year = :period ORDER BY tree_id",
             period=None)  # fmt: skip
    assert fetched(gongkai) == "fetch-no-period"
    assert fetched(gongkai, "--period", "2025") == "placed"
    path = workspace.inbox / "parks_office" / "tree_inventory" / "2025" / "trees.csv"
    assert path.read_bytes() == (
        b"tree_id,species,district,planted,note\r\n"
        b't1,ginkgo,999901,2020-03-01,"by the ""gate"", left\nof it"\r\n'
        b"t2,pine,999902,,\r\n"
    )
    before = path.stat()
    assert fetched(gongkai, "--period", "2025") == "unchanged"
    assert path.stat() == before


@pytest.mark.parametrize(
    ("query", "more", "message"),
    [
        ("SELECT * FROM nothing", {}, "fetch-database"),
        ("SELECT :other", {}, "fetch-database"),
        ("CREATE TABLE planted (a)", {}, "fetch-no-rows"),
        (ENDLESS.format(what="i, 'x'"), {"max_megabytes": 1}, "fetch-too-large"),
        (ENDLESS.format(what="count(*)"), {"max_seconds": 1}, "fetch-too-slow"),
        ("SELECT 1", {"database": "NO_SUCH_VARIABLE"}, "fetch-no-variable"),
    ],
)
def test_queries_that_cannot_be_answered(
    gongkai: Command, describe: Describe, workspace: Workspace, query: str, more: dict[str, Any], message: str
) -> None:
    describe(query, **more)
    assert fetched(gongkai) == message
    assert not list(workspace.inbox.rglob("*.csv"))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql+psycopg://reader:hush@127.0.0.2/trees", "fetch-host"),
        ("postgresql+nodriver://reader:hush@127.0.0.1/trees", "fetch-database"),
        ("mysql+mysqldb://reader:hush@127.0.0.1:1/trees", "fetch-host"),
        ("sqlite:////hush/absent/trees.sqlite", "fetch-database"),
        ("hush", "fetch-database"),
        ("nodriver://127.0.0.1/hush", "fetch-database"),
        ("postgresql+psycopg:///hush", "fetch-database-host"),
        ("sqlite:///?host=hush.example", "fetch-database-host"),
    ],
)
def test_urls_of_databases_are_never_shown(
    gongkai: Command, describe: Describe, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, url: str, message: str
) -> None:
    describe("SELECT 1")
    monkeypatch.setenv("TREES_DATABASE", url)
    result = gongkai("fetch", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["sources"][0]["message"]["id"] == message
    files = (path for path in workspace.private.rglob("*") if path.is_file())
    kept = "".join(path.read_bytes().decode(errors="replace") for path in files)
    assert "hush" not in result.stdout + result.stderr + kept
