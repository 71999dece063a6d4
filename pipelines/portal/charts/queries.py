"""Figures over the published rows of a version, worked out by DuckDB: aggregates only, a few statements a chart.

Sums of DECIMAL and of whole numbers are exact. NaN and infinite values count as missing. What has too many different
values to be held spills into the work folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import duckdb

from pipelines.catalog.downloads.rows import version_rows
from pipelines.core.sql import identifier, is_one_of, literal
from pipelines.publish import Manifest, Segment, Store
from pipelines.publish.schemas import columns
from pipelines.registry.charts import ChartDescriptor, Measure

#: Column of the period that a row belongs to; no field has such a name.
PERIOD = "_period"
#: Codes of a tree that are told apart; further ones, the smallest, count as others.
MOST_CODES = 2000


@dataclass(frozen=True)
class Cell:
    """A group of rows: how many there are, how many have a value, and the values' sum (``None``: none has)."""

    rows: int
    present: int
    total: Decimal | None

    @property
    def missing(self) -> int:
        """Rows without a value."""
        return self.rows - self.present


@dataclass(frozen=True)
class Spread:
    """What values of a quantity there are. ``low``, ``high``: a hundredth of them lies below, and above, roughly."""

    rows: int
    present: int
    smallest: Decimal | None
    largest: Decimal | None
    low: Decimal | None
    high: Decimal | None


def decimal(value: Any) -> Decimal | None:
    """A number of DuckDB; ``None`` where it is none, or was too large for one."""
    if value is None:
        return None
    amount = value if isinstance(value, Decimal) else Decimal(repr(value))
    return amount if amount.is_finite() else None


def distinct(
    connection: duckdb.DuckDBPyConnection, store: Store, manifest: Manifest, fields: Sequence[str]
) -> Sequence[int]:
    """How many different values each of these fields has in a version, roughly (HyperLogLog)."""
    counts = ", ".join(f"approx_count_distinct({identifier(name)})" for name in fields)
    found: Sequence[int] = connection.execute(f"SELECT {counts} FROM ({version_rows(store, manifest)})").fetchall()[0]
    return found


