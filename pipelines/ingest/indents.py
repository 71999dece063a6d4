"""How far labels are indented: by white space, and by alignment, which is brought into their text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from pipelines.ingest.grids import Grid, GridRow, Indented
from pipelines.registry.layouts import Layout
from pipelines.registry.steps import Indent

#: What one level of alignment is written as.
MARK = "\u3000"
_TAB = 4
_END = Indented(1 << 62, 0, 0)


def indented_rows(
    rows: Iterator[GridRow], grid: Grid, names: Sequence[str | None], layout: Layout
) -> Iterator[GridRow]:  # fmt: skip
    """The rows with the alignment of labels in front of them, where the layout has a step for indents."""
    fields = {step.field for step in layout.steps if isinstance(step, Indent)}
    places = {grid.column(place): place for place, name in enumerate(names) if name in fields}
    if grid.indents is None or not places:
        return rows
    return _merged(rows, (cell for cell in grid.indents() if cell.column in places), places)


def _merged(rows: Iterator[GridRow], cells: Iterator[Indented], places: dict[int, int]) -> Iterator[GridRow]:
    cell = next(cells, _END)
    for row in rows:
        while cell.row < row.number:
            cell = next(cells, _END)
        while cell.row == row.number:
            place = places[cell.column]
            if place < len(row.cells) and row.cells[place]:
                row.cells[place] = f"{MARK * cell.indent}{row.cells[place]}"
            cell = next(cells, _END)
        yield row


def width_of(cell: str) -> int:
    """How far a label is indented, in half-width characters."""
    lead = cell[: len(cell) - len(cell.lstrip())]
    return sum(_TAB if mark == "\t" else 2 if unicodedata.east_asian_width(mark) in "FW" else 1 for mark in lead)
