"""Tables that are no CSV files, written as one: text cells as the readers give them, so that one engine judges all."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.findings import Finding
from pipelines.core.messages import Message
from pipelines.ingest.grids import Grid
from pipelines.ingest.problems import Unreadable
from pipelines.validate.any_file.absent import with_absent
from pipelines.validate.any_file.grids import NOT_READ, open_table
from pipelines.validate.any_file.intake import Source
from pipelines.validate.any_file.places import Cells, Places, Records
from pipelines.validate.any_file.refusals import note, of_reader, refused, unusable
from pipelines.validate.any_file.schema_checks import MAX_COLUMNS

_TELL_ROWS = 10_000
_WITH_SHEETS = frozenset({"xlsx", "xls", "ods", "html"})


@dataclass(frozen=True)
class Spool:
    """A table as a CSV file. ``header``: its row; ``absent``: what absent cells are written as."""

    path: Path
    header: int
    absent: str
    schema: Mapping[str, Any]
    encoding: str | None
    sheet: str | None
    places: Places
    notes: tuple[Message, ...]

    @property
    def dialect(self) -> dict[str, Any]:
        """How to read it back exactly."""
        written = {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True}
        return {"header": True, "headerRows": [self.header], "csv": {**written, "skipInitialSpace": False}}


def spool(source: Source, schema: Mapping[str, Any], sheet: str | None, header: int | None, work: Path,
          tell: Callable[[int], None] | None) -> Spool:  # fmt: skip
    """Write the table of a workbook, JSON, JSON Lines or Parquet file as CSV.

    Args:
        sheet: which sheet of a workbook; ``None``: the first that is visible and not empty.
        header: row of the labels in a workbook; ``None``: the first that is not empty.
        tell: hears how many rows were read since the last call.

    Raises:
        Refusal: the file cannot be read.
        Unusable: the workbook has no such sheet, or another format has sheets asked of it.
    """
    findings: list[Finding] = []
    if source.kind not in _WITH_SHEETS and sheet is not None:
        raise unusable("not-a-workbook", source.name)
    try:
        grid = open_table(source, sheet, findings)
        path = work / "spooled.csv"
        marked, absent = with_absent(schema)
        first = _write(grid, path, absent, tell)
    except Unreadable as fault:
        if fault.finding.rule == "no-sheet" and sheet is not None:
            raise unusable("no-sheet", source.name, sheet=ascii(sheet)[1:-1]) from fault
        raise of_reader(fault) from fault
    places: Places = Records() if grid.labels is not None else Cells(grid.left)
    notes = tuple(_note(finding) for finding in findings if finding.rule != NOT_READ)
    others = [finding.location.sheet or "" for finding in findings if finding.rule == NOT_READ]
    if others and sheet is None:
        notes += (note("other-sheets", sheet=grid.sheet or "", others=", ".join(others[:20])),)
    return Spool(path, header or first, absent, marked, grid.encoding, grid.sheet, places, notes)


def _note(finding: Finding) -> Message:
    return Message(finding.message.id, finding.message.params)


def _write(grid: Grid, path: Path, absent: str, tell: Callable[[int], None] | None) -> int:
    """Write a grid; the number of the first row that is not empty. Empty rows and columns at the end are left out."""
    width, last, first = _extent(grid)
    if width > MAX_COLUMNS:
        raise refused("source-error", "too-many-columns", columns=width, limit=MAX_COLUMNS)
    with path.open("w", encoding="utf-8", newline="") as stream:
        # The writer quotes what its line end is made of, and a carriage return alone would end a row for readers.
        writer = csv.writer(stream, lineterminator="\r\n")
        for count, row in enumerate(_rows(grid), start=1):
            if count > last:
                break
            # In a workbook an empty cell is an absent one; in records the two differ.
            writer.writerow([absent if cell is None or (grid.padded and not cell) else cell for cell in row[:width]])
            if tell is not None and count % _TELL_ROWS == 0:
                tell(_TELL_ROWS)
    return first


def _rows(grid: Grid) -> Iterator[list[str | None]]:
    if grid.labels is not None:
        yield list(grid.labels)
    for row in grid.rows():
        yield row.cells


def _extent(grid: Grid) -> tuple[int, int, int]:
    """Columns, rows, and the first row that is not empty."""
    if grid.labels is not None:
        return len(grid.labels), 1 << 62, 1
    width = last = first = 0
    for count, cells in enumerate(_rows(grid), start=1):
        used = max((place for place, cell in enumerate(cells, start=1) if cell not in {None, ""}), default=0)
        width = max(width, used)
        if used:
            last, first = count, first or count
    return width, last, first or 1
