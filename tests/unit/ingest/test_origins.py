"""Which delivered columns the cells of a field come from."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.ingest.origins import Origin, origins_of
from pipelines.registry.layouts import Layout

UNPIVOT = {"step": "unpivot", "columns": {"y2024": "2024", "y2025": "2025"}, "name_field": "year", "value_field": "sum"}


def layout(*steps: dict[str, Any]) -> Layout:
    return Layout.model_validate({"name": "any", "format": "xlsx", "steps": steps})


def test_delivered_columns_come_from_where_they_stand() -> None:
    origins = origins_of(["b", None, "a", "a"], layout({"step": "trim"}))
    assert origins.by_name == {"b": Origin((0,)), "a": Origin((2,))}
    assert [label for label, _ in origins.columns] == ["b", "a", "a"]


@pytest.mark.parametrize(
    ("step", "places"),
    [
        ({"step": "constant", "field": "made", "value": "x"}, ()),
        ({"step": "constant", "field": "b", "value": "x"}, (1,)),
        ({"step": "from_delivery", "field": "made", "source": "year"}, ()),
        ({"step": "lookup", "field": "made", "by": "b", "codelist": "district", "column": "name_zh"}, (1,)),
        ({"step": "scale", "fields": ["a"], "unit": "元", "unit_field": "made"}, ()),
        ({"step": "compose", "field": "made", "template": "{b}-{a}-{absent}"}, (1, 0)),
        ({"step": "compose", "field": "b", "template": "{a}"}, (0,)),
    ],
)
def test_made_columns_come_from_what_they_are_made_of(step: dict[str, Any], places: tuple[int, ...]) -> None:
    name = str(step.get("unit_field", step.get("field")))
    origins = origins_of(["a", "b"], layout(step))
    assert origins.by_name[name] == Origin(places)
    assert dict(origins.columns)[name] == Origin(places)


def test_split_columns_come_from_the_one_that_was_split() -> None:
    origins = origins_of(
        ["id", "kind", "name"], layout({"step": "split", "field": "kind", "pattern": "(?P<code>.) (?P<name>.)"})
    )
    assert list(origins.columns) == [("id", Origin((0,))), ("code", Origin((1,))), ("name", Origin((1,)))]
    absent = layout({"step": "split", "field": "kind", "pattern": "(?P<code>.)"})
    assert [label for label, _ in origins_of(["id"], absent).columns] == ["id"]


def test_unpivoted_cells_come_from_one_of_several_columns() -> None:
    origins = origins_of(["y2025", "id", "y2024"], layout(UNPIVOT))
    assert [label for label, _ in origins.columns] == ["id", "year", "sum"]
    assert origins.by_name["sum"] == origins.by_name["year"] == Origin((0, 2), one_of=True)
    assert origins.by_name["y2024"] == Origin((2,))  # findings made before the step
    assert origins_of(["id", "y2024"], layout(UNPIVOT)).by_name["sum"] == Origin((1,))
    assert "sum" not in origins_of(["id"], layout(UNPIVOT)).by_name


@pytest.mark.parametrize("filled", [{"step": "fill_down", "fields": ["y2024"]}, {**UNPIVOT, "keep_missing": True}])
def test_empty_cells_can_be_meant_where_a_step_fills_or_keeps_them(filled: dict[str, Any]) -> None:
    steps = [filled] if filled["step"] == "unpivot" else [filled, UNPIVOT]
    assert origins_of(["y2025", "y2024"], layout(*steps)).by_name["sum"].empty_too


def test_a_key_made_of_certain_and_uncertain_columns_is_told_by_the_certain_ones() -> None:
    compose = {"step": "compose", "field": "key", "template": "{id}.{year}"}
    only = {"step": "compose", "field": "kind", "template": "{year}"}
    origins = origins_of(["id", "y2024", "y2025"], layout(UNPIVOT, compose, only))
    assert origins.by_name["key"] == Origin((0,))
    assert origins.by_name["kind"] == Origin((1, 2), one_of=True)
