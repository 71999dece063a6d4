"""Rows of a delivery judged by the engine: whatever it finds is told in the report's terms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from support import field, raw_table, tree_descriptor, tree_schema, write_registry

from pipelines.core.errors import DeliveryRejected
from pipelines.core.findings import Finding
from pipelines.core.records import ValidatedTable
from pipelines.registry import Catalog, load_catalog
from pipelines.validate import FindingLog, ForeignTable, Validation, patterns, read_findings, validate
from pipelines.validate.references import with_lookups
from pipelines.validate.rows import Coordinates

Rows = list[list[str | None]]
Judged = tuple[ValidatedTable | None, list[Finding], FindingLog]


def registry(folder: Path, fields: list[dict[str, Any]], **more: Any) -> Catalog:
    """``tree_inventory`` with ``tree_id`` and the given fields."""
    schema = {**tree_schema(), "fields": [field("tree_id", constraints={"required": True}), *fields],
              "foreignKeys": [], **more}  # fmt: skip
    descriptor = {**tree_descriptor(), "row_constraints": []}
    catalog = load_catalog(write_registry(folder / "registry", tree_inventory=(descriptor, schema)))
    assert [problem.message.text() for problem in catalog.problems] == []
    return catalog


def judged(
    folder: Path, catalog: Catalog, labels: list[str], rows: Rows, references: dict[str, ForeignTable] | None = None
) -> tuple[ValidatedTable | None, list[Finding], FindingLog]:
    work = folder / "work"
    work.mkdir()
    raw = raw_table(work / "raw.parquet", labels, rows)
    validation = Validation(catalog.datasets["tree_inventory"], catalog, references or {}, None)
    table = None
    with FindingLog(work) as log:
        try:
            table = validate(raw, validation, log, work)
        except DeliveryRejected as rejected:
            log.extend(rejected.findings)
    return table, list(read_findings(work)), log


def test_categories_and_json_schemas_are_checked_and_explained(tmp_path: Path) -> None:
    profile = {"type": "object", "required": ["trunk"]}
    catalog = registry(tmp_path, [
        field("health", categories=["good", {"value": "poor", "label": "差"}]),
        field("measures", "object", constraints={"jsonSchema": profile}),
    ])  # fmt: skip
    rows: Rows = [["t1", "good", '{"trunk": 1}'], ["t2", "dead", '{"trunk": 1}'], ["t3", "poor", '{"crown": 1}'],
                  ["t4", "poor", ""]]  # fmt: skip
    table, findings, _ = judged(tmp_path, catalog, ["tree_id", "health", "measures"], rows)
    assert [(f.rule, f.location.field, f.location.row, f.value) for f in findings] == [
        ("category", "health", 3, "dead"),
        ("json-schema", "measures", 4, None),
    ]
    assert findings[0].remedy.text("en") == "Use one of: good, poor."
    assert table is not None and (table.rows, table.rows_quarantined) == (2, 2)


def test_a_repeated_unique_key_names_the_earlier_row_in_the_delivered_file(tmp_path: Path) -> None:
    catalog = registry(tmp_path, [field("plot", "integer")], uniqueKeys=[["plot"]])
    table, (finding,), _ = judged(tmp_path, catalog, ["plot", "tree_id"],
                                  [["1", "t1"], ["", "t2"], ["", "t3"], ["01", "t4"]])  # fmt: skip
    assert (finding.rule, finding.location.row) == ("unique-key", 5)
    assert finding.message.text("en") == "The unique key (plot) is the same as in row 2 of trees.csv."
    assert table is not None and pq.read_table(table.parquet).column("plot").to_pylist() == [1, None, None]


def test_what_the_engine_cannot_certify_goes_to_frictionless_and_the_report_says_so(tmp_path: Path) -> None:
    (tmp_path / "fast").mkdir()
    (tmp_path / "odd").mkdir()
    fast = registry(tmp_path / "fast", [field("height", "number", decimals=2)])
    _, _, log = judged(tmp_path / "fast", fast, ["tree_id", "height"], [["t1", "1.5"]])
    assert (log.engine, log.engine_reason) == ("fast", None)
    odd = registry(tmp_path / "odd", [field("felled_at", "time")], primaryKey=["felled_at"])
    rows: Rows = [["t1", "10:00:00"], ["t2", "11:00:00"], ["t3", "10:00:00"], ["t4", "x"]]
    table, findings, log = judged(tmp_path / "odd", odd, ["tree_id", "felled_at"], rows)
    assert log.engine == "reference" and log.engine_reason is not None
    assert [log.engine_reason.text(language) for language in ("en", "zh")] == ["a key of type time", "键的类型为 time"]
    assert [(f.rule, f.location.row) for f in findings] == [
        ("primary-key", 4), ("type-error", 5), ("primary-key", 5),
    ]  # fmt: skip
    assert table is not None and table.rows == 2


def test_values_that_python_cannot_compare_reject_the_delivery_with_their_row(tmp_path: Path) -> None:
    catalog = registry(tmp_path, [field("height", "number")], primaryKey=["height"])
    table, findings, _ = judged(tmp_path, catalog, ["tree_id", "height"], [["t1", "1"], ["t2", "sNaN"]])
    assert table is None
    assert [(f.rule, f.location.row) for f in findings] == [("reference-failed", 3)]
    assert "sNaN" not in findings[0].message.text("en")


def test_a_pattern_that_would_take_years_rejects_the_delivery_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patterns, "SECONDS", 0.05)
    # Without the look-ahead, which RE2 does not know, the pattern would be decided in linear time.
    catalog = registry(tmp_path, [field("plot", constraints={"pattern": "(?=a)(a+)+b"})])
    table, findings, _ = judged(tmp_path, catalog, ["tree_id", "plot"], [["t1", "aab"], ["t2", "a" * 60]])
    assert table is None
    assert [(f.rule, f.location.field) for f in findings] == [("pattern-too-slow", "plot")]
    assert "plot" in findings[0].message.text("en") and "aaa" not in findings[0].message.text("en")


@pytest.mark.parametrize("width", [1, 2])
def test_foreign_keys_are_looked_up_by_cast_value_in_any_number_of_fields(tmp_path: Path, width: int) -> None:
    names = ["district", "plot"][:width]
    key = {"fields": names, "reference": {"resource": "plots", "fields": names}}
    fields = [field("district"), field("plot", "integer")]
    other = ({**tree_descriptor(), "id": "plots", "row_constraints": []},
             {**tree_schema(), "fields": [field("district"), field("plot", "integer")], "primaryKey": ["district"],
              "foreignKeys": []})  # fmt: skip
    schema = {**tree_schema(), "fields": [field("tree_id"), *fields], "foreignKeys": [key]}
    descriptor = {**tree_descriptor(), "row_constraints": []}
    catalog = load_catalog(write_registry(tmp_path / "registry", tree_inventory=(descriptor, schema), plots=other))
    records = [{"district": "e", "plot": "1"}, {"district": "w", "plot": "02"}]
    table = ForeignTable.of_records(lambda columns: [tuple(record[name] for name in columns) for record in records])
    rows: Rows = [["t1", "e", "01"], ["t2", "w", "2"], ["t3", "n", "1"], ["t4", "", ""]]
    _, findings, _ = judged(tmp_path, catalog, ["tree_id", "district", "plot"], rows, {"plots": table})
    assert [(f.rule, f.location.field, f.location.row) for f in findings if f.rule == "foreign-key"] == [
        ("foreign-key", ", ".join(names), 4)
    ]


def test_a_reference_to_an_own_column_that_was_not_delivered_is_unresolved(tmp_path: Path) -> None:
    key = {"fields": ["parent"], "reference": {"resource": "tree_inventory", "fields": ["code"]}}
    catalog = registry(tmp_path, [field("parent"), field("code")], foreignKeys=[key])
    _, findings, _ = judged(tmp_path, catalog, ["tree_id", "parent"], [["t1", "a"], ["t2", ""]])
    assert [(f.rule, f.location.row) for f in findings] == [("foreign-key", 2)]


def test_repeated_keys_name_their_row_wherever_the_raw_table_keeps_it(tmp_path: Path) -> None:
    raw = raw_table(tmp_path / "raw.parquet", ["tree_id"], [[f"t{number}"] for number in range(50)])
    table = pq.read_table(raw.parquet)
    pq.write_table(table, raw.parquet, row_group_size=7)
    coordinates = Coordinates(raw)
    assert [coordinates.of(ordinal) for ordinal in (0, 6, 7, 49)] == [
        ("trees.csv", 2), ("trees.csv", 8), ("trees.csv", 9), ("trees.csv", 51),
    ]  # fmt: skip


def sizes() -> tuple[dict[str, Any], dict[str, Any]]:
    """A dataset to refer to."""
    schema = {**tree_schema(), "fields": [field("size", "number")], "primaryKey": ["size"], "foreignKeys": []}
    return {**tree_descriptor(), "id": "sizes", "row_constraints": []}, schema


def test_fields_that_are_read_differently_get_look_ups_of_their_own(tmp_path: Path) -> None:
    names = ["size", "width", "depth", "height"]
    schema = {**tree_schema(), "fields": [
        field("tree_id"),
        field("size", "number", decimalChar=",", groupChar="."),
        field("width", "number", groupChar=","),
        field("depth", "number", groupChar=",", constraints={"minimum": 0}),
        field("height", "number", missingValues=["none"], groupChar=","),
    ], "foreignKeys": [{"fields": [name], "reference": {"resource": "sizes", "fields": ["size"]}} for name in names],
    }  # fmt: skip
    descriptor = {**tree_descriptor(), "row_constraints": []}
    catalog = load_catalog(write_registry(tmp_path / "registry", tree_inventory=(descriptor, schema), sizes=sizes()))
    assert catalog.problems == ()
    table = ForeignTable.of_records(lambda _: [("1.000",), ("2,5",)])
    made, lookups = with_lookups(catalog.datasets["tree_inventory"], {"sizes": table})
    used = [key["reference"]["resource"] for key in made["foreignKeys"]]
    assert used == ["lookup-0", "lookup-1", "lookup-1", "lookup-2"] and set(lookups) == set(used)
    rows: Rows = [
        ["t1", "1.000", "1.000", "25", "1"],
        ["t2", "2,5", "2.5", "1", "none"],
        ["t3", "1", "1000", "25", "25"],
    ]
    _, findings, log = judged(tmp_path, catalog, ["tree_id", *names], rows, {"sizes": table})
    assert log.engine == "fast"
    assert [(f.location.row, f.location.field) for f in findings if f.rule == "foreign-key"] == [
        (3, "width"), (4, "size"), (4, "width"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "described", "seen"),
    [
        ("number", {"type": "number"}, {"type": "number"}),
        ("integer", {"type": "number"}, {"type": "number"}),
        ("string", {"type": "number"}, None),
        ("date", {"type": "string"}, None),
    ],
)
def test_a_table_says_how_it_is_written_where_its_values_compare(
    tmp_path: Path, kind: str, described: dict[str, Any], seen: dict[str, Any] | None
) -> None:
    key = {"fields": ["size"], "reference": {"resource": "sizes", "fields": ["size"]}}
    schema = {**tree_schema(), "fields": [field("tree_id"), field("size", kind)], "foreignKeys": [key]}
    descriptor = {**tree_descriptor(), "row_constraints": []}
    catalog = load_catalog(write_registry(tmp_path, tree_inventory=(descriptor, schema), sizes=sizes()))
    table = ForeignTable.of_records(lambda _: [], {"size": described})
    _, lookups = with_lookups(catalog.datasets["tree_inventory"], {"sizes": table})
    assert lookups["lookup-0"].fields.get("size") == seen


def test_row_constraints_are_told_row_by_row_and_what_is_unknown_passes(tmp_path: Path) -> None:
    def rule(name: str, check: str, severity: str = "error") -> dict[str, Any]:
        text = {"zh": name, "en": name}
        return {"id": name, "field": "height", "check": check, "severity": severity, "message": text, "remedy": text}

    schema = {**tree_schema(), "fields": [field("tree_id"), field("height", "integer"), field("crown", "integer")],
              "foreignKeys": []}  # fmt: skip
    rules = [rule("grown", "height > 0"), rule("narrow", "crown <= height", "warning"), rule("tree", "height < 100")]
    descriptor = {**tree_descriptor(), "row_constraints": rules}
    catalog = load_catalog(write_registry(tmp_path / "registry", tree_inventory=(descriptor, schema)))
    rows: Rows = [["t1", "500", "501"], ["t2", "0", "9"], ["t3", "", "3"], ["t4", "5", ""], ["t5", "3", "2"]]
    _, findings, _ = judged(tmp_path, catalog, ["tree_id", "height", "crown"], rows)
    told = [(f.location.row, f.message.params["en"]) for f in findings if f.rule == "row-constraint"]
    assert told == [(2, "narrow"), (2, "tree"), (3, "grown"), (3, "narrow")]
