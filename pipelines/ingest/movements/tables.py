"""What moved in one table: its header, its columns, what stands below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.core.findings import Location
from pipelines.core.messages import Parameter
from pipelines.ingest.detection import GridSample, sample_grid, sample_opening
from pipelines.ingest.detection.cells import is_total
from pipelines.ingest.detection.footers import detect_footer, is_remark
from pipelines.ingest.detection.samples import first_text
from pipelines.ingest.grids import Grid
from pipelines.ingest.headers import ExpectedLabels
from pipelines.ingest.movements.headers import FoundHeader, best_header
from pipelines.ingest.movements.labels import Renamed, expected_columns, unit_of
from pipelines.ingest.movements.model import Edit, Movement
from pipelines.ingest.names import shown_label
from pipelines.registry import Dataset
from pipelines.registry.layouts import Layout
from pipelines.registry.steps import ExcludeTotals

_NONE = "-"


@dataclass(frozen=True)
class Look:
    """A grid that is looked at: its ends, and its header, if any answers what the layout expects."""

    grid: Grid
    sample: GridSample
    header: FoundHeader | None

    @classmethod
    def at(cls, grid: Grid, layout: Layout, dataset: Dataset) -> Look:
        """Read a grid once, to its end.

        Raises:
            Unreadable: the file turns out to be damaged.
        """
        return cls._of(grid, sample_grid(grid), layout, dataset)

    @classmethod
    def at_opening(cls, grid: Grid, layout: Layout, dataset: Dataset) -> Look:
        """Read the first rows of a grid: enough to tell whether a header is there, not what is below the table.

        Raises:
            Unreadable: they turn out to be damaged.
        """
        return cls._of(grid, sample_opening(grid), layout, dataset)

    @classmethod
    def _of(cls, grid: Grid, sample: GridSample, layout: Layout, dataset: Dataset) -> Look:
        known = ExpectedLabels.of(layout, dataset)
        return cls(grid, sample, best_header(grid, sample, layout, expected_columns(layout, dataset), known))

    def place(self, row: int | None = None) -> Location:
        """Where in the delivery."""
        return Location(self.grid.file, self.grid.sheet, row)


def table_movements(look: Look, layout: Layout) -> Iterator[Movement]:
    """The movements of a table whose header was found."""
    if look.header is None:
        return
    if look.grid.labels is None:
        yield from _header(look, look.header, layout)
        yield from _below(look, look.header, layout)
    yield from _columns(look, look.header, layout)


def _header(look: Look, header: FoundHeader, layout: Layout) -> Iterator[Movement]:
    place = look.place(header.row)
    if header.row != layout.header_row:
        numbers = {"found": header.row, "expected": layout.header_row, "above": header.preamble}
        edit = Edit(layout.name, "header_row", layout.header_row, header.row)
        yield Movement("moved-header-row", place, {**numbers}, (edit,))
    if header.rows != layout.header_rows:
        edit = Edit(layout.name, "header_rows", layout.header_rows, header.rows)
        yield Movement("moved-header-rows", place, {"found": header.rows, "expected": layout.header_rows}, (edit,))


def _columns(look: Look, header: FoundHeader, layout: Layout) -> Iterator[Movement]:
    row = header.row if look.grid.labels is None else None
    for entry in header.compared.renamed:
        yield _renamed(entry, look, row, layout)
    if header.compared.missing:
        names = ", ".join(column.field or "" for column in header.compared.missing)
        yield Movement("moved-columns-missing", look.place(row), {"columns": names})
    if header.compared.new:
        shown = ", ".join(shown_label(header.labels[place], place + 1) for place in header.compared.new)
        yield Movement("moved-columns-new", look.place(row), {"columns": shown})


def _renamed(entry: Renamed, look: Look, row: int | None, layout: Layout) -> Movement:
    declared = entry.expected.labels[0]
    found = shown_label(entry.label, entry.place + 1)
    params: dict[str, Parameter] = {"found": found, "expected": declared, "column": entry.place + 1}
    where = Location(look.grid.file, look.grid.sheet, row, entry.expected.field)
    units = unit_of(declared), unit_of(entry.label)
    if units[0] != units[1] and None not in units:
        stated = {"expected_unit": units[0] or _NONE, "found_unit": units[1] or _NONE}
        return Movement("moved-column-unit", where, params | stated)
    # A label that must not be shown must not be written into a descriptor either.
    if not entry.certain or found != entry.label:
        return Movement("moved-column-like", where, params)
    edit = Edit(layout.name, "columns", declared, entry.label, entry.expected.field)
    return Movement("moved-column", where, params, (edit,))


def _below(look: Look, header: FoundHeader, layout: Layout) -> Iterator[Movement]:
    first = header.row + header.rows
    rows = [row for row in look.sample.tail if row.number >= first]
    known = re.compile(layout.footer) if layout.footer is not None else None
    caught = next((row.number for row in rows if known is not None and known.match(first_text(row))), None)
    guess = detect_footer(look.sample, first)
    begins = next((row for row in rows if guess is not None and row.number == guess.row), None)
    if guess is not None and begins is not None and caught is None and is_remark(begins, look.sample.width):
        pattern = guess.pattern if layout.footer is None else f"(?:{layout.footer})|(?:{guess.pattern})"
        edit = Edit(layout.name, "footer", layout.footer, pattern)
        yield Movement("moved-footer", look.place(begins.number), {"rows": guess.rows}, (edit,))
    if not any(isinstance(step, ExcludeTotals) and step.pattern is not None for step in layout.steps):
        total = next((row for row in rows if any(cell and is_total(cell) for cell in row.cells[:3])), None)
        if total is not None:
            yield Movement("moved-totals", look.place(total.number))
