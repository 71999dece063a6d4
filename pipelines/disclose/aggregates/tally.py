"""Rows about contributors, added up into all cells of a table, margins among them. DuckDB spills what does not fit.

The tables lie in the database that is handed in::

    sums_path_<i>    code, above       each code of a dimension with itself and all codes above it
    sums_leaves      d0, d1 …, person, amount, rest, open   what somebody adds to a cell of the lowest codes
    sums_cells       d0, d1 …, person, amount, rest, open   and to those above

``amount`` is all that somebody adds, ``rest`` what of it is in no row that is published with its dimensions, ``open``
whether there is any such row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.core.sql import identifier, literal
from pipelines.disclose.aggregates.table import Cell, Coordinates, Dimension, Table, coordinates
from pipelines.registry import CodeList
from pipelines.registry.aggregates import TOTAL
from pipelines.registry.small_cells_checks import ancestors


class UnknownCode(Exception):
    """A row has a code that its dimension has not among its lowest ones: it could not be told where it belongs."""


@dataclass(frozen=True)
class Counted:
    """A cell as it is published: how many persons contributed, and their sum."""

    persons: int
    amount: Decimal


@dataclass(frozen=True)
class Source:
    """A SELECT of rows: ``dimensions`` by column, ``person``, ``amount``, and ``hidden``, whether the row's dimensions
    are not public. ``concealed``: the dimensions that hidden rows do not show; ``None``: they are not published."""

    select: str
    dimensions: tuple[Dimension, ...]
    concealed: frozenset[str] | None

    @property
    def known(self) -> frozenset[Coordinates]:
        """Cells that can be added up from published rows alone: totals over all that some rows do not show."""
        if self.concealed is None:
            return frozenset()
        places = [place for place, each in enumerate(self.dimensions) if each.name in self.concealed]
        return frozenset(at for at in coordinates(self.dimensions) if all(at[place] == TOTAL for place in places))


def dimension(name: str, table: CodeList, above: Mapping[str, str] | None = None) -> Dimension:
    """A dimension by a code list; where all of it is below one code, that code is the total.

    Args:
        name: the dimension's.
        table: its code list.
        above: code → the coarser one that is published instead, where codes are generalised.
    """
    paths = ancestors(table)
    roots = {path[0] for path in paths.values()}
    top = roots.pop() if len(roots) == 1 and len(paths) > 1 else None
    kept = {code for public in (paths if above is None else set(above.values())) for code in paths[public]} - {top}
    # Codes above come first, so that tables are in the order of the code list's levels.
    parents = {code: paths[code][-2] if len(paths[code]) > 1 else TOTAL for code in paths if code in kept}
    return Dimension(name, {code: TOTAL if parent == top else parent for code, parent in parents.items()})


class Tally:
    """Sums of one source. Its tables are dropped with :meth:`close`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, source: Source) -> None:
        """Add up.

        Raises:
            UnknownCode: see there.
        """
        self._connection, self._source = connection, source
        self._made: list[str] = []
        self._places = range(len(source.dimensions))
        try:
            for place, each in enumerate(source.dimensions):
                self._make(f"sums_path_{place}", _paths(each))
            self._leaves()
            self._make("sums_cells", (
                f"SELECT {self._codes}, person, sum(amount) AS amount, sum(rest) AS rest, bool_or(open) AS open "
                f"FROM ({self._upwards('sums_leaves')}) GROUP BY {self._codes}, person"
            ))  # fmt: skip
        except BaseException:
            self.close()
            raise

    def counted(self) -> dict[Coordinates, Counted]:
        """Every cell as it would be published, in the table's order."""
        cells = self._by_cell("count(*), sum(amount)")
        found = {at: Counted(int(persons), Decimal(amount)) for at, (persons, amount) in cells}
        nobody = Counted(0, Decimal(0))
        return {at: found.get(at, nobody) for at in coordinates(self._source.dimensions)}

    def table(self, largest: int) -> Table:
        """What nobody knows from published rows, with so many of each cell's largest contributions."""
        known = self._source.known
        rest = f"count(*) FILTER (open), sum(rest), max(rest, {largest}) FILTER (open)"
        found = {
            at: Cell(Decimal(value), int(contributors), tuple(map(Decimal, top or ())))
            for at, (contributors, value, top) in self._by_cell(rest)
            if at not in known
        }
        nobody = Cell(Decimal(0), 0)
        cells = {at: found.get(at, nobody) for at in coordinates(self._source.dimensions)}
        vacant = frozenset(at for at, counted in self.counted().items() if not counted.persons)
        return Table(self._source.dimensions, cells, known, vacant)

    def write_contributions(self, target: Path) -> None:
        """Write, by cell of the lowest codes and person, digests of who it is and of what nobody knows from rows."""
        self._connection.execute(
            f"COPY ({self._contributions} ORDER BY ALL) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)"
        )

    def changed(self, earlier: Path) -> dict[Coordinates, int]:
        """By cell, how many persons' contributions are new, gone or other than those written to ``earlier``."""
        now = self._contributions
        then = f"SELECT {self._codes}, person, content FROM read_parquet({literal(str(earlier))})"
        differing = f"(({now}) EXCEPT ({then})) UNION (({then}) EXCEPT ({now}))"
        totals = self._upwards(f"(SELECT DISTINCT {self._codes}, person FROM ({differing}))", "person")
        rows = self._connection.execute(
            f"SELECT {self._codes}, count(DISTINCT person) FROM ({totals}) GROUP BY {self._codes}"
        ).fetchall()
        known = self._source.known
        return {tuple(codes): int(persons) for *codes, persons in rows if tuple(codes) not in known}

    def close(self) -> None:
        """Drop the tables."""
        while self._made:
            self._connection.execute(f"DROP TABLE {self._made.pop()}")

    @property
    def _contributions(self) -> str:
        digests = "md5(person) AS person, md5(CAST(rest AS VARCHAR)) AS content"
        return f"SELECT {self._codes}, {digests} FROM sums_leaves WHERE open"

    @property
    def _codes(self) -> str:
        return ", ".join(f"d{place}" for place in self._places)

    def _leaves(self) -> None:
        # A dimension that is not published has no codes: everybody is in its total.
        columns = [
            f"CAST({identifier(each.name)} AS VARCHAR)" if each.parents else literal(TOTAL)
            for each in self._source.dimensions
        ]
        named = ", ".join(f"{column} AS d{place}" for place, column in enumerate(columns))
        self._make("sums_leaves", (
            f"SELECT {named}, coalesce(CAST(person AS VARCHAR), '') AS person, sum(amount) AS amount, "
            "coalesce(sum(amount) FILTER (hidden), 0) AS rest, bool_or(hidden) AS open "
            f"FROM ({self._source.select}) GROUP BY {self._codes}, coalesce(CAST(person AS VARCHAR), '')"
        ))  # fmt: skip
        for place, each in enumerate(self._source.dimensions):
            lowest = [code for code in (TOTAL, *each.parents) if code not in each.children]
            listed = ", ".join(map(literal, lowest))
            unknown = f"SELECT count(*) FROM sums_leaves WHERE d{place} IS NULL OR d{place} NOT IN ({listed})"
            if self._connection.execute(unknown).fetchall() != [(0,)]:
                raise UnknownCode(each.name)

    def _upwards(self, leaves: str, columns: str = "person, amount, rest, open") -> str:
        """What is in a cell, in all cells above it too."""
        above = ", ".join(f"p{place}.above AS d{place}" for place in self._places)
        joins = " ".join(f"JOIN sums_path_{place} p{place} ON p{place}.code = l.d{place}" for place in self._places)
        return f"SELECT {above}, {columns} FROM {leaves} l {joins}"

    def _by_cell(self, numbers: str) -> list[tuple[Coordinates, tuple[Any, ...]]]:
        rows = self._connection.execute(
            f"SELECT {self._codes}, {numbers} FROM sums_cells GROUP BY {self._codes}"
        ).fetchall()
        width = len(self._source.dimensions)
        return [(row[:width], row[width:]) for row in rows]

    def _make(self, name: str, query: str) -> None:
        self._connection.execute(f"CREATE TABLE {name} AS {query}")
        self._made.append(name)


def _paths(each: Dimension) -> str:
    pairs: Sequence[tuple[str, str]] = [(code, above) for code in (TOTAL, *each.parents) for above in each.path(code)]
    values = ", ".join(f"({literal(code)}, {literal(above)})" for code, above in pairs)
    return f"SELECT * FROM (VALUES {values}) t(code, above)"
