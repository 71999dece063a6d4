"""Disclosed tables between runs, and who may make them."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from disclosing import allotments, clear, treated
from support import delivery, field

import pipelines
from pipelines.core.errors import CorruptStore
from pipelines.core.records import DisclosedTable
from pipelines.disclose import load_disclosed, save_disclosed

Saved = tuple[DisclosedTable, Path]


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    phone = field("phone", disclosure=treated("drop"))
    table = clear(tmp_path, allotments(field("note"), phone), [{"note": "树", "phone": "13800138000"}]).table
    path = save_disclosed(table, table.parquet.parent)
    return table, path


def test_a_saved_table_comes_back_equal(saved: Saved) -> None:
    table, path = saved
    before = path.read_bytes()
    assert load_disclosed(path.parent, table.delivery) == table
    assert save_disclosed(table, path.parent).read_bytes() == before
    assert path.stat().st_mode & 0o077 == 0


def test_another_deliverys_table_is_refused(saved: Saved) -> None:
    _, path = saved
    with pytest.raises(CorruptStore):
        load_disclosed(path.parent, delivery(sequence=2))


def test_a_table_from_another_folder_cannot_be_saved(saved: Saved, tmp_path: Path) -> None:
    with pytest.raises(CorruptStore):
        save_disclosed(saved[0], tmp_path / "elsewhere")


def test_altered_tables_are_refused(saved: Saved) -> None:
    table, path = saved
    table.parquet.write_bytes(table.parquet.read_bytes() + b"x")
    with pytest.raises(CorruptStore):
        load_disclosed(path.parent, table.delivery)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"{}"])
def test_damaged_records_are_refused(saved: Saved, content: bytes) -> None:
    table, path = saved
    path.write_bytes(content)
    with pytest.raises(CorruptStore):
        load_disclosed(path.parent, table.delivery)


def test_records_with_unknown_receipts_are_refused(saved: Saved) -> None:
    table, path = saved
    record = json.loads(path.read_bytes())
    record["receipt"][0]["value"] = "x"
    path.write_text(json.dumps(record))
    with pytest.raises(CorruptStore):
        load_disclosed(path.parent, table.delivery)


def test_disclosed_tables_are_made_in_this_room_only() -> None:
    root = Path(pipelines.__path__[0])
    makers = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            name = (
                called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
            )
            renamed = isinstance(node, ast.alias) and node.name == "DisclosedTable" and node.asname is not None
            if name == "DisclosedTable" or renamed:
                makers.add(path.relative_to(root).as_posix())
    assert makers == {"disclose/clearance.py", "disclose/stored.py"}
