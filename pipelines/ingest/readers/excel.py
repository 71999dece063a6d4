"""Excel workbooks (xlsx and xls) through calamine: cached values of visible sheets, as text."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

import python_calamine as calamine

from pipelines.core.findings import Finding, Location, Severity
from pipelines.ingest.grids import Grid, GridRow, Merge
from pipelines.ingest.problems import read_finding, unreadable
from pipelines.ingest.readers.cells import cell_text
from pipelines.ingest.readers.workbook_parts import inspect_parts
from pipelines.ingest.readers.workbook_trial import Outcome, try_workbook
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat, Layout


def open_workbook(source: SourceFile, layout: Layout, findings: list[Finding]) -> Iterator[Grid]:
    """A grid per visible worksheet whose name fits the layout's glob and that holds any cell.

    Hidden sheets and sheets that do not fit are warned about: nothing is left out silently.

    Raises:
        Unreadable: when the workbook is encrypted or damaged, or no sheet fits.
    """
    if source.format is FileFormat.XLSX:
        errors = inspect_parts(source.path, source.name)
        if errors:
            findings.append(read_finding("excel-errors", Location(source.name), Severity.WARNING, cells=errors))
    outcome = try_workbook(source.path)
    if outcome is Outcome.ENCRYPTED:
        raise unreadable("encrypted-file", source.name)
    if outcome is not Outcome.LOADED:
        raise unreadable("damaged-file", source.name, format=source.format.value)
    workbook = calamine.load_workbook(str(source.path))
    found = False
    with workbook:
        for name in _chosen(workbook, source.name, layout, findings):
            sheet = workbook.get_sheet_by_name(name)
            if sheet.start is not None:
                found = True
                yield _grid(source, name, sheet)
    if not found:
        raise unreadable("no-sheet", source.name, expected=layout.sheet)


def _chosen(
    workbook: calamine.CalamineWorkbook, file: str, layout: Layout, findings: list[Finding]
) -> list[str]:  # fmt: skip
    chosen = []
    for sheet in workbook.sheets_metadata:
        if sheet.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if sheet.visible != calamine.SheetVisibleEnum.Visible:
            findings.append(read_finding("hidden-sheet", Location(file, sheet.name), Severity.WARNING))
        elif fnmatch.fnmatchcase(sheet.name, layout.sheet):
            chosen.append(sheet.name)
        else:
            findings.append(
                read_finding("sheet-not-read", Location(file, sheet.name), Severity.WARNING, expected=layout.sheet)
            )
    return chosen


def _grid(source: SourceFile, name: str, sheet: calamine.CalamineSheet) -> Grid:
    # calamine leaves out empty columns to the left of the table but keeps the empty rows above it.
    left = sheet.start[1] if sheet.start is not None else 0
    merges: tuple[Merge, ...] = tuple(
        ((first[0], first[1] - left), (last[0], last[1] - left))
        for first, last in sorted(sheet.merged_cell_ranges or [])
        if first[1] >= left
    )

    def rows() -> Iterator[GridRow]:
        for index, values in enumerate(sheet.iter_rows()):
            yield GridRow(index + 1, [cell_text(value) for value in values])

    return Grid(source.name, name, source.format, None, rows, padded=True, merges=merges)
