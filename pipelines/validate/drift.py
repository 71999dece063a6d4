"""Drift: how far a delivery's size, sums and distributions are from the same department's last accepted delivery."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.core.findings import Check, Finding, Location
from pipelines.core.messages import Message
from pipelines.core.sql import identifier
from pipelines.registry import Dataset
from pipelines.registry.dataset import AbsenceDrift, Drift, RatioDrift, ShareDrift
from pipelines.validate.distributions import absence, shares
from pipelines.validate.explain import showable
from pipelines.validate.sandbox import sandbox

_REMEDY = Message("validate-drift-distribution-remedy")


def check_drift(typed: Path, previous: Path | None, dataset: Dataset, work: Path) -> Iterator[Finding]:
    """Compare each declared measure with the previous delivery; nothing to compare with is no finding."""
    if previous is None or not dataset.descriptor.drift:
        return
    with sandbox({"delivery": typed, "previous": previous}, {}, work) as connection:
        for drift in dataset.descriptor.drift:
            found = _measured(connection, drift, dataset)
            if found is not None:
                yield found


def _measured(connection: duckdb.DuckDBPyConnection, drift: Drift, dataset: Dataset) -> Finding | None:
    match drift:
        case RatioDrift():
            return _ratio(connection, drift)
        case ShareDrift():
            return _shares(connection, drift, dataset)
        case AbsenceDrift():
            return _absence(connection, drift)


def _shares(connection: duckdb.DuckDBPyConnection, drift: ShareDrift, dataset: Dataset) -> Finding | None:
    moved = shares(connection, drift.field)
    if moved.index <= drift.max_index or not moved.is_certain:
        return None
    index, limit = f"{moved.index:.3g}", f"{drift.max_index:g}"
    told = Message("validate-drift-shares", {"field": drift.field, "index": index, "limit": limit,
                                             "now": _percent(moved.now), "before": _percent(moved.before)})  # fmt: skip
    value = showable(dataset, drift.field, moved.category)
    return Finding(Check.DRIFT, "drift-shares", drift.severity, told, _REMEDY, Location(field=drift.field), value)


def _absence(connection: duckdb.DuckDBPyConnection, drift: AbsenceDrift) -> Finding | None:
    found = absence(connection, drift.field)
    if found.change <= drift.max_change or not found.is_certain:
        return None
    now, before, limit = (_percent(share) for share in (found.now, found.before, drift.max_change))
    told = Message("validate-drift-nulls", {"field": drift.field, "now": now, "before": before, "limit": limit})
    return Finding(Check.DRIFT, "drift-nulls", drift.severity, told, _REMEDY, Location(field=drift.field))


def _percent(share: float) -> str:
    return f"{100 * share:.3g}"


def _ratio(connection: duckdb.DuckDBPyConnection, drift: RatioDrift) -> Finding | None:
    now, before = (_measure(connection, view, drift.field) for view in ("delivery", "previous"))
    if before == 0 or drift.min_ratio <= now / before <= drift.max_ratio:
        return None
    ratio = now / before
    expected = f"{drift.min_ratio:g}-{drift.max_ratio:g}"
    # A ratio near a power of ten says that the unit is wrong, which people then look for first.
    unit = any(0.5 <= ratio / factor <= 2 for factor in (1e4, 1e-4, 1e3, 1e-3, 1e8, 1e-8))
    return Finding(
        Check.DRIFT,
        "drift",
        drift.severity,
        Message("validate-drift", {"measure": drift.measure, "ratio": f"{ratio:.4g}", "expected": expected}),
        Message("validate-drift-unit-remedy" if unit else "validate-drift-remedy"),
        Location(field=drift.field or None),
    )


def _measure(connection: duckdb.DuckDBPyConnection, view: str, field: str) -> float:
    """Rows of a view, or the sum of a field."""
    measure = f"coalesce(sum({identifier(field)}), 0)" if field else "count(*)"
    row = connection.execute(f"SELECT CAST({measure} AS DOUBLE) FROM {view}").fetchone()
    return float(row[0]) if row else 0.0
