"""Quantities and numbers of rows over periods: lines, or bars where there are few points."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pipelines.catalog.metadata.texts import Texts, same
from pipelines.portal.charts.names import enumerated, in_a_row
from pipelines.portal.charts.queries import PERIOD, Cell
from pipelines.portal.charts.records import Bar, Bars, Chart, Line, Lines, Scales, Table, said
from pipelines.portal.charts.telling import Asked, cell, exactly, missing_note, rounded, scales_of, with_amount
from pipelines.registry.charts import Measure, ProgressChart

#: So many periods of one quantity are bars: their amounts can be read.
_MOST_BARS = 8


def progress(asked: Asked, chart: ProgressChart) -> Chart | None:
    """Quantities over periods; ``None`` where no period has a value."""
    found = asked.rows.measured(chart.values, chart.measure)
    points = [segment.period for segment in asked.rows.segments]
    empty = Cell(0, 0, None)
    told = exactly if chart.measure is Measure.SUM else rounded
    lines = [
        Line(asked.names.title(name), tuple(told(found.get((point, place), empty).total) for point in points))
        for place, name in enumerate(chart.values)
    ]
    titles = in_a_row([line.label for line in lines])
    title = said("charts-title-measured", value=titles, measure=chart.measure.value)
    columns = [asked.names.with_unit(name) for name in chart.values]
    missing = sum(figures.missing for figures in found.values())
    return _made(asked, points, lines, columns, title, asked.names.unit(chart.values[0]), missing)


def rows(asked: Asked) -> Chart | None:
    """How many rows each period has."""
    found = {period: Decimal(figures.rows) for period, figures in asked.rows.grouped(PERIOD, None)[0]}
    points = [segment.period for segment in asked.rows.segments]
    counts = Line(asked.names.counted, tuple(found.get(point, Decimal(0)) for point in points))
    title = said("charts-title-over-time", value=counts.label)
    return _made(asked, points, [counts], [counts.label], title, None, 0)


def _made(
    asked: Asked,
    points: Sequence[str],
    lines: Sequence[Line],
    columns: Sequence[Texts],
    title: Texts,
    unit: str | None,
    missing: int,
) -> Chart | None:
    amounts = [amount for line in lines for amount in line.amounts]
    if all(amount is None for amount in amounts):
        return None
    scales = scales_of(amounts, unit)
    table = Table(
        (said("charts-period"), *columns),
        tuple(
            (same(point), *(cell(line.amounts[place]) for line in lines)) for place, point in enumerate(points)
        ),
    )  # fmt: skip
    return asked.made(
        asked.chart.kind,
        title,
        _figure(points, lines, scales),
        enumerated([_course(points, line, scales) for line in lines]),
        table,
        missing_note(missing),
    )


def _figure(points: Sequence[str], lines: Sequence[Line], scales: Scales) -> Bars | Lines:
    if len(points) == 1:
        return Bars(tuple(Bar(line.label, line.amounts[0]) for line in lines), scales)
    if len(lines) == 1 and len(points) <= _MOST_BARS:
        bars = zip(points, lines[0].amounts, strict=True)
        return Bars(tuple(Bar(same(point), amount) for point, amount in bars), scales)
    return Lines(tuple(points), tuple(lines), scales)


def _course(points: Sequence[str], line: Line, scales: Scales) -> Texts:
    """Where a line begins and where it ends."""
    known = [(point, amount) for point, amount in zip(points, line.amounts, strict=True) if amount is not None]
    if not known:
        return with_amount(line.label, None, scales)
    ends = [with_amount(same(point), amount, scales) for point, amount in dict.fromkeys((known[0], known[-1]))]
    return said("charts-course", label=line.label, ends=in_a_row(ends))
