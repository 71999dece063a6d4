"""The benchmark of publishing: what it publishes is what was delivered, and its tables have the right figures."""

from __future__ import annotations

from pathlib import Path

from benchmarks.publish import cases, tables
from benchmarks.publish.files import Deliveries
from benchmarks.publish.fleet import measure_fleet
from pipelines.core.periods import PeriodClass


def test_the_first_publish_beside_a_bare_copy(tmp_path: Path) -> None:
    deliveries = Deliveries(tmp_path / "in", 5, departments=3)
    cases.write(deliveries, 2)
    bare = cases.bare(deliveries, tmp_path / "a", 2)
    first = cases.first(deliveries, tmp_path / "b", 2)
    assert first["rows"] == 5 * 3 * 2
    assert first["bytes"] == bare["bytes"]  # Small segments are one file, and the same one.
    lines = tables.first([bare, bare], [first, first]).splitlines()
    assert lines[0] == "### First publish of 30 rows"
    assert lines[-1].startswith("| ratio |")


def test_a_corrected_delivery_and_its_difference(tmp_path: Path) -> None:
    deliveries = Deliveries(tmp_path / "in", 20, departments=4)
    results = list(cases.corrections(deliveries, tmp_path / "data", [1, 2], 1))
    assert [(one["rows"], one["files"], one["files_read"], one["rows_changed"]) for one in results] == [
        (80, 1, 2, 2), (160, 2, 2, 2),
    ]  # fmt: skip
    assert "| 160 | 80 |" in tables.corrections(results)


def test_months_are_appended_and_corrected(tmp_path: Path) -> None:
    deliveries = Deliveries(tmp_path / "in", 20, departments=3, period_class=PeriodClass.MONTHLY)
    result = cases.months(deliveries, tmp_path / "data", 4)
    assert (result["versions"], result["corrections"], result["rows"]) == (4, 5, 4 * 60)
    assert result["objects"] > result["last"]
    assert "| 4 | 5 | 240 |" in tables.months(result)


def test_a_fleet_changes_where_it_is_told_to(tmp_path: Path) -> None:
    timers = measure_fleet(tmp_path, 2, 3)
    assert (
        tables.fleet({2: {name: {"cpu": one.cpu, "wall": one.wall} for name, one in timers.items()}}).count("\n") == 5
    )


def test_periods_are_named_as_their_class_names_them(tmp_path: Path) -> None:
    assert Deliveries(tmp_path, 1).periods(5)[::4] == ["2024-Q1", "2025-Q1"]
    assert Deliveries(tmp_path, 1, period_class=PeriodClass.MONTHLY).periods(2) == ["2025-01", "2025-02"]
