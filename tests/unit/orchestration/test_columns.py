"""The column schema shows the public copy, nothing else."""

from __future__ import annotations

from pathlib import Path

from support import WITHHELD, field, tree_descriptor, tree_schema, write_registry

from pipelines.orchestration.columns import column_schema
from pipelines.registry import load_catalog


def test_columns_are_those_of_the_public_copy(tmp_path: Path) -> None:
    schema = tree_schema()
    surrogate = {"type": "surrogate", "published_as": "keeper_key", "domain": "person"}
    month = {"type": "generalise", "to": "month", "published_as": "hired_month"}
    schema["fields"] += [
        field("keeper_number", disclosure={**WITHHELD, "treatment": surrogate}),
        field("hired", "date", disclosure={**WITHHELD, "treatment": month}),
    ]
    catalog = load_catalog(write_registry(tmp_path, tree_inventory=(tree_descriptor(), schema)))
    assert catalog.problems == ()
    columns = {column.name: column for column in column_schema(catalog.dataset("tree_inventory")).columns}
    assert "keeper_phone" not in columns
    assert "keeper_number" not in columns
    assert columns["height"].type == "DECIMAL(18, 2)"
    assert columns["height"].description == "height字段 / height (m)"
    assert columns["keeper_key"].type == "VARCHAR"
    assert columns["hired_month"].type == "DATE"
