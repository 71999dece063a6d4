"""Databases for private work: used again, and yet each as if it were new."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipelines.core.databases import private_database


def setting(connection: duckdb.DuckDBPyConnection, name: str) -> Any:
    (value,) = connection.execute(f"SELECT current_setting('{name}')").fetchone() or (None,)
    return value


def test_nothing_is_left_of_who_had_it_before(tmp_path: Path) -> None:
    with private_database(tmp_path, memory_limit="300MB", threads=1) as connection:
        assert (setting(connection, "threads"), setting(connection, "memory_limit")) == (1, "286.1 MiB")
        connection.execute("CREATE TABLE kept AS SELECT 1 AS a")
        connection.execute('CREATE TABLE "a ""b" AS SELECT 1 AS a')
        connection.execute("CREATE VIEW seen AS FROM kept")
        connection.execute("ATTACH ':memory:' AS beside; CREATE TABLE beside.kept AS SELECT 1 AS a; USE beside")
        connection.execute("CREATE TEMP TABLE passing AS SELECT 1 AS a; SET VARIABLE told = 1")
        connection.register("rows", pa.table({"a": [1]}))
        connection.execute("SET disabled_optimizers = 'statistics_propagation'")
    with private_database(None) as connection:
        assert connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall() == []
        assert connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall() == []
        attached = connection.execute("SELECT database_name FROM duckdb_databases() WHERE NOT internal").fetchall()
        assert attached == [("memory",)]
        assert connection.execute("SELECT getvariable('told')").fetchone() == (None,)
        assert (setting(connection, "disabled_optimizers"), setting(connection, "temp_directory")) == ("", "")
        with pytest.raises(duckdb.CatalogException):
            connection.execute("FROM rows")


def test_two_at_once_are_two(tmp_path: Path) -> None:
    with private_database(tmp_path / "a") as one, private_database(tmp_path / "b") as other:
        one.execute("CREATE TABLE kept AS SELECT 1 AS a")
        other.execute("CREATE TABLE kept AS SELECT 2 AS a")
        assert (one.execute("FROM kept").fetchall(), other.execute("FROM kept").fetchall()) == ([(1,)], [(2,)])
        assert str(setting(one, "temp_directory")) != str(setting(other, "temp_directory"))


def test_what_has_spilled_leaves_nothing_in_the_folder(tmp_path: Path) -> None:
    for name in ("first", "second"):
        spill = tmp_path / name
        with private_database(spill, memory_limit="60MB", threads=1) as connection:
            connection.execute("CREATE TABLE large AS SELECT range AS a, md5(range::VARCHAR) AS b FROM range(1000000)")
            assert connection.execute("SELECT count(*) FROM (FROM large ORDER BY b)").fetchone() == (1_000_000,)
            assert list(spill.glob("duckdb_temp*"))
        assert not list(tmp_path.rglob("duckdb_temp*"))


def resident() -> int:
    """Megabytes that this process takes."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) >> 10


def test_memory_is_given_back(tmp_path: Path) -> None:
    with private_database(tmp_path) as connection:
        connection.execute("SELECT 1")
    before = resident()
    with private_database(tmp_path) as connection:
        connection.execute("CREATE TABLE large AS SELECT range AS a, md5(range::VARCHAR) AS b FROM range(2000000)")
        assert connection.execute("SELECT count(*) FROM (FROM large ORDER BY b)").fetchone() == (2_000_000,)
        assert resident() > before + 100
    assert resident() < before + 50


def test_after_an_error_the_next_has_another(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), private_database(tmp_path) as connection:
        connection.execute("BEGIN; CREATE TABLE kept AS SELECT 1 AS a")
        raise ZeroDivisionError
    with private_database(tmp_path) as connection, pytest.raises(duckdb.CatalogException):
        connection.execute("FROM kept")


def _answer(results: Any) -> None:
    with private_database(None) as connection:
        results.put(connection.execute("SELECT sum(range) FROM range(1000000)").fetchone())


def test_a_fork_has_its_own() -> None:
    with private_database(None) as connection:
        connection.execute("SELECT 1")
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    process = context.Process(target=_answer, args=(results,))
    process.start()
    process.join(60)
    assert process.exitcode == 0 and results.get() == (499999500000,)
