from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from pipelines.ingest.unpivoted import name_field, unpivoted_column
from pipelines.registry.layouts import Layout

UNPIVOT = {"step": "unpivot", "columns": {"a": "1", "b": "2", "c": "other"}, "name_field": "kind",
           "value_field": "amount"}  # fmt: skip


def layout(*steps: dict[str, Any], **columns: str) -> Layout:
    return TypeAdapter(Layout).validate_python({"name": "book", "format": "csv", "columns": columns, "steps": [*steps]})


@pytest.mark.parametrize(
    ("steps", "name", "column"),
    [
        ([UNPIVOT], "2", "b"),
        ([UNPIVOT], "9", None),
        ([UNPIVOT, {"step": "map_values", "field": "kind", "values": {"other": ""}}], None, "c"),
        ([UNPIVOT, {"step": "map_values", "field": "kind", "values": {"2": "1"}}], "1", None),
        ([UNPIVOT, {"step": "map_values", "field": "else", "values": {"2": "1"}}], "1", "a"),
        ([{**UNPIVOT, "columns": {"a": "１ ", "b": "2"}}, {"step": "trim"}, {"step": "half_width"}], "1", "a"),
        ([UNPIVOT, {"step": "map_codes", "field": "kind", "codelist": "kinds"}], "1", None),
        ([UNPIVOT, {"step": "compose", "field": "kind", "template": "{amount}"}], "1", None),
        ([UNPIVOT, UNPIVOT], "1", None),
        ([{"step": "trim"}], "1", None),
    ],
)
def test_a_column_is_told_where_it_is_certain(
    steps: list[dict[str, Any]], name: str | None, column: str | None
) -> None:
    assert unpivoted_column(layout(*steps), name) == column


def test_columns_are_told_by_their_delivered_labels() -> None:
    assert unpivoted_column(layout(UNPIVOT, **{"甲栏": "a"}), "1") == "甲栏"
    assert unpivoted_column(layout(UNPIVOT, **{"甲栏": "a", "乙栏": "a"}), "1") is None
    assert name_field(layout(UNPIVOT)) == "kind"
    assert name_field(layout(UNPIVOT, UNPIVOT)) is name_field(layout()) is None
