from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from support import delivery, raw_table, tree_descriptor, tree_schema, write_registry

from pipelines.core.errors import DeliveryRejected
from pipelines.core.findings import Check
from pipelines.core.records import ValidatedTable
from pipelines.registry import Catalog, load_catalog
from pipelines.validate import FindingLog, ForeignTable, Validation, read_findings, validate

LABELS = [entry["name"] for entry in tree_schema()["fields"]]
GOOD = ["t1", "ginkgo", "999901", "12.50", "2020-03-01", "", "13800138000", "by the gate"]


Told = list[tuple[str, str | None, int | None]]


def run(tmp_path: Path, catalog: Catalog, rows: list[list[str | None]], labels: list[str] | None = None,
        previous: Path | None = None) -> tuple[ValidatedTable | None, Told]:  # fmt: skip
    folder = tmp_path / "work"
    folder.mkdir(exist_ok=True)
    raw = raw_table(folder / "raw.parquet", labels or LABELS, rows)
    districts = catalog.codelists["district"].rows
    validation_of = catalog.datasets["tree_inventory"]
    references = {
        "district": ForeignTable.of_records(lambda columns: [tuple(row[c] for c in columns) for row in districts])
    }
    table = None
    with FindingLog(folder) as log:
        try:
            table = validate(raw, Validation(validation_of, catalog, references, previous), log, folder)
        except DeliveryRejected as rejected:
            log.extend(rejected.findings)
    return table, [(f.rule, f.location.field, f.location.row) for f in read_findings(folder)]


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    loaded = load_catalog(write_registry(tmp_path / "registry"))
    assert loaded.problems == ()
    return loaded


def changed(**cells: str) -> list[str | None]:
    return [cells.get(label, cell) for label, cell in zip(LABELS, GOOD, strict=True)]


def test_valid_rows_are_typed_and_keep_their_coordinates(tmp_path: Path, catalog: Catalog) -> None:
    table, findings = run(tmp_path, catalog, [changed(), changed(tree_id="t2", height="")])
    assert findings == []
    assert table is not None and (table.rows, table.rows_quarantined) == (2, 0)
    stored = pq.read_table(table.parquet)
    assert stored.column_names == ["_file", "_sheet", "_row", *LABELS]
    assert str(stored.schema.field("height").type) == "decimal128(18, 2)"
    assert stored.column("_row").to_pylist() == [2, 3]
    assert stored.column("height").to_pylist()[1] is None


def test_each_faulty_row_is_quarantined_with_row_field_and_rule(tmp_path: Path, catalog: Catalog) -> None:
    rows = [
        changed(),
        changed(tree_id="t2"),
        changed(tree_id="t3"),
        changed(tree_id="t4"),
        changed(tree_id="t5"),
        changed(tree_id="t6"),
        changed(tree_id="t7", planted="2020-02-30"),
        changed(tree_id="t1"),
        changed(tree_id="t9", district="777777"),
        changed(tree_id="t10", felled="2019-01-01"),
        changed(tree_id="t11", height="1.234"),
    ]
    table, findings = run(tmp_path, catalog, rows)
    assert findings == [
        ("type-error", "planted", 8),
        ("primary-key", "tree_id", 9),
        ("foreign-key", "district", 10),
        ("type-error", "height", 12),
        ("row-constraint", "felled", 11),
    ]
    assert table is not None and (table.rows, table.rows_quarantined) == (6, 5)
    quarantined = pq.read_table(table.quarantine).to_pylist()
    assert [(row["_row"], row["rules"]) for row in quarantined] == [
        (8, ["type-error"]),
        (9, ["primary-key"]),
        (10, ["foreign-key"]),
        (11, ["row-constraint"]),
        (12, ["type-error"]),
    ]
    assert quarantined[0]["planted"] == "2020-02-30"
    assert table.unresolved_references


def test_columns_may_come_in_any_order_and_optional_ones_may_be_absent(tmp_path: Path, catalog: Catalog) -> None:
    labels = ["district", "tree_id", "surplus"]
    table, findings = run(tmp_path, catalog, [["999901", "t1", "x"]], labels)
    assert table is not None and table.rows == 1
    assert findings == [("extra-label", "surplus", 1)]


def test_a_missing_required_column_rejects_the_delivery(tmp_path: Path, catalog: Catalog) -> None:
    table, findings = run(tmp_path, catalog, [["t1"]], ["tree_id"])
    assert table is None
    assert findings == [("missing-label", "district", 1)]


def test_ragged_and_blank_rows_are_told_as_such(tmp_path: Path, catalog: Catalog) -> None:
    rows: list[list[str | None]] = [changed(tree_id=f"t{n}") for n in range(5)]
    rows += [[*changed(tree_id="t8"), "more"], ["t9", "pine", "999902"], [""] * len(LABELS)]
    _, findings = run(tmp_path, catalog, rows)
    assert findings[0] == ("extra-cell", None, 7)
    assert {rule for rule, _, row in findings if row == 8} == {"missing-cell"}
    assert {rule for rule, _, row in findings if row == 9} == {"blank-row", "primary-key"}


