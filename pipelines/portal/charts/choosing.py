"""Which charts a version gets: those declared for its dataset, else those that its public schema suggests; where that
says too little, as of a file that was never described in detail, those that its values suggest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
#: Texts whose values are counted, different values that one may have to tell rows apart by it, and rows that each of
#: them has at least on average.
_MOST_TEXTS, _MOST_VALUES, _LEAST_ROWS = 20, 50, 3

#: Tells how many different values fields have, roughly.
Distinct = Callable[[Sequence[str]], Sequence[int]]


def chosen(manifest: Manifest, wanted: Sequence[ChartDescriptor], distinct: Distinct) -> tuple[ChartDescriptor, ...]:
    """The charts to make of a version, at most three.

    What is declared of fields that this version does not have, or not as quantities, is passed over: the registry may
    have moved on since.

    Args:
        manifest: the version; it has rows.
        wanted: what is declared of its dataset.
        distinct: is asked only where neither that nor the schema names fields to tell rows apart by.
    """
    entries = {entry["name"]: entry for entry in manifest.schema["fields"]}
    usable = [chart for chart in wanted if _fits(chart, entries)]
    return tuple(usable or _suggested(manifest, entries, distinct))[:MOST_CHARTS]


def _fits(chart: ChartDescriptor, entries: Mapping[str, Mapping[str, Any]]) -> bool:
    return all(name in entries for name in chart.fields.values()) and all(
        entries[name]["type"] in _QUANTITIES for name in chart.quantities.values()
    )


def _suggested(
    manifest: Manifest, entries: Mapping[str, Mapping[str, Any]], distinct: Distinct
) -> list[ChartDescriptor]:
    """Charts of any dataset: its periods, its first coded field, and its first quantity."""
    quantity = _quantity(manifest, entries)
    found: list[ChartDescriptor] = []
    if len(manifest.segments) > 1 and quantity is None:
        found.append(RowsChart(kind="rows"))
    elif len(manifest.segments) > 1 and quantity is not None:
        measure = Measure.SUM if adds_up(entries[quantity].get("unit")) else Measure.MEDIAN
        found.append(ProgressChart(kind="progress", values=(quantity,), measure=measure))
    coded = _coded(entries) or _categories(manifest, entries, distinct)
    found += [CodesChart(kind="codes", by=name) for name in coded[: MOST_CHARTS - 1 - len(found)]]
    spread = quantity or _number(manifest, entries)
    if spread is not None:
        found.append(DistributionChart(kind="distribution", value=spread))
    return found


def _number(manifest: Manifest, entries: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The first number that nobody gave a unit; whole numbers may as well be identifiers or codes."""
    key = primary_key(manifest.schema)
    return next((name for name, entry in entries.items() if entry["type"] == "number" and name not in key), None)


def _categories(manifest: Manifest, entries: Mapping[str, Mapping[str, Any]], distinct: Distinct) -> list[str]:
    """The first text that puts many rows into few groups."""
    key = primary_key(manifest.schema)
    texts = [name for name, entry in entries.items() if entry["type"] == "string" and name not in key][:_MOST_TEXTS]
    rows = sum(segment.rows for segment in manifest.segments)
    counts = zip(texts, distinct(texts), strict=True) if texts else ()
    return [name for name, count in counts if 1 < count <= min(_MOST_VALUES, rows // _LEAST_ROWS)][:1]


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
