"""A grid is one table of a source file as it lies there: rows of text cells with their row numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from pipelines.registry.layouts import FileFormat

Cell = str | None
#: First and last (row, column) of merged cells, both counted from 0.
Merge = tuple[tuple[int, int], tuple[int, int]]


class GridRow(NamedTuple):
    """One row. ``number`` is what an editor or a spreadsheet shows, from 1; where there are no rows, the record's."""

    number: int
    cells: list[Cell]


class Indented(NamedTuple):
    """A cell that its alignment indents: row and column of the sheet, from 1, and by how much."""

    row: int
    column: int
    indent: int


def merges_of(row: int, spans: Iterable[tuple[int, int, int]]) -> Iterator[Merge]:
    """The merged cells that begin in a row, counted from 0. ``spans``: column, and rows and columns that they take."""
    for column, rows, columns in spans:
        yield (row, column), (row + rows - 1, column + columns - 1)


@dataclass(frozen=True)
class Grid:
    """One table. ``rows`` starts reading anew at each call.

    ``sheet`` is how the sheet is shown, ``sheet_name`` what it is called.
    ``labels`` is set where the format itself names the columns (JSON, Parquet): there is no header to look for.
    ``padded`` says that all rows are equally wide whatever was entered (Excel), so that empty cells beyond the
    header mean nothing. ``merges`` are the merged cells, in the columns of ``rows``; ``left`` is how many columns of
    the sheet stand before those. Where columns between them are left out, ``columns`` are the ones that are kept, by
    their positions in the sheet from 0.
    ``indents`` tells, row by row, the cells that their alignment indents, where a layout asks for that.
    ``left_out`` counts, by reason, the rows that do not belong to the table, which the last pass over ``rows`` did not
    give.
    """

    file: str
    sheet: str | None
    format: FileFormat
    encoding: str | None
    rows: Callable[[], Iterator[GridRow]]
    labels: tuple[str, ...] | None = None
    padded: bool = False
    merges: tuple[Merge, ...] = ()
    sheet_name: str | None = None
    left: int = 0
    columns: tuple[int, ...] | None = None
    indents: Callable[[], Iterator[Indented]] | None = None
    left_out: Counter[str] = field(default_factory=Counter)

    def column(self, place: int) -> int:
        """The column of the sheet, from 1, of a position in ``rows``, from 0."""
        if self.columns is None or place >= len(self.columns):
            return self.left + place + 1
        return self.columns[place] + 1