@dataclass(frozen=True)
class Rows:
    """The rows that a chart is about."""

    connection: duckdb.DuckDBPyConnection
    store: Store
    manifest: Manifest
    segments: tuple[Segment, ...]
    chart: ChartDescriptor

    def grouped(self, by: str, value: str | None) -> tuple[list[tuple[Any, Cell]], Cell]:
        """Figures by the values of a field, the largest first, at most :data:`MOST_CODES`; and of all rows."""
        found = self._run(
            f"SELECT grouping(k), k, {_FIGURES} FROM ({self._select([by], value, k=by)}) "
            f"GROUP BY GROUPING SETS ((k), ()) "
            f"ORDER BY 1 DESC, abs(sum(v)) DESC NULLS LAST, count(*) DESC, k LIMIT {MOST_CODES + 1}"
        )
        ((_, _, *whole), *rest) = found
        return [(key, _cell(figures)) for _, key, *figures in rest], _cell(whole)

    def crossed(
        self, rows: str, by: str, value: str | None, most_rows: int, most_parts: int
    ) -> list[tuple[bool, Any, bool, Any, Cell]]:
        """Figures by the values of two fields: those with the largest sums, and all others as one.

        Returns:
            Whether the row stands for others, its value, whether the part does, its value, and figures.
        """
        return [
            (row_is_other, row, part_is_other, part, _cell(figures))
            for row_is_other, row, part_is_other, part, *figures in self._run(
                f"WITH cells AS MATERIALIZED (SELECT r, k, count(*) AS n, count(v) AS p, sum(v) AS t "
                f"FROM ({self._select([rows, by], value, r=rows, k=by)}) GROUP BY r, k), "
                f"kept_rows AS ({_largest('r', most_rows)}), kept_parts AS ({_largest('k', most_parts)}) "
                "SELECT a.r_is_kept IS NULL, a.r, b.k_is_kept IS NULL, b.k, sum(n), sum(p), sum(t) FROM cells "
                "LEFT JOIN kept_rows a ON cells.r IS NOT DISTINCT FROM a.r "
                "LEFT JOIN kept_parts b ON cells.k IS NOT DISTINCT FROM b.k "
                "GROUP BY 1, 2, 3, 4 ORDER BY ALL"
            )
        ]

    def measured(self, values: Sequence[str], measure: Measure) -> dict[tuple[str, int], Cell]:
        """Figures of quantities by period and place of the quantity; ``total`` is what ``measure`` says."""
        named = {f"v{place}": name for place, name in enumerate(values)}
        listed = ", ".join(named)
        places = ", ".join(map(str, range(len(values))))
        cleaned = self._select(values, None, **named)
        long = f"SELECT p, unnest([{places}]) AS s, unnest([{listed}]) AS v FROM ({cleaned})"
        if measure is Measure.MEDIAN:
            return self._medians(long)
        found = self._run(f"SELECT p, s, {_FIGURES} FROM ({long}) GROUP BY ALL ORDER BY ALL")
        cells = {(period, place): _cell(figures) for period, place, *figures in found}
        is_sum = measure is Measure.SUM
        return cells if is_sum else {key: replace(cell, total=_mean(cell)) for key, cell in cells.items()}

    def _medians(self, long: str) -> dict[tuple[str, int], Cell]:
        """Medians by period and place. Different values are counted first: DuckDB's own function holds all values."""
        found = self._run(
            f"WITH counted AS (SELECT p, s, v, count(*) AS n, count(v) AS k FROM ({long}) GROUP BY p, s, v), "
            "placed AS (SELECT *, sum(k) OVER (PARTITION BY p, s ORDER BY v NULLS FIRST) AS upto, "
            "sum(k) OVER (PARTITION BY p, s) AS present FROM counted) "
            "SELECT p, s, sum(n), max(present), min(v) FILTER (upto >= (present + 1) // 2), "
            "min(v) FILTER (upto >= (present + 2) // 2) FROM placed GROUP BY ALL ORDER BY ALL"
        )
        return {
            (period, place): Cell(int(rows), int(present), _middle(decimal(lower), decimal(upper)))
            for period, place, rows, present, lower, upper in found
        }

    def spread(self, value: str) -> Spread:
        """The smallest and the largest of a quantity's values, and where most of them lie."""
        ((rows, present, *values),) = self._run(
            "SELECT count(*), count(v), min(v), max(v), approx_quantile(v, 0.01), approx_quantile(v, 0.99) "
            f"FROM ({self._select([value], value)})"
        )
        return Spread(rows, present, *map(decimal, values))

    def classes(self, value: str, bounds: Sequence[Decimal]) -> list[int]:
        """How many values lie below the first bound, from each bound on to below the next, and from the last one on."""
        is_double = columns(self.manifest.schema)[value] == "DOUBLE"
        written = [f"CAST('{bound:f}' AS DOUBLE)" if is_double else f"{bound:f}" for bound in bounds]
        counts = [f"count(*) FILTER (v < {written[0]})"]
        counts += [f"count(*) FILTER (v >= {a} AND v < {b})" for a, b in pairwise(written)]
        counts.append(f"count(*) FILTER (v >= {written[-1]})")
        (found,) = self._run(f"SELECT {', '.join(counts)} FROM ({self._select([value], value)})")
        return list(found)

    def _run(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def _select(self, fields: Iterable[str], value: str | None, /, **named: str) -> str:
        """SELECT of the fields by the names given, ``v`` as the value, or one a row, and ``p`` as the period."""
        kinds = columns(self.manifest.schema)
        once = self.chart.once_per
        read = {*fields, *self.chart.where, *([value] if value else []), *([once] if once else [])}
        names = {new: self._clean(name, kinds[name]) for new, name in named.items() if name != PERIOD}
        names |= {new: identifier(PERIOD) for new, name in named.items() if name == PERIOD}
        names["v"] = "1" if value is None else self._clean(value, kinds[value])
        listed = ", ".join(f"{expression} AS {new}" for new, expression in names.items())
        select = f"SELECT {identifier(PERIOD)} AS p, {listed} FROM ({self._arms(read - {PERIOD})}){self._where()}"
        if once is None:
            return select
        largest = ", ".join(f"max({expression}) AS {new}" for new, expression in names.items())
        return (
            f"SELECT {identifier(PERIOD)} AS p, {largest} FROM ({self._arms(read - {PERIOD})}){self._where()} "
            f"GROUP BY {identifier(PERIOD)}, {identifier(once)}"
        )

    @staticmethod
    def _clean(name: str, kind: str) -> str:
        quoted = identifier(name)
        return f"CASE WHEN isfinite({quoted}) THEN {quoted} END" if kind == "DOUBLE" else quoted

    def _where(self) -> str:
        conditions = [is_one_of(name, values) for name, values in self.chart.where.items()]
        return f" WHERE {' AND '.join(conditions)}" if conditions else ""

    def _arms(self, fields: set[str]) -> str:
        """The rows of all segments in these columns alone, with their periods where those are asked for."""
        entries = [entry for entry in self.manifest.schema["fields"] if entry["name"] in fields]
        part = replace(self.manifest, schema={"fields": entries}, segments=self.segments)
        if not self.chart.by_period and self.chart.once_per is None:
            return f"SELECT NULL AS {identifier(PERIOD)}, {self._read(part)}"
        parts = [(segment.period, self._read(replace(part, segments=(segment,)))) for segment in self.segments]
        return " UNION ALL ".join(f"SELECT {literal(period)} AS {identifier(PERIOD)}, {rest}" for period, rest in parts)

    def _read(self, part: Manifest) -> str:
        """The columns of a part of the version, after a SELECT; where there are none, as many rows as it has."""
        return (
            f"* FROM ({version_rows(self.store, part)})" if part.schema["fields"] else f"i FROM range({part.rows}) t(i)"
        )


_FIGURES = "count(*), count(v), sum(v)"


def _cell(figures: Sequence[Any]) -> Cell:
    rows, present, total = figures
    return Cell(int(rows), int(present), decimal(total))


def _mean(cell: Cell) -> Decimal | None:
    return None if cell.total is None or not cell.present else cell.total / cell.present


def _middle(lower: Decimal | None, upper: Decimal | None) -> Decimal | None:
    return None if lower is None or upper is None else (lower + upper) / 2


def _largest(key: str, most: int) -> str:
    """SELECT of the values of one of the cells' columns with the largest sums; one more if no other is left then."""
    return (
        f"SELECT {key}, true AS {key}_is_kept FROM cells GROUP BY {key} "
        f"ORDER BY abs(sum(t)) DESC NULLS LAST, sum(n) DESC, {key} "
        f"LIMIT (SELECT CASE count(*) WHEN {most + 1} THEN {most + 1} ELSE {most} END "
        f"FROM (SELECT DISTINCT {key} FROM cells))"
    )
