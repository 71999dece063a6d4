"""Columns that a layout leaves out because they had neither label nor content: what they hold after all is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pipelines.core.findings import Finding, Location, Severity
from pipelines.ingest.batches import is_empty
from pipelines.ingest.grids import Grid, GridRow
from pipelines.ingest.headers import Header
from pipelines.ingest.names import shown_label
from pipelines.ingest.problems import read_finding
from pipelines.ingest.row_numbers import RunningNumbers
from pipelines.registry.layouts import WITH_CELLS
from pipelines.registry.selections import column_letters


class UnreadColumn:
    """Counts the filled cells of a column at ``place``; running numbers of the rows are nothing that is missed."""

    def __init__(self, place: int) -> None:
        self.place = place
        self.filled = 0
        self._first = 0
        self._numbers: RunningNumbers | None = RunningNumbers()

    def see(self, rows: Iterable[GridRow]) -> None:
        """Take rows of the table."""
        for row in rows:
            cell = row.cells[self.place] if self.place < len(row.cells) else None
            if cell is None or is_empty(cell):
                continue
            self._first = self._first or row.number
            self.filled += 1
            if self._numbers is not None and not self._numbers.goes_on(cell):
                self._numbers = None

    def told(self, grid: Grid, label: str) -> Iterator[Finding]:
        """The warning about a column that holds something."""
        if self.filled and self._numbers is None:
            number = grid.column(self.place)
            column = column_letters(number) if grid.format in WITH_CELLS else str(number)
            shown = shown_label(label, self.place + 1) if label else "-"
            yield read_finding("column-unread", Location(grid.file, grid.sheet, self._first), Severity.WARNING,
                               column=column, label=shown, rows=self.filled)  # fmt: skip


def unread_columns(header: Header, names: Sequence[str | None]) -> list[UnreadColumn]:
    """The columns that are left out and have no label of their own: at most that of a group over several columns."""
    return [
        UnreadColumn(place)
        for place, (label, name) in enumerate(zip(header.labels, names, strict=True))
        if name is None and _is_bare(header, place, label)
    ]


def _is_bare(header: Header, place: int, label: str) -> bool:
    if not label or len(header.lines) < 2:
        return not label
    # Lines know no labels that are numbers.
    own = any(place in line.labels for line in header.lines) or label.rpartition("/")[2].isdigit()
    return not own