def test_too_many_faulty_rows_reject_the_delivery(tmp_path: Path, catalog: Catalog) -> None:
    table, findings = run(tmp_path, catalog, [changed(planted="x"), changed(planted="y", tree_id="t2")])
    assert table is None
    assert findings[-1][0] == "too-many-faulty-rows"


def test_values_of_withheld_fields_and_personal_look_alikes_are_not_told(tmp_path: Path, catalog: Catalog) -> None:
    good: list[list[str | None]] = [changed(tree_id=f"t{n}") for n in range(3)]
    bad = [changed(tree_id="b1", height="tall"), changed(tree_id="b2", height="mobile 13800138000")]
    run(tmp_path, catalog, good + bad)
    values = [finding.value for finding in read_findings(tmp_path / "work")]
    assert values == ["tall", None]


def test_drift_beyond_its_limits_is_reported(tmp_path: Path, catalog: Catalog) -> None:
    first, _ = run(tmp_path, catalog, [changed(tree_id=f"t{n}") for n in range(30)])
    assert first is not None
    previous = first.parquet.rename(tmp_path / "previous.parquet")
    table, findings = run(tmp_path, catalog, [changed()], previous=previous)
    assert table is not None
    assert [rule for rule, _, _ in findings] == ["drift"]


def test_expectations_run_over_aggregated_frames(tmp_path: Path) -> None:
    registry = write_registry(tmp_path / "registry")
    texts = {"zh": "树太高。", "en": "A tree is too tall."}
    suite = {
        "frames": [
            {
                "id": "heights",
                "sql": "SELECT district, max(height) AS tallest FROM delivery JOIN district d ON d.code = district "
                "GROUP BY 1",
                "expectations": [
                    {"type": "expect_column_values_to_be_between", "kwargs": {"column": "tallest", "max_value": 60},
                     "severity": "error", "message": texts, "remedy": texts},
                    {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "tallest"},
                     "message": texts, "remedy": texts},
                ],
            }
        ]
    }  # fmt: skip
    target = registry / "datasets" / "parks" / "tree_inventory" / "expectations.yaml"
    target.write_text(yaml.safe_dump(suite, allow_unicode=True), encoding="utf-8")
    catalog = load_catalog(registry)
    assert catalog.problems == ()
    table, findings = run(tmp_path, catalog, [changed(height="9")])
    assert table is not None and findings == []
    table, findings = run(tmp_path, catalog, [changed(height="99")])
    assert table is None
    assert findings == [("expect_column_values_to_be_between", "heights.tallest", None)]
    (finding,) = read_findings(tmp_path / "work")
    assert (finding.check, finding.value) == (Check.EXPECTATIONS, "99.0")
    assert finding.message.text("zh") == "树太高。"


def test_a_descriptor_is_not_changed_by_validation(catalog: Catalog) -> None:
    before = catalog.datasets["tree_inventory"].table_schema
    again = load_catalog(catalog.datasets["tree_inventory"].folder.parents[2])
    assert before == again.datasets["tree_inventory"].table_schema
    assert tree_descriptor()["id"] == delivery().key.dataset


def test_no_row_is_taken_for_a_header_and_ragged_rows_are_told_in_any_column_order(
    tmp_path: Path, catalog: Catalog
) -> None:
    """Wide or narrow rows must not make frictionless guess that the header stands elsewhere."""
    wide = [[*changed(tree_id=f"t{n}"), "", "", "", ""] for n in range(9)]
    table, findings = run(tmp_path, catalog, wide)
    assert table is None
    assert len([rule for rule, _, _ in findings if rule == "extra-cell"]) == 9 * 4
    short = [changed(tree_id=f"s{n}")[:5] for n in range(40)]
    table, findings = run(tmp_path, catalog, short)
    assert table is None
    assert {row for rule, _, row in findings if rule == "missing-cell"} == set(range(2, 42))
    labels = ["district", "tree_id", "surplus"]
    good: list[list[str | None]] = [["999901", f"t{n}", "x"] for n in range(3)]
    table, findings = run(tmp_path, catalog, [*good, ["999902"]], labels)
    assert table is not None and (table.rows, table.rows_quarantined) == (3, 1)
    assert ("missing-cell", "tree_id", 5) in findings


def test_unique_keys_are_enforced_though_frictionless_ignores_them(tmp_path: Path) -> None:
    schema = {**tree_schema(), "uniqueKeys": [["planted", "district"]]}
    catalog = load_catalog(write_registry(tmp_path / "registry", tree_inventory=(tree_descriptor(), schema)))
    rows = [changed(), changed(tree_id="t2"), changed(tree_id="t3", planted="2021-01-01")]
    table, findings = run(tmp_path, catalog, rows)
    assert findings == [("unique-key", "planted, district", 3)]
    assert table is not None and (table.rows, table.rows_quarantined) == (2, 1)


def test_a_label_that_looks_like_data_is_told_by_its_position(tmp_path: Path, catalog: Catalog) -> None:
    run(tmp_path, catalog, [["999901", "t1", "x"]], ["district", "tree_id", "note 13912345678"])
    (finding,) = read_findings(tmp_path / "work")
    assert (finding.rule, finding.location.field) == ("extra-label", "#3")
    assert "139" not in finding.message.text("en")
