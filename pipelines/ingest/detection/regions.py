"""Where the tables of a grid lie: between empty rows and empty columns, each with a header of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.ingest.detection.beside import beside
from pipelines.ingest.detection.filled import Filled, Part
from pipelines.ingest.detection.heads import Head
from pipelines.ingest.detection.stacked import head_of, stacked
from pipelines.ingest.grids import Cell, Grid
from pipelines.ingest.units import UnitsFound, units_in
from pipelines.registry.layouts import UnitNote
from pipelines.registry.selections import CellRange, column_letters

NOTHING_NOTED = UnitsFound((), None)
#: Tables beside tables that lie below others beside others: nobody goes deeper.
_DEEPEST = 4


@dataclass(frozen=True)
class TableFound:
    """A table of a grid: its cells, as a layout's ``range`` names them, its header, and the rows below that."""

    range: str
    header_row: int
    header_rows: int
    labels: tuple[str, ...]
    rows: int

    @property
    def cells(self) -> CellRange:
        """The range, taken apart."""
        return CellRange.of(self.range)


@dataclass(frozen=True)
class TablesFound:
    """The tables of a grid, and the ranges beside them that hold something else.

    ``units``: what notes say that stand in none of the tables.
    """

    tables: tuple[TableFound, ...] = ()
    beside: tuple[str, ...] = ()
    units: UnitsFound = NOTHING_NOTED


def find_tables(grid: Grid, chosen: str | None = None) -> TablesFound:
    """The tables of a grid; none where nothing could be a header. ``chosen``: a range that somebody named."""
    filled = Filled.of(grid)
    if grid.labels is not None or not filled.numbers:
        return TablesFound()
    notes: list[Part] = []
    parts = sorted(_cut(filled, filled.whole, notes, _DEEPEST), key=lambda part: (part.first, part.left))
    tables = tuple(_found(filled, part, head) for part in parts if (head := head_of(filled, part)) is not None)
    ranges = [table.range for table in tables]
    if chosen is not None:
        # A title that would go with the table that was chosen may stand outside.
        ranges = [chosen, *(text for text in ranges if not CellRange.of(text).overlaps(CellRange.of(chosen)))]
    apart = len(tables) > 1 or bool(notes) or chosen is not None
    # What stands above the header of the only table is its preamble, wherever that is.
    units = units_in(_outside(filled, ranges), UnitNote()) if apart else NOTHING_NOTED
    return TablesFound(tables, tuple(_range(filled, part) for part in notes), units)


def _cut(filled: Filled, part: Part, notes: list[Part], depth: int) -> Iterator[Part]:
    strips, others = beside(filled, part)
    notes += others
    for strip in strips:
        below = stacked(filled, strip) if depth else [strip]
        for piece in below:
            if len(strips) > 1 or len(below) > 1 or piece != part:
                yield from _cut(filled, piece, notes, depth - 1) if depth else [piece]
            else:
                yield piece


def _found(filled: Filled, part: Part, head: Head) -> TableFound:
    rows = sum(map(bool, filled.masks_of(part._replace(first=head.after))))
    return TableFound(_range(filled, part), head.row, head.rows, head.labels, rows)


def _range(filled: Filled, part: Part) -> str:
    """The name of a part's cells: all rows, or down to the sheet's end, where nothing else is in its columns."""
    masks = filled.masks_of(part._replace(first=0, last=len(filled.numbers) - 1))
    above, below = any(masks[: part.first]), any(masks[part.last + 1 :])
    left, right = (column_letters(filled.grid.column(place)) for place in (part.left, part.right))
    if not above and not below:
        return f"{left}:{right}"
    return f"{left}{filled.numbers[part.first]}:{right}{filled.numbers[part.last] if below else ''}"


def _outside(filled: Filled, ranges: Sequence[str]) -> Iterator[Cell]:
    named = list(map(CellRange.of, ranges))
    for row in filled.kept:
        here = [cells for cells in named if cells.first_row <= row.number <= cells.last_row]
        for place, cell in enumerate(row.cells):
            column = filled.grid.column(place)
            if not any(cells.first_column <= column <= cells.last_column for cells in here):
                yield cell
