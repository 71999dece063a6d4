"""``charts:`` in descriptors: what they may name, and that nothing published depends on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from describing import dataset_file, update
from support import field, write_registry

from pipelines.core.paths import Workspace
from pipelines.registry import load_catalog
from pipelines.registry.charts import CodesChart, Measure, ProgressChart


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.at(tmp_path / "data", write_registry(tmp_path / "schema"))


def problems(workspace: Workspace, *charts: dict[str, Any], **keys: Any) -> list[tuple[str, str]]:
    """What is wrong with charts: keys and messages, each with a remedy in both languages."""
    update(dataset_file(workspace), charts=list(charts), **keys)
    found = load_catalog(workspace.schema).problems
    assert all(problem.file == "datasets/parks/tree_inventory/dataset.yaml" for problem in found)
    assert all(problem.line and problem.remedy.text("zh") != problem.remedy.text("en") for problem in found)
    return [(problem.key, problem.message.id) for problem in found]


def test_charts_make_no_delivery_anew(workspace: Workspace) -> None:
    before = load_catalog(workspace.schema).dataset("tree_inventory").digest
    assert problems(workspace, {"kind": "codes", "by": "species", "where": {"district": "999901"}}) == []
    dataset = load_catalog(workspace.schema).dataset("tree_inventory")
    assert dataset.digest == before
    (chart,) = dataset.descriptor.charts
    assert isinstance(chart, CodesChart) and chart.where == {"district": ("999901",)}
    assert set(chart.fields.values()) == {"species", "district"}


def test_every_kind_is_taken(workspace: Workspace) -> None:
    title = {"zh": "高度", "en": "Height"}
    assert problems(
        workspace,
        {"kind": "categories", "rows": "district", "by": "species", "value": "height", "title": title},
        {"kind": "progress", "values": ["height"], "measure": "median", "once_per": "tree_id"},
        {"kind": "distribution", "value": "height", "periods": "all"},
    ) == []  # fmt: skip
    assert problems(workspace, {"kind": "status", "by": "species"}, {"kind": "rows"}) == []
    chart = ProgressChart(kind="progress", values=("height", "girth"), measure=Measure.MEAN)
    assert chart.quantities == {("values", 0): "height", ("values", 1): "girth"}


@pytest.mark.parametrize(
    ("chart", "key", "message"),
    [
        ({"kind": "codes", "by": "gone"}, "charts[0].by", "check-chart-not-public"),
        ({"kind": "codes", "by": "keeper_phone"}, "charts[0].by", "check-chart-not-public"),
        ({"kind": "codes", "by": "note"}, "charts[0].by", "check-chart-not-coded"),
        ({"kind": "codes", "by": "species", "value": "note"}, "charts[0].value", "check-chart-no-quantity"),
        ({"kind": "progress", "values": ["height", "gone"]}, "charts[0].values[1]", "check-chart-not-public"),
        ({"kind": "tree", "by": "district"}, "charts[0].by", "check-chart-no-parents"),
        ({"kind": "rows", "once_per": "gone"}, "charts[0].once_per", "check-chart-not-public"),
        ({"kind": "rows", "where": {"keeper_phone": "1"}}, "charts[0].where.keeper_phone", "check-chart-not-public"),
        ({"kind": "rows", "where": {"district": ["1"]}}, "charts[0].where.district", "check-chart-unknown-code"),
        ({"kind": "rows", "codelists": {"note": "gone"}}, "charts[0].codelists.note", "check-unknown-codelist"),
        ({"kind": "rows", "codelists": {"x": "district"}}, "charts[0].codelists.x", "check-chart-not-public"),
        ({"kind": "pie", "by": "species"}, "charts[0]", "check-not-allowed"),
        ({"kind": "rows", "colour": "red"}, "charts[0].colour", "check-unknown-key"),
        ({"kind": "progress", "values": []}, "charts[0].values", "check-invalid-value"),
        ({"kind": "categories", "rows": "species", "by": "species"}, "charts[0]", "check-rule"),
    ],
)
def test_what_cannot_be_drawn_is_told(workspace: Workspace, chart: dict[str, Any], key: str, message: str) -> None:
    found = problems(workspace, chart)
    assert (key, message) in found or [message] == [each for _, each in found]
    assert len(found) == 1


def test_a_code_list_that_is_named_makes_a_field_coded(workspace: Workspace) -> None:
    assert problems(workspace, {"kind": "codes", "by": "note", "codelists": {"note": "district"}}) == []


def test_lines_of_a_chart_have_one_unit(workspace: Workspace) -> None:
    path = dataset_file(workspace).with_name("schema.json")
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["fields"].append(field("girth", "number", unit="cm"))
    path.write_text(json.dumps(schema), encoding="utf-8")
    assert problems(workspace, {"kind": "progress", "values": ["height", "girth"]}) == [
        ("charts[0].values", "check-chart-units")
    ]


def test_charts_over_periods_need_periods(workspace: Workspace) -> None:
    found = problems(workspace, {"kind": "rows"}, period="none", coverage=None)
    assert found == [("charts[0].kind", "check-chart-no-periods")]


def test_there_are_three_at_most(workspace: Workspace) -> None:
    assert problems(workspace, *[{"kind": "rows"}] * 4) == [("charts", "check-invalid-value")]
