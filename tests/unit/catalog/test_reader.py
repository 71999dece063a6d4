"""Reading from Python: named questions, a locked-down connection, no injection."""

from __future__ import annotations

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from publishing import add_candidate, index_now, registry, release_now, tree, workspace_with_registry

from pipelines.catalog import IndexUnusable, Limits, QueryFailed, QueryRefused, UnknownVersion, open_catalog
from pipelines.core.errors import NothingReleased, UnknownDataset
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore, VersionWithdrawn, withdraw


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions of one dataset: two rows, then three. Tests get copies: most take less time than to make it."""
    folder = tmp_path_factory.mktemp("released")
    workspace = workspace_with_registry(folder)
    for rows in ([tree(1), tree(2)], [tree(1), tree(2), tree(3)]):
        add_candidate(workspace, rows)
        release_now(workspace, registry(workspace))
    index_now(workspace)
    return folder


@pytest.fixture
def workspace(released: Path, tmp_path: Path) -> Workspace:
    folder = shutil.copytree(released, tmp_path / "o'hara 公开")
    return Workspace.at(folder / "data", folder / "schema")


def test_questions(workspace: Workspace) -> None:
    with open_catalog(workspace.catalog) as catalog:
        assert catalog.datasets()["dataset"].to_pylist() == ["tree_inventory"]
        assert catalog.versions("tree_inventory")["version"].to_pylist() == ["1.0.0", "1.1.0"]
        assert catalog.fields("tree_inventory")["field"].to_pylist()[0] == "tree_id"
        assert catalog.dataset("tree_inventory").to_arrow_table().num_rows == 3
        assert catalog.dataset("tree_inventory", "1.0.0").to_arrow_table().num_rows == 2
        (path,) = catalog.files("tree_inventory")["path"].to_pylist()
        assert (workspace.catalog / path).is_file()
        assert catalog.files("tree_inventory", "1.0.0")["path"].to_pylist() != [path]
        total = catalog.query("SELECT sum(height) AS total FROM parks.tree_inventory").to_arrow_table()
        assert total["total"].to_pylist() == [Decimal("10.50")]


def test_what_does_not_exist(workspace: Workspace, tmp_path: Path) -> None:
    with open_catalog(workspace.catalog) as catalog:
        for name in ("tree", 'x" UNION SELECT 1 --', "' OR '1'='1"):
            with pytest.raises(UnknownDataset):
                catalog.dataset(name)
        with pytest.raises(UnknownVersion) as caught:
            catalog.dataset("tree_inventory", "1.0.0' --")
        assert "1.1.0" in caught.value.message.text("zh")
        with pytest.raises(QueryFailed):
            catalog.query("SELECT * FROM parks.nothing")
    with pytest.raises(NothingReleased):
        open_catalog(tmp_path)


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO 'x.csv'", "SET VARIABLE catalog_root = '/'", "ATTACH ':memory:' AS other",
        "SELECT 1; SELECT 2", "", "CREATE TABLE t (a INT)", "INSTALL httpfs", "PRAGMA enable_profiling",
        "EXPLAIN ANALYZE COPY (SELECT 1 AS hacked) TO '{latest}' (FORMAT csv)",
        "EXPLAIN ANALYZE COPY (SELECT 1 AS a, 2 AS b) TO '{objects}' (FORMAT parquet, PARTITION_BY (a), OVERWRITE)",
        "explain\nanalyze copy (SELECT 1) TO '{latest}'", "EXPLAIN EXPLAIN ANALYZE COPY (SELECT 1) TO '{latest}'",
        "EXPLAIN /* a */ ANALYZE COPY (SELECT 1) TO '{latest}'", "EXPLAIN (FORMAT json) COPY (SELECT 1) TO '{latest}'",
        "EXPLAIN ANALYZE SET VARIABLE catalog_root = '/'", "EXPLAIN ANALYZE CREATE TABLE memory.t AS SELECT 1",
        "WITH x AS (COPY (SELECT 1) TO '{latest}') FROM x",
        "SELECT (WITH x AS (COPY (SELECT 1) TO '{latest}') SELECT 1)",
        "EXPLAIN ANALYZE WITH x AS (COPY (SELECT 1) TO '{latest}') FROM x",
        "FROM query('WITH x AS (COPY (SELECT 1) TO ''{latest}'') FROM x')",
        "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
        "WITH x AS (INSERT INTO memory.t VALUES (1) RETURNING a) FROM x",
        "EXPLAIN COPY (SELECT 1) TO '{latest}'", "-- a\nEXPLAIN ANALYZE COPY (SELECT 1) TO '{latest}'",
    ],
)  # fmt: skip
def test_statements_that_do_not_read_are_refused(workspace: Workspace, sql: str) -> None:
    def stored() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in workspace.catalog.rglob("*") if path.is_file()}

    before, quoted = stored(), {name: str(workspace.catalog / path).replace("'", "''")
                                for name, path in (("latest", "latest.json"), ("objects", "objects"))}  # fmt: skip
    with open_catalog(workspace.catalog) as catalog, pytest.raises((QueryRefused, QueryFailed)):
        catalog.query(sql.format(**quoted)).fetchall()
    assert stored() == before


@pytest.mark.parametrize("word", ["EXPLAIN", "explain analyze", "EXPLAIN\n ANALYZE"])
def test_a_select_can_be_explained(workspace: Workspace, word: str) -> None:
    with open_catalog(workspace.catalog) as catalog:
        assert catalog.query(f"{word} SELECT count(*) FROM parks.tree_inventory").fetchall()


def test_rows_that_cannot_be_made_are_told_like_what_cannot_be_understood(workspace: Workspace) -> None:
    with open_catalog(workspace.catalog) as catalog:
        with pytest.raises(QueryFailed, match="ginkgo"):
            catalog.fetch("SELECT CAST(species AS INTEGER) FROM parks.tree_inventory", 10)
        columns, rows = catalog.fetch("SELECT a.species, b.species, 1 FROM parks.tree_inventory a, "
                                      "parks.tree_inventory b ORDER BY ALL", 2)  # fmt: skip
        assert len(set(columns)) == 3 and rows == [("ginkgo", "ginkgo", 1)] * 2


def test_files_outside_and_python_objects_cannot_be_read(workspace: Workspace) -> None:
    secret = workspace.private / "secret.csv"
    secret.write_text("a\n1\n")
    python_object = registry(workspace).organisations_table.rows
    assert python_object
    with open_catalog(workspace.catalog) as catalog:
        quoted = str(secret).replace("'", "''")
        for sql in (f"FROM read_csv('{quoted}')", f"FROM read_text('{quoted}')", "FROM python_object"):
            with pytest.raises(QueryFailed):
                catalog.query(sql)


def test_a_damaged_index_is_named(workspace: Workspace) -> None:
    index = workspace.catalog / "catalog.duckdb"
    index.write_bytes(b"garbage")
    with pytest.raises(IndexUnusable):
        open_catalog(workspace.catalog)
    index.unlink()
    with pytest.raises(IndexUnusable):
        open_catalog(workspace.catalog)


def test_the_catalog_as_it_was(tmp_path: Path) -> None:
    workspace = workspace_with_registry(tmp_path)
    days = [dt.datetime(2026, month, 1, 12, tzinfo=dt.UTC) for month in (4, 5, 6)]
    for day, rows in zip(days, ([tree(1)], [tree(1), tree(2)], [tree(1), tree(3)]), strict=True):
        add_candidate(workspace, rows)
        release_now(workspace, registry(workspace), day)
        index_now(workspace)
    count = "SELECT count(*) FROM parks.tree_inventory"
    with open_catalog(str(workspace.catalog), as_of=dt.date(2026, 4, 30)) as catalog:
        assert catalog.query(count).fetchall() == [(1,)]
    with open_catalog(workspace.catalog, snapshot=2) as catalog:
        assert catalog.query(count).fetchall() == [(2,)]
    with pytest.raises(NothingReleased):
        open_catalog(workspace.catalog, as_of=dt.date(2026, 3, 31))
    with pytest.raises(IndexUnusable):
        open_catalog(workspace.catalog, snapshot=9)
    withdraw(FolderStore(workspace.catalog), "tree_inventory", ["1.1.0"], {"zh": "有误", "en": "Wrong"}, days[2])
    index_now(workspace)
    with open_catalog(workspace.catalog, snapshot=2) as catalog:
        for sql in (
            count, "FROM parks.Tree_Inventory", "FROM PARKS.tree_inventory('1.1.0')", "EXPLAIN ANALYZE " + count,
            "FROM parks.tree_inventory('2026-05-31')", "FROM labelled.tree_inventory('1.1.0')",
            "FROM changes.tree_inventory('1.1.0')", "FROM main.changes('tree_inventory', '1.1.0')",
            "FROM query_table('parks.tree_inventory')",
            "SELECT (SELECT max(species) FROM parks.tree_inventory)", "SUMMARIZE parks.tree_inventory",
            "WITH a AS (FROM parks.tree_inventory) FROM a",
        ):  # fmt: skip
            with pytest.raises(VersionWithdrawn, match=r"1\.1\.0"):
                catalog.query(sql)
        with pytest.raises(VersionWithdrawn):
            catalog.dataset("tree_inventory")
        assert catalog.query("SELECT version FROM catalog.versions").fetchall() == [("1.0.0",), ("1.1.0",)]
    with open_catalog(workspace.catalog, snapshot=3) as catalog:  # It shows the next version, and has the macros yet.
        with pytest.raises(VersionWithdrawn):
            catalog.query("FROM parks.tree_inventory('1.1.0')")
        assert catalog.dataset("tree_inventory").to_arrow_table().num_rows == 2
    with open_catalog(workspace.catalog) as catalog:
        assert catalog.query(count).fetchall() == [(2,)]
        difference = catalog.diff("tree_inventory")
        assert (difference.old, difference.new) == ("1.0.0", "1.1.1")
        with pytest.raises(VersionWithdrawn):
            catalog.dataset("tree_inventory", "1.1.0")


def test_snapshots_that_a_crash_left_without_an_index_get_theirs(tmp_path: Path) -> None:
    workspace = workspace_with_registry(tmp_path)
    for number in range(3):
        add_candidate(workspace, [tree(number)], period=str(2024 + number))
        release_now(workspace, registry(workspace))
    index_now(workspace)
    for number in (1, 2, 3):
        with open_catalog(workspace.catalog, snapshot=number) as catalog:
            assert catalog.query("SELECT count(*) FROM parks.tree_inventory").fetchall() == [(number,)]


def test_a_strangers_statements_have_limits_and_see_rows_only(workspace: Workspace) -> None:
    limits = Limits(seconds=0.2, memory=100, threads=1)
    with open_catalog(workspace.catalog, limits=limits) as catalog:
        assert len(catalog.query("FROM parks.tree_inventory").fetchall()) == 3
        names = ("threads", "memory_limit", "max_execution_time")
        settings = ", ".join(f"current_setting('{name}')" for name in names)
        assert catalog.query(f"SELECT {settings}").fetchall() == [(1, "100.0 MiB", 200)]
        latest = str(workspace.catalog / "latest.json").replace("'", "''")
        endless = "SELECT count(*) FROM range(3000000) a, range(3000000) b WHERE hash(a.range, b.range) = 1"
        for sql in (f"FROM read_text('{latest}')", endless):
            with pytest.raises(QueryFailed):
                catalog.fetch(sql, 1)
    with open_catalog(workspace.catalog) as catalog:
        assert len(catalog.query(f"FROM read_text('{latest}')").fetchall()) == 1
