"""Bars divided by a coded field: by another coded field, or period by period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pipelines.catalog.metadata.texts import Texts, same
from pipelines.portal.charts.names import Names
from pipelines.portal.charts.queries import PERIOD, Cell
from pipelines.portal.charts.records import Chart, Stack, Stacks, Table, said
from pipelines.portal.charts.telling import Asked, cell, described, missing_note, scales_of, with_amount
from pipelines.registry.charts import CategoriesChart, StatusChart

#: Bars, and parts of a bar that are told apart; what is smaller counts as others.
MOST_STACKS, MOST_PARTS = 7, 5
#: Bars that a description names.
_NAMED = 3
#: Key of what has no place of its own; no value of a field is equal to it.
_OTHERS = object()


@dataclass
class _Crossed:
    """Figures by the keys of rows and of parts, in the order in which they are drawn."""

    cells: dict[tuple[Any, Any], Cell] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Sequence[tuple[bool, Any, bool, Any, Cell]]) -> _Crossed:
        return cls(
            {
                (_OTHERS if row_is_other else row, _OTHERS if part_is_other else part): figures
                for row_is_other, row, part_is_other, part, figures in found
            }
        )

    def keys(self, place: int, *, by_size: bool = True) -> list[Any]:
        """The keys of rows (0) or of parts (1), the largest first; others come last."""
        sums: dict[Any, tuple[Decimal, int]] = {}
        for key, figures in self.cells.items():
            amount, rows = sums.get(key[place], (Decimal(0), 0))
            sums[key[place]] = (amount + (figures.total or 0), rows + figures.rows)
        if not by_size:
            return sorted(sums, key=str)
        return sorted(sums, key=lambda key: (key is _OTHERS, -abs(sums[key][0]), -sums[key][1], str(key)))


def categories(asked: Asked, chart: CategoriesChart) -> Chart | None:
    """A quantity by two coded fields."""
    found = _Crossed.of(asked.rows.crossed(chart.rows, chart.by, chart.value, MOST_STACKS, MOST_PARTS))
    title = said(
        "charts-title-by-both",
        value=asked.names.title(chart.value), rows=asked.names.title(chart.rows), by=asked.names.title(chart.by),
    )  # fmt: skip
    rows = {key: _label(asked.names, chart.rows, key) for key in found.keys(0)}
    return _made(asked, chart, found, rows, title, chart.value)


def status(asked: Asked, chart: StatusChart) -> Chart | None:
    """How many rows have each value of a coded field, by period."""
    found = _Crossed.of(asked.rows.crossed(PERIOD, chart.by, None, len(asked.rows.segments), MOST_PARTS))
    rows = {key: same(str(key)) for key in found.keys(0, by_size=False)}
    title = said("charts-title-over-time", value=asked.names.title(chart.by))
    return _made(asked, chart, found, rows, title, None)


def _label(names: Names, name: str, key: Any) -> Texts:
    return said("charts-others") if key is _OTHERS else names.label(name, key)


def _made(
    asked: Asked,
    chart: CategoriesChart | StatusChart,
    found: _Crossed,
    rows: Mapping[Any, Texts],
    title: Texts,
    value: str | None,
) -> Chart | None:
    if not found.cells:
        return None
    parts = {key: _label(asked.names, chart.by, key) for key in found.keys(1)}
    stacks = tuple(_stack(found, key, label, list(parts)) for key, label in rows.items())
    scales = scales_of([stack.total for stack in stacks], asked.names.unit(value))
    largest = [with_amount(stack.label, stack.total, scales) for stack in stacks[:_NAMED]]
    missing = sum(figures.missing for figures in found.cells.values())
    figure = Stacks(tuple(parts.values()), stacks, scales)
    notes = missing_note(missing)
    if any(stack.is_partial for stack in stacks):
        notes.append(said("charts-partial"))
    description = described("charts-described-stacks", largest, len(stacks) - len(largest))
    return asked.made(chart.kind, title, figure, description, _table(asked, found, rows, parts, value), notes)


def _stack(found: _Crossed, row: Any, label: Texts, parts: Sequence[Any]) -> Stack:
    cells = [found.cells.get((row, part)) for part in parts]
    amounts = tuple(None if figures is None else figures.total for figures in cells)
    return Stack(label, amounts, any(figures is not None and figures.missing for figures in cells))


def _table(
    asked: Asked, found: _Crossed, rows: Mapping[Any, Texts], parts: Mapping[Any, Texts], value: str | None
) -> Table:
    """A row for each part of each bar, with the amount and the number of rows."""
    names, chart = asked.names, asked.chart
    first = said("charts-period") if isinstance(chart, StatusChart) else names.title(next(iter(chart.coded.values())))
    second = names.title([*chart.coded.values()][-1])
    is_missing = any(figures.missing for figures in found.cells.values())
    header = [first, second, *([names.with_unit(value)] if value else []), names.counted]
    header += [said("charts-without-value")] if is_missing else []
    lines = []
    for row, label in rows.items():
        for part, of in parts.items():
            figures = found.cells.get((row, part))
            if figures is None:
                continue
            line = [label, of, *([cell(figures.total)] if value else []), cell(figures.rows)]
            lines.append((*line, *([cell(figures.missing)] if is_missing else [])))
    return Table(tuple(header), tuple(lines), labels=2)
