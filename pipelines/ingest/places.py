"""Where tables stand in their files: header, labels, and the columns that fields come from.

Worked out anew from the delivered bytes and the layout that read them; nothing about it is stored.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipelines.core.findings import Finding
from pipelines.ingest.grids import Cell, Grid, GridRow
from pipelines.ingest.headers import ExpectedLabels, find_header, head_size, renamed
from pipelines.ingest.origins import Origin, Origins, origins_of
from pipelines.ingest.problems import Unreadable
from pipelines.ingest.readers import open_grids
from pipelines.ingest.sources import SourceFile
from pipelines.ingest.templates import TEMPLATE_REFUSALS, layout_of
from pipelines.registry import Dataset
from pipelines.registry.layouts import Layout

#: Rules of workbooks that can be opened and have no table to point into.
_NO_TABLE = {"no-layout", "no-sheet"} | TEMPLATE_REFUSALS


@dataclass(frozen=True)
class TablePlaces:
    """One table. ``sheet`` is how the sheet is shown, ``name`` what it is called; both are empty where there are none.

    ``header`` are the header's rows, ``labels`` what they say, ``names`` what that became (``None``: left out).
    ``rows`` starts reading anew at each call. ``column`` gives the column of the sheet, from 1, of a position among
    the header's labels, from 0.
    """

    sheet: str
    name: str
    layout: Layout
    header: tuple[GridRow, ...]
    labels: tuple[str, ...]
    names: tuple[str | None, ...]
    origins: Origins
    rows: Callable[[], Iterator[GridRow]]
    column: Callable[[int], int]

    @property
    def first_place(self) -> int:
        """The position of the first labelled column."""
        labelled = (place for row in self.header for place, cell in enumerate(row.cells) if _is_filled(cell))
        return min(labelled, default=0)

    def label_cell(self, place: int) -> tuple[int, int]:
        """Row and column of the lowest header cell above a column."""
        filled = [row.number for row in self.header if place < len(row.cells) and _is_filled(row.cells[place])]
        return (filled or [self.header[0].number])[-1], self.column(place)

    def places_of_label(self, label: str) -> tuple[int, ...]:
        """Positions of the columns of that name or label; ``#3`` is also the table's third column."""
        places = tuple(place for place, name in enumerate(self.names) if name == label)
        return places or self.origin(label).places

    def origin(self, field: str) -> Origin:
        """Where the cells of a field, or of a column on its way into one, come from."""
        known = self.origins.by_name.get(field)
        if known is not None:
            return known
        number = field.removeprefix("#")
        if number != field and number.isdecimal() and 1 <= int(number) <= len(self.origins.columns):
            return self.origins.columns[int(number) - 1][1]
        return Origin()


def table_places(source: SourceFile, dataset: Dataset) -> Iterator[TablePlaces]:
    """The tables of a file, in their order; sheets in which no header is found have none.

    Raises:
        Unreadable: when the file is encrypted, damaged or too large.
    """
    findings: list[Finding] = []
    try:
        layout = layout_of(source, dataset, findings)
        for grid in open_grids(source, layout, findings):
            table = _places(grid, layout, dataset)
            if table is not None:
                yield table
    except Unreadable as fault:
        if fault.finding.rule not in _NO_TABLE:
            raise


def _places(grid: Grid, layout: Layout, dataset: Dataset) -> TablePlaces | None:
    rows: tuple[GridRow, ...] = ()
    labels = grid.labels
    if labels is None:
        head = list(itertools.islice(grid.rows(), head_size(layout)))
        header = find_header(head, grid, layout, ExpectedLabels.of(layout, dataset))
        if header is None:
            return None
        labels = header.labels
        rows = tuple(head[header.preamble : header.preamble + layout.header_rows])
    names: Sequence[str | None] = renamed(labels, layout)
    return TablePlaces(grid.sheet or "", grid.sheet_name or "", layout, rows, labels, tuple(names),
                       origins_of(names, layout), grid.rows, grid.column)  # fmt: skip


def _is_filled(cell: Cell) -> bool:
    return bool(cell and cell.strip())
