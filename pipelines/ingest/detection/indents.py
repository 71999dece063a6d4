"""Columns whose labels are indented below each other, by white space or by alignment."""

from __future__ import annotations

import itertools

from pipelines.ingest.detection.cells import is_figure
from pipelines.ingest.detection.samples import HEAD_ROWS, GridSample
from pipelines.ingest.grids import Grid
from pipelines.ingest.indents import MARK, width_of

_FIRST_COLUMNS = 3
#: A space in front of a label is a slip; levels that nobody counts are none.
_LEAST, _MOST_LEVELS = 2, 8
#: One label of so many is indented where that means something.
_ONE_OF = 10


def indented_columns(grid: Grid, sample: GridSample, first_row: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Places, among the first columns, of words with different indents; and those of them whose indents are levels."""
    aligned = _aligned(grid, first_row)
    columns = {place: _widths(grid, sample, first_row, place, aligned) for place in range(_FIRST_COLUMNS)}
    indented = tuple(place for place, widths in columns.items() if len({width > 0 for width in widths}) > 1)
    return indented, tuple(place for place in indented if _are_levels(columns[place]))


def _are_levels(widths: list[int]) -> bool:
    """Whether labels step in below others, from a first one that is not indented, again and again."""
    inner = [width for width in widths if width - widths[0] >= _LEAST]
    outer = min(widths) == widths[0]
    return outer and len(inner) > 1 and len(widths) <= _ONE_OF * len(inner) and len(set(widths)) <= _MOST_LEVELS


def _widths(
    grid: Grid, sample: GridSample, first_row: int, place: int, aligned: dict[tuple[int, int], int]
) -> list[int]:  # fmt: skip
    """How far the labels of a column are indented."""
    widths = []
    for row in sample.head:
        cell = row.cells[place] if row.number >= first_row and place < len(row.cells) else None
        if cell and cell.strip() and not is_figure(cell):
            widths.append(width_of(MARK * aligned.get((row.number, grid.column(place)), 0) + cell))
    return widths


def _aligned(grid: Grid, first_row: int) -> dict[tuple[int, int], int]:
    """Row and column of cells near the beginning that their alignment indents, with how far."""
    if grid.indents is None:
        return {}
    near = itertools.takewhile(lambda cell: cell.row < first_row + HEAD_ROWS, grid.indents())
    return {(cell.row, cell.column): cell.indent for cell in near if cell.row >= first_row and cell.indent}
