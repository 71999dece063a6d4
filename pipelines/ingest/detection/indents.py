"""Columns whose labels are indented below each other, by white space or by alignment."""

from __future__ import annotations

import itertools

from pipelines.ingest.detection.cells import is_figure
from pipelines.ingest.detection.samples import HEAD_ROWS, GridSample
from pipelines.ingest.grids import Grid

_FIRST_COLUMNS = 3


def indented_columns(grid: Grid, sample: GridSample, first_row: int) -> tuple[int, ...]:
    """Places, among the first columns, of words with different indents below each other."""
    aligned = _aligned(grid, first_row)
    return tuple(place for place in range(_FIRST_COLUMNS) if _is_indented(grid, sample, first_row, place, aligned))


def _is_indented(grid: Grid, sample: GridSample, first_row: int, place: int, aligned: set[tuple[int, int]]) -> bool:
    depths = set()
    for row in sample.head:
        cell = row.cells[place] if row.number >= first_row and place < len(row.cells) else None
        if cell and cell.strip() and not is_figure(cell):
            depths.add((len(cell) - len(cell.lstrip())) > 0 or (row.number, grid.column(place)) in aligned)
    return len(depths) > 1


def _aligned(grid: Grid, first_row: int) -> set[tuple[int, int]]:
    """Row and column of cells near the beginning that their alignment indents."""
    if grid.indents is None:
        return set()
    near = itertools.takewhile(lambda cell: cell.row < first_row + HEAD_ROWS, grid.indents())
    return {(cell.row, cell.column) for cell in near if cell.row >= first_row and cell.indent}
