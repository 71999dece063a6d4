"""The index: what it says, that it can be moved, and that building on an older one changes nothing."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from publishing import (
    Row,
    add_candidate,
    index_now,
    named,
    public_schema,
    registry,
    release_now,
    tree,
    workspace_with_registry,
)
from support import field, tree_descriptor, tree_schema, write_registry

from pipelines.catalog import index_path
from pipelines.catalog.tables import TABLES, VIEWS
from pipelines.core.files import replace_file
from pipelines.core.paths import Workspace

TREES = "SELECT count(*), sum(height) FROM parks.tree_inventory"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_with_registry(tmp_path, parks_staff=named("parks_staff"))


def publish(workspace: Workspace, *rows: Row, dataset: str = "tree_inventory", period: str = "2025",
            schema: dict[str, Any] | None = None) -> Path:  # fmt: skip
    add_candidate(workspace, rows, dataset=dataset, period=period, schema=schema)
    release_now(workspace, registry(workspace))
    index = index_now(workspace)
    assert index is not None
    return index


def ask(index: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(index), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def everything(index: Path) -> dict[str, list[tuple[Any, ...]]]:
    described = {
        "views": "schema_name, view_name, sql, comment FROM duckdb_views()",
        "macros": "schema_name, function_name, macro_definition, comment FROM duckdb_functions()",
        "comments": "schema_name, table_name, column_name, data_type, comment FROM duckdb_columns()",
    }
    questions = {table: f"SELECT * FROM catalog.main.{table} ORDER BY ALL" for table in (*TABLES, *VIEWS)}
    questions |= {name: f"SELECT {what} WHERE NOT internal ORDER BY ALL" for name, what in described.items()}
    with duckdb.connect(str(index), read_only=True) as connection:
        found = {name: connection.execute(sql).fetchall() for name, sql in questions.items()}
    return {**found, "script": [(index.with_name("index.sql").read_text(encoding="utf-8"),)]}


def test_nothing_released_no_index(workspace: Workspace) -> None:
    assert index_now(workspace) is None


def test_tables_are_reached_as_catalog_and_views_by_theme(workspace: Workspace) -> None:
    index = publish(workspace, tree(1), tree(2))
    with duckdb.connect(str(index), read_only=True) as connection:
        found = connection.sql("SELECT * FROM catalog.datasets").to_arrow_table().to_pylist()
    assert [(entry["dataset"], entry["version"], entry["rows"]) for entry in found] == [("tree_inventory", "1.0.0", 2)]
    assert ask(index, TREES) == [(2, Decimal("7.00"))]
    assert ask(index, "SELECT rows_delivered, rows_accepted, rows_quarantined FROM catalog.quality") == [(2, 2, 0)]
    assert ask(index, "SELECT checks->>'$.table_schema.errors' FROM catalog.quality") == [("0",)]
    assert ask(index, "SELECT field, sql_type FROM catalog.fields WHERE primary_key") == [("tree_id", "VARCHAR")]


def test_comments_are_in_both_languages(workspace: Workspace) -> None:
    index = publish(workspace, tree(1))
    ((comment,),) = ask(
        index, "SELECT comment FROM duckdb_views() WHERE (schema_name, view_name) = ('parks', 'tree_inventory')"
    )
    assert "树木清单 | Tree inventory" in comment
    columns = dict(
        ask(index, "SELECT column_name, comment FROM duckdb_columns() WHERE (schema_name, table_name) = "
                   "('parks', 'tree_inventory')")
    )  # fmt: skip
    assert columns["tree_id"].startswith("tree_id字段 | tree id")
    assert columns["height"].endswith("计量单位：m | Unit: m")
    assert columns["district"].endswith("代码表：codelists.district | Code list: codelists.district")
    named = "SELECT function_name, comment FROM duckdb_functions() WHERE schema_name IN ('parks', 'changes')"
    assert all("tree_inventory" in comment and " | " in comment for _, comment in ask(index, named))
    tables = ask(index, "SELECT comment FROM duckdb_tables() UNION ALL SELECT comment FROM duckdb_views() "
                        "WHERE schema_name = 'main' AND NOT internal")  # fmt: skip
    assert len(tables) == len(TABLES) + len(VIEWS)
    assert all(" | " in comment for (comment,) in tables)


def test_the_catalog_can_be_moved_and_read_from_anywhere(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(workspace, tree(1), tree(2))
    moved = tmp_path / "it's moved 公开 数据 [1]"
    shutil.move(workspace.catalog, moved)
    monkeypatch.chdir("/")
    expected = [(2, Decimal("7.00"))]
    assert ask(moved / "catalog.duckdb", TREES) == expected
    assert ask(moved / index_path(1), TREES) == expected
    with duckdb.connect() as connection:
        path = str(moved / "catalog.duckdb").replace("'", "''")
        connection.execute(f"ATTACH '{path}' AS cat (READ_ONLY)")
        connection.execute(
            "SET VARIABLE catalog_root = "
            "(SELECT parse_dirpath(path) FROM duckdb_databases() WHERE database_name = 'cat')"
        )
        assert connection.execute(TREES.replace("parks.", "cat.parks.")).fetchall() == expected
    monkeypatch.chdir(moved)
    assert ask(Path("catalog.duckdb"), TREES) == expected


def test_it_is_written_for_older_readers_too(workspace: Workspace) -> None:
    index = publish(workspace, tree(1))
    ((tags,),) = ask(index, "SELECT tags FROM duckdb_databases() WHERE database_name = 'catalog'")
    assert tags["storage_version"].startswith("v1.4.0")


def test_segments_with_other_columns_are_read_in_the_current_columns(workspace: Workspace) -> None:
    publish(workspace, tree(1), period="2024")
    schema = public_schema()
    schema["fields"] = [
        {"name": "height", "type": "number", "decimals": 3} if entry["name"] == "height" else entry
        for entry in schema["fields"]
        if entry["name"] != "note"
    ] + [{"name": "girth", "type": "number"}]
    private = tree_schema()
    private["fields"] = [entry for entry in private["fields"] if entry["name"] != "note"] + [field("girth", "number")]
    write_registry(workspace.schema, tree_inventory=(tree_descriptor(), private))
    row = [*tree(2)][:-1]
    index = publish(workspace, [*row, 1.5], schema=schema)
    with duckdb.connect(str(index), read_only=True) as connection:
        found = connection.sql("SELECT * FROM parks.tree_inventory ORDER BY tree_id").to_arrow_table()
    assert found.column_names[-1] == "girth"
    assert "note" not in found.column_names
    assert str(found.schema.field("height").type) == "decimal128(18, 3)"
    assert found["girth"].to_pylist() == [None, 1.5]


def test_equal_rows_in_two_periods_count_twice(workspace: Workspace) -> None:
    publish(workspace, tree(1))
    index = publish(workspace, tree(1), period="2026")
    assert ask(index, "SELECT count(*) FROM parks.tree_inventory") == [(2,)]


def test_an_index_of_an_earlier_form_is_made_anew(workspace: Workspace) -> None:
    index = publish(workspace, tree(1))
    expected = everything(index)
    record = (workspace.catalog / index_path(1)).with_suffix(".sha256")
    content = record.read_bytes()
    lines = content.splitlines(keepends=True)
    replace_file(record, b"".join(lines[1:2]))
    index_now(workspace)
    assert record.read_bytes().startswith(lines[0])
    assert everything(index) == expected


def test_no_object_is_opened(workspace: Workspace) -> None:
    index = publish(workspace, tree(1))
    add_candidate(workspace, [tree(2)], period="2026")
    release_now(workspace, registry(workspace))
    shutil.move(workspace.catalog / "objects", workspace.catalog / "elsewhere")
    assert index_now(workspace) == index
    shutil.move(workspace.catalog / "elsewhere", workspace.catalog / "objects")
    assert ask(index, TREES) == [(2, Decimal("7.00"))]


def test_nothing_is_done_when_it_is_up_to_date(workspace: Workspace) -> None:
    index = publish(workspace, tree(1))
    before = [
        (path, path.stat().st_ino, path.stat().st_mtime_ns) for path in (index, workspace.catalog / index_path(1))
    ]
    assert index_now(workspace) == index
    assert before == [(path, path.stat().st_ino, path.stat().st_mtime_ns) for path, *_ in before]
    assert not list(workspace.work.glob("index-*"))


@pytest.mark.parametrize(
    ("damage", "which"),
    [("missing", "copy"), ("altered", "copy"), ("missing", "original"), ("garbage", "original"), ("altered", "script")],
)
def test_a_damaged_index_is_healed(workspace: Workspace, damage: str, which: str) -> None:
    index = publish(workspace, tree(1))
    original = workspace.catalog / index_path(1)
    target = {"copy": index, "original": original, "script": original.with_suffix(".sql")}[which]
    expected = everything(index)
    content = target.read_bytes()
    target.unlink()
    if damage != "missing":
        target.write_bytes(content[:-1] + bytes([content[-1] ^ 1]) if damage == "altered" else b"garbage")
    assert index_now(workspace) == index
    assert everything(index) == expected
    assert index.read_bytes() == original.read_bytes()


def test_building_on_an_older_index_equals_building_anew(workspace: Workspace) -> None:
    publish(workspace, tree(1))
    publish(workspace, tree(4), dataset="parks_staff")
    publish(workspace, tree(1, "willow"), tree(2))
    # Two releases at once between two refreshes, one of them moving a dataset to another theme.
    add_candidate(workspace, [tree(5)], period="2026")
    release_now(workspace, registry(workspace))
    catalog_yaml = workspace.schema / "catalog.yaml"
    catalog_yaml.write_text(
        catalog_yaml.read_text() + "- id: greens\n  title:\n    zh: 绿地\n    en: Greens\n", encoding="utf-8"
    )
    shutil.rmtree(workspace.schema / "datasets" / "parks" / "parks_staff")
    write_dataset = named("parks_staff")
    write_dataset[0]["theme"] = "greens"
    other = workspace.data.parent / "other"
    write_registry(other, parks_staff=write_dataset)
    shutil.copytree(other / "datasets" / "greens", workspace.schema / "datasets" / "greens")
    index = publish(workspace, tree(4), tree(6), dataset="parks_staff")
    grown = everything(index)
    views = {row[:2] for row in grown["views"] if row[0] in ("greens", "parks")}
    assert views == {("greens", "parks_staff"), ("parks", "tree_inventory")}
    shutil.rmtree(workspace.catalog / "index")
    index.unlink()
    index_now(workspace)
    assert everything(index) == grown
    assert len(grown["versions"]) == 5
