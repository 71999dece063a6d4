"""Versions in SQL: what becomes of the macros when versions are withdrawn, keys change, and the script is built on."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from publicising import two_datasets
from publishing import (
    Row,
    add_candidate,
    index_now,
    public_schema,
    registry,
    release_now,
    tree,
    workspace_with_registry,
)
from support import tree_descriptor, tree_schema, write_registry

from pipelines.catalog import index_path, verify_index
from pipelines.catalog.shapes import Shape
from pipelines.catalog.units import UNITS
from pipelines.core.paths import Workspace
from pipelines.core.sql import literal
from pipelines.disclose.reviews import load_reviews
from pipelines.publish import FolderStore, object_path, rollback, withdraw

REASON = {"zh": "错误", "en": "Wrong"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_with_registry(tmp_path)


def at(month: int) -> dt.datetime:
    return dt.datetime(2026, month, 1, tzinfo=dt.UTC)


def publish(workspace: Workspace, month: int, *rows: Row, schema: dict[str, Any] | None = None) -> None:
    add_candidate(workspace, rows, schema=schema)
    release_now(workspace, registry(workspace), at(month))


def ask(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    index = index_now(workspace)
    with duckdb.connect(str(index), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def species(workspace: Workspace, version: str) -> list[tuple[Any, ...]]:
    return ask(workspace, f"SELECT species FROM parks.tree_inventory('{version}') ORDER BY tree_id")


def refused(workspace: Workspace, sql: str) -> str:
    with pytest.raises(duckdb.Error) as caught:
        ask(workspace, sql)
    return str(caught.value)


def test_changes_are_told_period_by_period(workspace: Workspace) -> None:
    """A key tells the rows of a period apart: other periods may have the same."""
    publish(workspace, 4, tree(1, "a"), tree(2, "b"))
    add_candidate(workspace, [tree(1, "c"), tree(2, "b")], period="2026")
    publish(workspace, 5, tree(1, "d"), tree(2, "b"))
    told = "SELECT _change_type, tree_id, species FROM changes.tree_inventory('1.1.0') ORDER BY ALL"
    assert ask(workspace, told) == [
        ("insert", "T00001", "c"), ("insert", "T00002", "b"),
        ("update_postimage", "T00001", "d"), ("update_preimage", "T00001", "a"),
    ]  # fmt: skip
    # Periods of equal rows share a file.
    add_candidate(workspace, [tree(1, "e")], period="2027")
    publish(workspace, 6, tree(1, "e"))
    since = "SELECT _change_type, species, count(*) FROM changes.tree_inventory('1.2.0', since := '1.0.0') GROUP BY ALL"
    assert sorted(ask(workspace, since)) == [
        ("delete", "b", 1), ("insert", "b", 1), ("insert", "c", 1), ("insert", "e", 1),
        ("update_postimage", "e", 1), ("update_preimage", "a", 1),
    ]  # fmt: skip


def test_rows_whose_keys_are_partly_missing_are_told_like_others(workspace: Workspace) -> None:
    schema = {**public_schema(), "primaryKey": ["note", "tree_id"]}
    private = {**tree_schema(), "primaryKey": ["note", "tree_id"]}
    write_registry(workspace.schema, tree_inventory=(tree_descriptor(), private))

    def row(number: int, kind: str, note: str | None) -> Row:
        return (*tree(number, kind)[:-1], note)

    publish(workspace, 4, row(1, "a", None), row(2, "b", "x"), row(3, "c", None), schema=schema)
    publish(workspace, 5, row(1, "a", None), row(2, "d", "x"), row(4, "c", None), schema=schema)
    told = "SELECT _change_type, tree_id, species, note FROM changes.tree_inventory('1.0.1') ORDER BY ALL"
    assert ask(workspace, told) == [
        ("delete", "T00003", "c", None), ("insert", "T00004", "c", None),
        ("update_postimage", "T00002", "d", "x"), ("update_preimage", "T00002", "b", "x"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["me@foxmail.com", "@n@o@f@r", "a'b 公开 @r"])
def test_a_catalog_may_lie_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    workspace = workspace_with_registry(tmp_path / name)
    publish(workspace, 4, tree(1, "a"))
    publish(workspace, 5, tree(1, "b"))
    assert species(workspace, "1.0.0") == [("a",)]
    told = "SELECT _change_type, species FROM changes.tree_inventory('1.0.1') ORDER BY ALL"
    assert ask(workspace, told) == [("update_postimage", "b"), ("update_preimage", "a")]


@pytest.mark.parametrize("asked", ["@s", "@v", "@n @o @f @r", "a'b", "' || error('run') || '", "''", "公开"])
def test_what_is_asked_stays_text_whatever_it_says(workspace: Workspace, asked: str) -> None:
    publish(workspace, 4, tree(1))
    text = literal(asked)
    for told in (
        refused(workspace, f"FROM parks.tree_inventory({text}, since := {literal(' || error(chr(33)) || ')})"),
        refused(workspace, f"FROM parks.tree_inventory('1.0.0', since := {text})"),
        refused(workspace, f"FROM changes.tree_inventory({text}, since := {text})"),
    ):
        assert "is neither a version" in told and "Parser" not in told


def test_datasets_are_indexed_some_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = two_datasets(tmp_path)
    monkeypatch.setattr("pipelines.catalog.tables._AT_ONCE", 1)
    assert ask(workspace, "SELECT dataset FROM datasets ORDER BY 1") == [("benches",), ("tree_inventory",)]
    script = (workspace.catalog / "index.sql").read_bytes()
    monkeypatch.undo()
    assert verify_index(FolderStore(workspace.catalog), workspace.work) == []
    shutil.rmtree(workspace.catalog / "index")
    index_now(workspace)
    assert (workspace.catalog / "index.sql").read_bytes() == script


def test_withdrawn_versions_leave_the_macros_for_good(workspace: Workspace) -> None:
    store = FolderStore(workspace.catalog)
    for month, kind in enumerate(("ginkgo", "willow", "pine"), start=4):
        publish(workspace, month, tree(1, kind))
    (gone,) = ask(workspace, "SELECT sha256 FROM files WHERE version = '1.0.1'")[0]
    withdraw(store, "tree_inventory", ["1.0.1"], REASON, at(7), basis="Act § 3", remove_bytes=True)
    assert "1.0.0, 1.0.2" in refused(workspace, "FROM parks.tree_inventory('1.0.1')")
    assert "(2026-05-31)" in refused(workspace, "FROM parks.tree_inventory('2026-05-31')")
    assert (species(workspace, "1.0.0"), species(workspace, "2026-06-30")) == ([("ginkgo",)], [("pine",)])
    # What the withdrawn version was followed by is compared with the one before it.
    feed = "SELECT _change_type, species FROM changes.tree_inventory('1.0.2') ORDER BY 1"
    assert ask(workspace, feed) == [("update_postimage", "pine"), ("update_preimage", "ginkgo")]
    withdrawals = "SELECT version, reason_zh, reason_en, basis, bytes_removed FROM withdrawals"
    assert ask(workspace, withdrawals) == [("1.0.1", "错误", "Wrong", "Act § 3", True)]
    assert ask(workspace, "SELECT version FROM files ORDER BY 1") == [("1.0.0",), ("1.0.2",)]
    assert [row[0] for row in ask(workspace, "SELECT version FROM versions ORDER BY number")][1] == "1.0.1"
    definitions = ask(workspace, "SELECT string_agg(macro_definition) FROM duckdb_functions() WHERE NOT internal")
    assert gone not in definitions[0][0]


def test_a_dataset_that_leaves_takes_all_of_it_along_and_comes_back(workspace: Workspace) -> None:
    publish(workspace, 4, tree(1))
    assert species(workspace, "1.0.0") == [("ginkgo",)]
    publish(workspace, 5, tree(1, "pine"))
    withdraw(FolderStore(workspace.catalog), "tree_inventory", ["1.0.1"], REASON, at(6))
    for name in ("parks.tree_inventory", "parks.tree_inventory('1.0.0')", "labelled.tree_inventory"):
        assert "does not exist" in refused(workspace, f"FROM {name}")
    assert ask(workspace, "SELECT version FROM releases ORDER BY snapshot") == [("1.0.0",), ("1.0.1",), (None,)]
    catalog, reviews = registry(workspace), load_reviews(workspace.reviews)
    rollback(workspace, FolderStore(workspace.catalog), catalog, reviews, "tree_inventory", "1.0.0", REASON, at(7))
    assert species(workspace, "2026-07-01") == species(workspace, "1.0.0") == [("ginkgo",)]
    assert "2026-06-02" in refused(workspace, "FROM parks.tree_inventory('2026-06-02')")


def test_without_a_common_key_rows_come_and_go(workspace: Workspace) -> None:
    publish(workspace, 4, tree(1), tree(2))
    rekeyed = {**tree_schema(), "primaryKey": ["tree_id", "species"]}
    write_registry(workspace.schema, tree_inventory=(tree_descriptor(), rekeyed))
    publish(workspace, 5, tree(1, "pine"), tree(2), schema=public_schema(rekeyed))
    feed = "SELECT _change_type, tree_id, species FROM catalog.changes('tree_inventory', '2.0.0') ORDER BY 1"
    assert ask(workspace, feed) == [("delete", "T00001", "ginkgo"), ("insert", "T00001", "pine")]
    nothing = "FROM parks.tree_inventory('2.0.0', since := '2.0.0')"
    assert ask(workspace, nothing) == []
    back = "SELECT _change_type FROM parks.tree_inventory('1.0.0', since := '2.0.0') ORDER BY 1"
    assert ask(workspace, back) == [("delete",), ("insert",)]


def test_the_script_makes_what_the_index_holds(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(workspace, 4, tree(1))
    index_now(workspace)
    publish(workspace, 5, tree(1, "pine"))
    index = index_now(workspace)
    assert index is not None
    tables = "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND database_name = 'catalog'"
    monkeypatch.chdir(workspace.catalog)
    script = Path("index.sql").read_text(encoding="utf-8")
    assert script == Path(index_path(2)).with_suffix(".sql").read_text(encoding="utf-8")
    with duckdb.connect(str(index), read_only=True) as built, duckdb.connect() as made:
        made.execute(script)
        names = [name for (name,) in made.execute(tables).fetchall() if not name.startswith("_")]
        for name in [*names, "codes", "files", "quality", "units"]:
            rows = f"FROM catalog.main.{name} ORDER BY ALL"
            assert made.execute(rows).fetchall() == built.execute(rows).fetchall(), name


def test_shapes_and_paths_are_written_as_they_are_read() -> None:
    shape = Shape(("a", "b"), (("a", "DECIMAL(18, 2)"), ("b", "VARCHAR"), ("c", "DATE")))
    assert Shape.parse(str(shape)) == shape
    assert Shape.parse(str(Shape((), shape.columns))).key == ()
    with pytest.raises(ValueError, match="identifier"):
        Shape.of({"fields": [{"name": "a;b", "type": "string"}]})
    assert len({unit.code for unit in UNITS}) == len(UNITS)
    assert object_path("ab" + "0" * 62) == "objects/ab/ab" + "0" * 62 + ".parquet"
