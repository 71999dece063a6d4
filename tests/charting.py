"""Charts of small datasets in tests: their versions, and what is drawn of them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from publishing import add_candidate, public_schema, registry, release_now, workspace_with_registry
from pydantic import TypeAdapter
from support import field, tree_descriptor, tree_schema

from pipelines.core.messages import LANGUAGES
from pipelines.core.paths import Workspace
from pipelines.portal.charts import Chart, charts_of, svg
from pipelines.portal.charts.records import Bars, Stacks
from pipelines.publish import FolderStore, Manifest
from pipelines.registry.charts import ChartDescriptor

DATASET = "readings"
#: Bytes of a drawing at most.
MOST_BYTES = 12_000
_CHARTS: TypeAdapter[ChartDescriptor] = TypeAdapter(ChartDescriptor)


def fields(**more: Any) -> list[dict[str, Any]]:
    """The fields of a dataset of readings; further properties by the name of a field."""
    said: list[dict[str, Any]] = [
        {"name": "id", "constraints": {"required": True}},
        {"name": "place", "codelist": "district"},
        {"name": "state", "constraints": {"enum": ["open", "shut", "lost"]}},
        {"name": "amount", "kind": "number", "decimals": 2, "unit": "CNY"},
        {"name": "ratio", "kind": "number", "unit": "percent"},
        {"name": "count", "kind": "integer"},
    ]
    return [field(**{**entry, **more.get(entry["name"], {})}) for entry in said]


def version(folder: Path, periods: Mapping[str, Sequence[Sequence[Any]]], **more: Any) -> tuple[Workspace, Manifest]:
    """A released version with rows by period, in the order of :func:`fields`."""
    schema = {**tree_schema(), "fields": fields(**more), "primaryKey": ["id"]}
    schema["foreignKeys"] = []
    descriptor = {**tree_descriptor(), "id": DATASET, "row_constraints": [], "drift": []}
    workspace = workspace_with_registry(folder, readings=(descriptor, schema))
    for period, rows in periods.items():
        add_candidate(workspace, rows, dataset=DATASET, period=period, schema=public_schema(schema))
    (manifest,) = release_now(workspace, registry(workspace)).versions
    return workspace, manifest


def chart_of(**wanted: Any) -> ChartDescriptor:
    """A chart as it is declared."""
    return _CHARTS.validate_python(wanted)


def charts(made: tuple[Workspace, Manifest], *wanted: Mapping[str, Any], memory: str = "1GB") -> tuple[Chart, ...]:
    """The charts of a version, each of which can be drawn in both languages."""
    workspace, manifest = made
    declared = [chart_of(**each) for each in wanted]
    found = charts_of(
        FolderStore(workspace.catalog), manifest, declared, registry(workspace).tables, workspace.work, memory
    )
    for chart in found:
        for language in LANGUAGES:
            drawing(chart, language)
    return found


def chart(made: tuple[Workspace, Manifest], **wanted: Any) -> Chart:
    """The one chart that is declared."""
    (found,) = charts(made, wanted)
    return found


def drawing(chart: Chart, language: str = "en") -> ET.Element:
    """A chart as it is drawn: well-formed, small, without scripts or styles of its own."""
    written = svg(chart, language)
    assert len(written.encode()) <= MOST_BYTES
    root = ET.fromstring(written)  # noqa: S314 - made here
    names = {element.tag for element in root.iter()}
    assert names <= {"svg", "g", "title", "desc", "text", "rect", "line", "polyline", "circle"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not attributes & {"style", "href", "fill"} and not any(name.startswith("on") for name in attributes)
    title, description = (root.find(f"./{name}") for name in ("title", "desc"))
    assert title is not None and description is not None and title.text and description.text
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}" and root.get("role") == "img"
    for element in root.iter():
        for name in ("x", "width", "cx", "x1", "x2"):
            value = element.get(name, "")
            assert not value.endswith("%") or -0.01 <= float(value[:-1]) <= 100.01
    return root


def texts(root: ET.Element) -> list[str]:
    """The texts of a drawing, in their order."""
    return [element.text or "" for element in root.iter("text")]


def amounts(made: Chart) -> dict[str, Any]:
    """What is drawn, by its label in English: amounts of bars, parts of stacks."""
    figure = made.figure
    if isinstance(figure, Bars):
        return {bar.label["en"]: bar.amount for bar in figure.bars}
    if isinstance(figure, Stacks):
        return {stack.label["en"]: stack.parts for stack in figure.stacks}
    return {line.label["en"]: line.amounts for line in figure.lines}


def table(made: Chart, language: str = "en") -> list[list[str]]:
    """The table of a chart, its header first."""
    return [[cell[language] for cell in row] for row in (made.table.header, *made.table.rows)]
