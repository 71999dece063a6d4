"""Which charts a version gets: those declared for its dataset, else those that its public schema suggests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.portal.numbers import adds_up, is_currency
from pipelines.publish import Manifest
from pipelines.publish.schemas import primary_key
from pipelines.registry.charts import (
    MOST_CHARTS,
    ChartDescriptor,
    CodesChart,
    DistributionChart,
    Measure,
    ProgressChart,
    RowsChart,
)

_QUANTITIES = frozenset({"integer", "number"})


def chosen(manifest: Manifest, wanted: Sequence[ChartDescriptor]) -> tuple[ChartDescriptor, ...]:
    """The charts to make of a version, at most three.

    What is declared of fields that this version does not have, or not as quantities, is passed over: the registry may
    have moved on since.
    """
    if not any(segment.rows for segment in manifest.segments):
        return ()
    entries = {entry["name"]: entry for entry in manifest.schema["fields"]}
    usable = [chart for chart in wanted if _fits(chart, entries)]
    return tuple(usable or _suggested(manifest, entries))[:MOST_CHARTS]


def _fits(chart: ChartDescriptor, entries: Mapping[str, Mapping[str, Any]]) -> bool:
    return all(name in entries for name in chart.fields.values()) and all(
        entries[name]["type"] in _QUANTITIES for name in chart.quantities.values()
    )


def _suggested(manifest: Manifest, entries: Mapping[str, Mapping[str, Any]]) -> list[ChartDescriptor]:
    """Charts of any dataset: its periods, its first coded field, and its first quantity."""
    quantity = _quantity(manifest, entries)
    found: list[ChartDescriptor] = []
    if len(manifest.segments) > 1 and quantity is None:
        found.append(RowsChart(kind="rows"))
    elif len(manifest.segments) > 1 and quantity is not None:
        measure = Measure.SUM if adds_up(entries[quantity].get("unit")) else Measure.MEDIAN
        found.append(ProgressChart(kind="progress", values=(quantity,), measure=measure))
    found += [CodesChart(kind="codes", by=name) for name in _coded(entries)[: MOST_CHARTS - 1 - len(found)]]
    if quantity is not None:
        found.append(DistributionChart(kind="distribution", value=quantity))
    return found


def _quantity(manifest: Manifest, entries: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The first quantity with a unit, of money before others; one that is part of the key is none."""
    key = primary_key(manifest.schema)
    measured = [
        name
        for name, entry in entries.items()
        if entry["type"] in _QUANTITIES and entry.get("unit") and name not in key
    ]
    return next((name for name in measured if is_currency(entries[name]["unit"])), next(iter(measured), None))


def _coded(entries: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Fields with few values that have names; organisations and places, which most datasets have, come last."""
    named = [name for name, entry in entries.items() if _is_coded(entry)]
    return sorted(named, key=lambda name: entries[name].get("codelist") in _COMMON)


#: Code lists that say who or where, not what.
_COMMON = frozenset({"organisations", "districts"})


def _is_coded(entry: Mapping[str, Any]) -> bool:
    enum = (entry.get("constraints") or {}).get("enum") or ()
    return bool(entry.get("codelist") or entry.get("categories") or len(enum) > 1)
