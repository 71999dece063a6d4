from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import WITHHELD, field, tree_descriptor, tree_schema, write_registry

from pipelines.core.findings import Check, Finding, Severity
from pipelines.registry import Catalog, load_catalog
from pipelines.validate.distributions import absence, shares
from pipelines.validate.drift import check_drift
from pipelines.validate.typed import typed_schema

Row = dict[str, Any]


def registry(folder: Path, drift: list[dict[str, Any]]) -> Catalog:
    """The dataset ``tree_inventory`` with these entries under ``drift`` and a withheld field with an enum."""
    schema = tree_schema()
    keeper = field("keeper", constraints={"enum": ["Li Wei", "Wang Fang"]},
                   disclosure={**WITHHELD, "treatment": {"type": "drop"}})  # fmt: skip
    schema["fields"] = [*schema["fields"], keeper]
    return load_catalog(write_registry(folder, tree_inventory=({**tree_descriptor(), "drift": drift}, schema)))


def found(folder: Path, drift: list[dict[str, Any]], now: Sequence[Row], before: Sequence[Row]) -> list[Finding]:
    """What two deliveries with these rows differ in."""
    catalog = registry(folder / "registry", drift)
    assert catalog.problems == ()
    dataset = catalog.datasets["tree_inventory"]
    folder.mkdir(exist_ok=True)
    schema = typed_schema(dataset)
    for name, rows in (("now", now), ("before", before)):
        table = pa.Table.from_pylist([{column: row.get(column) for column in schema.names} for row in rows], schema)
        pq.write_table(table, folder / f"{name}.parquet")
    return list(check_drift(folder / "now.parquet", folder / "before.parquet", dataset, folder))


def trees(**counts: int) -> list[Row]:
    return [
        {"tree_id": f"{species}-{n}", "species": species} for species, count in counts.items() for n in range(count)
    ]


SPECIES = [{"measure": "shares(species)", "max_index": 0.25, "severity": "error"}]


def test_the_index_is_the_sum_over_all_values_and_names_the_one_that_moved_most() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE delivery AS SELECT unnest(['a', 'a', 'a', 'b', NULL]) AS kind")
        connection.execute("CREATE TABLE previous AS SELECT unnest(['a', 'b', 'b', 'b', 'c', 'c']) AS kind")
        moved = shares(connection, "kind")
    here, there = [3, 1, 0, 1], [1, 3, 2, 0]
    p = [(count + 0.5) / (5 + 0.5 * 4) for count in here]
    q = [(count + 0.5) / (6 + 0.5 * 4) for count in there]
    assert moved.index == pytest.approx(sum((a - b) * math.log(a / b) for a, b in zip(p, q, strict=True)))
    assert (moved.categories, moved.rows, moved.previous_rows) == (4, 5, 6)
    assert (moved.category, moved.now) == ("c", 0)
    assert moved.before == pytest.approx(1 / 3)


def test_a_field_without_rows_has_not_moved() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE delivery (kind VARCHAR)")
        connection.execute("CREATE TABLE previous (kind VARCHAR)")
        assert (shares(connection, "kind").index, shares(connection, "kind").is_certain) == (0.0, False)
        assert (absence(connection, "kind").change, absence(connection, "kind").is_certain) == (0.0, False)


def test_moved_shares_are_told_with_index_shares_and_code(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, SPECIES, trees(ginkgo=80, willow=20), trees(ginkgo=20, willow=80))
    assert (finding.check, finding.rule, finding.severity) == (Check.DRIFT, "drift-shares", Severity.ERROR)
    assert (finding.location.field, finding.value) == ("species", "ginkgo")
    assert finding.message.params["before"] == "20" and finding.message.params["now"] == "80"
    assert float(str(finding.message.params["index"])) == pytest.approx(2 * 0.6 * math.log(4), rel=0.05)


def test_shares_within_the_limit_are_no_finding(tmp_path: Path) -> None:
    assert found(tmp_path, SPECIES, trees(ginkgo=60, willow=40), trees(ginkgo=50, willow=50)) == []


def test_what_chance_explains_is_no_finding(tmp_path: Path) -> None:
    few = trees(ginkgo=3, willow=1), trees(ginkgo=1, willow=2)
    assert found(tmp_path, SPECIES, *few) == []
    nulls = [{"measure": "nulls(species)", "max_change": 0.1}]
    assert found(tmp_path / "nulls", nulls, [{"tree_id": "1"}, *trees(pine=2)], trees(pine=3)) == []


def test_a_value_of_a_field_that_is_not_active_is_never_told(tmp_path: Path) -> None:
    now = [{"tree_id": str(n), "keeper": "Li Wei"} for n in range(50)]
    before = [{"tree_id": str(n), "keeper": "Wang Fang"} for n in range(50)]
    (finding,) = found(tmp_path, [{"measure": "shares(keeper)"}], now, before)
    assert (finding.rule, finding.location.field, finding.value) == ("drift-shares", "keeper", None)
    told = str(finding.as_dict())
    assert "Li Wei" not in told and "Wang Fang" not in told


def test_a_field_that_is_absent_more_often_or_less_often_is_told(tmp_path: Path) -> None:
    drift = [{"measure": "nulls(species)", "max_change": 0.2}]
    absent: list[Row] = [{"tree_id": str(n)} for n in range(50)]
    full = trees(pine=100)
    for name, now, before, share in (("more", [*absent, *full], full, "33.3"), ("less", full, [*absent, *full], "0")):
        (finding,) = found(tmp_path / name, drift, now, before)
        assert (finding.rule, finding.severity, finding.value) == ("drift-nulls", Severity.WARNING, None)
        assert (finding.message.params["now"], finding.message.params["limit"]) == (share, "20")
    assert found(tmp_path / "same", drift, full, full) == []


def test_check_tells_entries_that_cannot_be_measured(tmp_path: Path) -> None:
    def messages(name: str, *drift: dict[str, Any]) -> list[tuple[str, str]]:
        problems = registry(tmp_path / name, [*drift]).problems
        return [(problem.key, problem.message.id) for problem in problems]

    assert messages("text", {"measure": "shares(note)"}) == [("drift[0].measure", "check-not-categorical")]
    assert messages("field", {"measure": "nulls(x)", "max_change": 0.1}) == [
        ("drift[0].measure", "check-unknown-field")
    ]
    assert messages("odd", {"measure": "median(height)", "min_ratio": 0.5, "max_ratio": 2}) == [
        ("drift[0].measure", "check-invalid-value")
    ]
    assert messages("mixed", {"measure": "nulls(note)", "max_ratio": 2}) == [
        ("drift[0].max_change", "check-missing-key"),
        ("drift[0].max_ratio", "check-unknown-key"),
    ]
