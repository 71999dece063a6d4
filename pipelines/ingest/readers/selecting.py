"""From a sheet to its table: the layout's range, and what becomes of hidden rows and columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipelines.core.findings import Finding, Location, Severity
from pipelines.ingest.batches import is_empty
from pipelines.ingest.detection.cells import sums_up
from pipelines.ingest.grids import Cell, Grid, GridRow, Merge
from pipelines.ingest.problems import read_finding
from pipelines.ingest.stretches import Hidden, Stretches
from pipelines.registry.layouts import Layout
from pipelines.registry.selections import LAST_COLUMN, LAST_ROW, CellRange, Treat, column_letters

_ALL = CellRange(1, LAST_ROW, 1, LAST_COLUMN)
#: What is told of hidden parts, by what becomes of them.
_TOLD = {
    Treat.READ: ("hidden-cells", Severity.WARNING),
    Treat.LEAVE_OUT: ("hidden-left-out", Severity.WARNING),
    Treat.REFUSE: ("hidden-refused", Severity.ERROR),
}
#: Positions in the row as it was read → positions among the cells that are kept.
_Moves = Sequence[tuple[int, int]]


def select(
    grid: Grid, hidden: Hidden, size: tuple[int, int], layout: Layout, findings: list[Finding]
) -> Grid:  # fmt: skip
    """The part of a sheet's grid that the layout takes for its table.

    Args:
        grid: the whole sheet.
        hidden: what the sheet hides.
        size: the last row and the last column of the sheet that hold anything, from 1.
        layout: how such sheets are read.
        findings: where what is hidden within the table is told.
    """
    cells = layout.cells or _ALL
    rows = Stretches(hidden.rows).within(cells.first_row, min(cells.last_row, size[0]))
    columns = Stretches(hidden.columns).within(max(cells.first_column, grid.left + 1), min(cells.last_column, size[1]))
    _tell(rows, columns, layout, Location(grid.file, grid.sheet), findings)
    left_out = rows if layout.hidden.rows is Treat.LEAVE_OUT else Stretches()
    columns = columns if layout.hidden.columns is Treat.LEAVE_OUT else Stretches()
    if layout.range is None and not left_out and not columns:
        return grid
    kept = tuple(
        column - 1
        for column in range(max(cells.first_column, grid.left + 1), min(cells.last_column, size[1]) + 1)
        if column not in columns
    )
    return _Selection(grid, cells, left_out, kept, findings).grid()


def _tell(rows: Stretches, columns: Stretches, layout: Layout, place: Location, findings: list[Finding]) -> None:
    for treat, (rule, severity) in _TOLD.items():
        told_rows = rows if layout.hidden.rows is treat else Stretches()
        told_columns = columns if layout.hidden.columns is treat else Stretches()
        if treat is Treat.READ:
            tell_hidden(len(told_rows), len(told_columns), place, findings)
        elif told_rows or told_columns:
            texts = {"rows": told_rows.text(str, "-"), "columns": told_columns.text(column_letters, ":")}
            findings.append(read_finding(rule, place, severity, **texts))


def tell_hidden(rows: int, columns: int, place: Location, findings: list[Finding]) -> None:
    """Warn about hidden rows and columns of a sheet, which are read: whoever delivered them may not have meant to."""
    if rows or columns:
        rule, severity = _TOLD[Treat.READ]
        findings.append(read_finding(rule, place, severity, rows=rows, columns=columns))


@dataclass(frozen=True)
class _Selection:
    """``kept``: the columns of the sheet that are taken, from 0. ``hidden``: rows that are left out, from 1."""

    whole: Grid
    cells: CellRange
    hidden: Stretches
    kept: tuple[int, ...]
    findings: list[Finding]

    def grid(self) -> Grid:
        """The grid of the selection."""
        places = {column - self.whole.left: place for place, column in enumerate(self.kept)}
        merges, moves = self._merges(places)
        left = self.kept[0] if self.kept else self.whole.left
        selected = replace(self.whole, merges=merges, left=left, columns=self.kept, rows=lambda: iter(()))
        cut = _cutter(tuple(places))
        end = _End(self.cells.last_row, Location(self.whole.file, self.whole.sheet), self.findings)

        def rows() -> Iterator[GridRow]:
            selected.left_out.clear()
            waiting: dict[int, list[tuple[int, Cell]]] = {}
            for row in self.whole.rows():
                if row.number >= end.row:
                    end.see(row.number, cut(row.cells))
                if not self.cells.first_row <= row.number <= self.cells.last_row:
                    if not all(map(is_empty, row.cells)):
                        selected.left_out["outside_range"] += 1
                    continue
                kept = cut(row.cells)
                for place, target, number in moves.get(row.number, ()):
                    if place < len(row.cells):
                        waiting.setdefault(number, []).append((target, row.cells[place]))
                if row.number in self.hidden:
                    selected.left_out["hidden"] += 1
                    continue
                for target, cell in waiting.pop(row.number, ()):
                    kept[target] = cell
                yield GridRow(row.number, kept)

        return replace(selected, rows=rows)

    def _merges(self, places: dict[int, int]) -> tuple[tuple[Merge, ...], dict[int, list[tuple[int, int, int]]]]:
        """Merged cells in the selection; and by row, what of it is shown elsewhere: position, new position and row.

        The text of merged cells belongs to the first of them; where that is hidden, it shows in the first that is not.
        Cells that are merged with one outside the range stay empty.
        """
        merges: list[Merge] = []
        moves: dict[int, list[tuple[int, int, int]]] = {}
        for (top, left), (bottom, right) in self.whole.merges:
            if not self._in_range(top + 1, left):
                continue
            columns = [places[column] for column in range(left, min(right, LAST_COLUMN) + 1) if column in places]
            row = self._first_shown(top + 1, min(bottom + 1, self.cells.last_row))
            if row is None or not columns:
                continue
            if row != top + 1 or left not in places:
                moves.setdefault(top + 1, []).append((left, columns[0], row))
            merges.append(((row - 1, columns[0]), (min(bottom, self.cells.last_row - 1), columns[-1])))
        return tuple(merges), moves

    def _in_range(self, row: int, place: int) -> bool:
        column = place + self.whole.left + 1
        cells = self.cells
        return cells.first_row <= row <= cells.last_row and cells.first_column <= column <= cells.last_column

    def _first_shown(self, first: int, last: int) -> int | None:
        """The first row of a stretch that is not left out."""
        for low, high in self.hidden.within(first, last) if self.hidden else ():
            if low > first:
                break
            first = high + 1
        return first if first <= last else None


@dataclass
class _End:
    """The last row of a range: what looks like a row of its table directly below it is told, once."""

    row: int
    place: Location
    findings: list[Finding]
    goes_on: bool = False

    def see(self, number: int, cells: Sequence[Cell]) -> None:
        """Take a row from the last one on, cut to the range's columns."""
        filled = [cell.strip() for cell in cells if cell is not None and not is_empty(cell)]
        whole = 2 * len(filled) > len(cells) and not sums_up(filled[0])
        if number == self.row:
            self.goes_on = whole
        elif number == self.row + 1 and self.goes_on and whole:
            self.goes_on = False
            place = replace(self.place, row=number)
            finding = read_finding("range-ends", place, Severity.WARNING, row=self.row)
            if finding not in self.findings:
                self.findings.append(finding)


def _cutter(places: tuple[int, ...]) -> Callable[[list[Cell]], list[Cell]]:
    """Takes the cells at ``places``, which ascend, out of a row."""
    if places == tuple(range(places[0], places[-1] + 1)) if places else False:
        first, after = places[0], places[-1] + 1
        return lambda cells: cells[first:after]
    return lambda cells: [cells[place] for place in places if place < len(cells)]
