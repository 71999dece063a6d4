"""The frames of the core datasets that reconcile across datasets, on rows made for the purpose."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shipped import CATALOG

from pipelines.validate.expectations.frames import Sources, computed
from pipelines.validate.typed import typed_schema

CIVIL = CATALOG.organisations["civil_affairs_bureau"].credit_code
Row = dict[str, Any]


def stored(path: Path, dataset: str, rows: list[Row]) -> Path:
    schema = typed_schema(CATALOG.datasets[dataset])
    exact = [{name: Decimal(value) if type(value) is int and pa.types.is_decimal(schema.field(name).type) else value
              for name, value in row.items()} for row in rows]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(exact, schema), path)
    return path


def frame(folder: Path, dataset: str, name: str, delivered: list[Row], budget: list[Row],
          earlier: list[Row] | None = None) -> Row:  # fmt: skip
    """The single row of a frame of ``dataset`` with these rows delivered, budgeted and delivered earlier."""
    of = CATALOG.datasets[dataset]
    assert of.expectations is not None
    datasets = {"department_budget": [stored(folder / "budget.parquet", "department_budget", budget)]}
    if earlier:
        datasets[dataset] = [stored(folder / "earlier.parquet", dataset, earlier)]
    delivery = stored(folder / "delivery.parquet", dataset, delivered)
    frames = [entry for entry in of.expectations.frames if entry.id == name]
    (found,) = computed(of, frames, Sources(delivery, None, datasets, CATALOG.tables), folder)
    assert found.data is not None, found.problem
    (row,) = found.data.to_dict("records")
    return {str(key): value for key, value in row.items()}


def payment(period: str, amount: int, function: str = "2081901") -> Row:
    return {"payment_period": period, "funding_organisation_code": CIVIL, "function_code": function,
            "disbursed_amount": amount}  # fmt: skip


def line(amount: int, phase: str = "approved", year: int = 2026, function: str = "2081901", **more: Any) -> Row:
    return {"fiscal_year": year, "agency_id": "civil_affairs_bureau", "direction": "expenditure", "phase": phase,
            "function_code": function, "amount": amount, **more}  # fmt: skip


@pytest.mark.parametrize(
    ("delivered", "earlier", "budget", "overspent", "unbudgeted"),
    [
        ([payment("2026-Q1", 100)], [], [line(60), line(40)], 0, 0),
        ([payment("2026-Q1", 101)], [], [line(60), line(40)], 1, 0),
        ([payment("2026-Q2", 60)], [payment("2026-Q1", 60)], [line(100)], 1, 0),
        ([payment("2026-Q1", 60)], [payment("2025-Q4", 60)], [line(100)], 0, 0),
        ([payment("2026-Q1", 150)], [], [line(100), line(200, "adjusted")], 0, 0),
        ([payment("2026-Q1", 150)], [], [line(200), line(100, "adjusted")], 1, 0),
        ([payment("2026-Q1", 150)], [], [line(200, "proposed"), line(100, year=2025)], 0, 0),
        ([payment("2026-Q1", 1, "2081902")], [], [line(100)], 0, 1),
        ([payment("2026-Q1", 1)], [], [line(100), line(100, "adjusted", function="2081902")], 0, 1),
        ([payment("2026-Q1", 9)], [], [{**line(1), "agency_id": "emergency_bureau"}], 0, 0),
    ],
)
def test_subsidies_keep_within_the_budget_of_their_item(
    delivered: list[Row], earlier: list[Row], budget: list[Row], overspent: int, unbudgeted: int, tmp_path: Path
) -> None:
    row = frame(tmp_path, "subsidy_distribution", "within_budget", delivered, budget, earlier)
    assert row == {"overspent": overspent, "unbudgeted": unbudgeted}


CODE = "2401-580102-04-01-000001"


@pytest.mark.parametrize(
    ("budget", "exceeding"),
    [
        ([line(40, year=2025, project_code=CODE), line(60, project_code=CODE)], 0),
        ([line(40, year=2025, project_code=CODE), line(61, project_code=CODE)], 1),
        ([line(90, project_code=CODE), line(101, "adjusted", project_code=CODE)], 1),
        ([line(110, project_code=CODE), line(100, "adjusted", project_code=CODE)], 0),
        ([line(900, "final", project_code=CODE), line(900, project_code="other"), line(900)], 0),
    ],
)
def test_appropriations_keep_within_a_projects_investment(budget: list[Row], exceeding: int, tmp_path: Path) -> None:
    delivered = [{"project_code": CODE, "budget_amount": 100} for _ in range(2)]
    row = frame(tmp_path, "project_progress", "appropriated_within_investment", delivered, budget)
    assert row == {"exceeding": exceeding}
