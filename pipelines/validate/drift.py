"""Drift: how far a delivery's size and sums are from the same department's last accepted delivery."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.core.findings import Check, Finding, Location
from pipelines.core.messages import Message
from pipelines.core.sql import identifier
from pipelines.registry import Dataset
from pipelines.registry.dataset import Drift
from pipelines.validate.sandbox import sandbox


def check_drift(typed: Path, previous: Path | None, dataset: Dataset, work: Path) -> Iterator[Finding]:
    """Compare each declared measure with the previous delivery; nothing to compare with is no finding."""
    if previous is None or not dataset.descriptor.drift:
        return
    with sandbox({"delivery": typed, "previous": previous}, {}, work) as connection:
        for drift in dataset.descriptor.drift:
            now, before = (_measure(connection, view, drift) for view in ("delivery", "previous"))
            if before == 0:
                continue
            ratio = now / before
            if not drift.min_ratio <= ratio <= drift.max_ratio:
                yield _finding(drift, ratio)


def _measure(connection: duckdb.DuckDBPyConnection, view: str, drift: Drift) -> float:
    measure = "count(*)" if drift.measure == "rows" else f"coalesce(sum({identifier(drift.measure[4:-1])}), 0)"
    row = connection.execute(f"SELECT CAST({measure} AS DOUBLE) FROM {view}").fetchone()
    return float(row[0]) if row else 0.0


def _finding(drift: Drift, ratio: float) -> Finding:
    field = None if drift.measure == "rows" else drift.measure[4:-1]
    expected = f"{drift.min_ratio:g}-{drift.max_ratio:g}"
    # A ratio near a power of ten says that the unit is wrong, which people then look for first.
    unit = any(0.5 <= ratio / factor <= 2 for factor in (1e4, 1e-4, 1e3, 1e-3, 1e8, 1e-8))
    return Finding(
        Check.DRIFT,
        "drift",
        drift.severity,
        Message("validate-drift", {"measure": drift.measure, "ratio": f"{ratio:.4g}", "expected": expected}),
        Message("validate-drift-unit-remedy" if unit else "validate-drift-remedy"),
        Location(field=field),
    )
