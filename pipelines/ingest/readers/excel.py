"""Excel workbooks (xlsx and xls) through calamine: cached values of visible sheets, as text."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

import python_calamine as calamine

from pipelines.core.findings import Finding, Location, Severity
from pipelines.ingest.grids import Grid, GridRow, Merge
from pipelines.ingest.names import shown_sheet
from pipelines.ingest.problems import read_finding, unreadable
from pipelines.ingest.readers.cells import cell_text
from pipelines.ingest.readers.workbook_parts import Inspection, inspect_parts
from pipelines.ingest.readers.workbook_trial import Outcome, try_workbook
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat, Layout


def open_workbook(source: SourceFile, layout: Layout, findings: list[Finding]) -> Iterator[Grid]:
    """A grid per visible worksheet whose name fits the layout's glob and that holds any cell.

    Hidden sheets and sheets that do not fit are warned about: nothing is left out silently but a template's own
    explanations. Hidden rows and columns of xlsx workbooks are read, and warned about: whoever delivered them may not
    have meant to.

    Raises:
        Unreadable: when the workbook is encrypted or damaged, or no sheet fits.
    """
    inspection = Inspection(0, {})
    if source.format is FileFormat.XLSX:
        inspection = inspect_parts(source.path, source.name)
        if inspection.errors:
            finding = read_finding("excel-errors", Location(source.name), Severity.WARNING, cells=inspection.errors)
            findings.append(finding)
    workbook = load_on_trial(source)
    found = False
    with workbook:
        for name, shown in _chosen(workbook, source.name, layout, findings):
            sheet = workbook.get_sheet_by_name(name)
            if sheet.start is not None:
                found = True
                _tell_hidden(inspection, sheet, Location(source.name, shown), findings)
                yield _grid(source, shown, sheet)
    if not found:
        raise unreadable("no-sheet", source.name, expected=layout.sheet)


def load_on_trial(source: SourceFile) -> calamine.CalamineWorkbook:
    """Load a workbook, after another process has shown that this goes well.

    Raises:
        Unreadable: when it is encrypted or damaged.
    """
    outcome = try_workbook(source.path)
    if outcome is Outcome.ENCRYPTED:
        raise unreadable("encrypted-file", source.name)
    if outcome is not Outcome.LOADED:
        raise unreadable("damaged-file", source.name, format=source.format.value)
    return calamine.load_workbook(str(source.path))


def _chosen(
    workbook: calamine.CalamineWorkbook, file: str, layout: Layout, findings: list[Finding]
) -> list[tuple[str, str]]:  # fmt: skip
    """Names of the sheets to read, each with how it is shown."""
    chosen = []
    names = {sheet.name for sheet in workbook.sheets_metadata}
    for position, sheet in enumerate(workbook.sheets_metadata, start=1):
        shown = shown_sheet(sheet.name, position, names)
        if sheet.typ != calamine.SheetTypeEnum.WorkSheet or layout.leaves_out(sheet.name):
            continue
        if sheet.visible != calamine.SheetVisibleEnum.Visible:
            findings.append(read_finding("hidden-sheet", Location(file, shown), Severity.WARNING))
        elif fnmatch.fnmatchcase(sheet.name, layout.sheet):
            chosen.append((sheet.name, shown))
        else:
            findings.append(
                read_finding("sheet-not-read", Location(file, shown), Severity.WARNING, expected=layout.sheet)
            )
    return chosen


def _tell_hidden(
    inspection: Inspection, sheet: calamine.CalamineSheet, location: Location, findings: list[Finding]
) -> None:
    hidden = inspection.hidden.get(sheet.name)
    if hidden is None or sheet.start is None or sheet.end is None:
        return
    columns = hidden.columns_within(sheet.start[1] + 1, sheet.end[1] + 1)
    if hidden.rows or columns:
        findings.append(
            read_finding("hidden-cells", location, Severity.WARNING, rows=hidden.rows, columns=columns)
        )  # fmt: skip


def _grid(source: SourceFile, shown: str, sheet: calamine.CalamineSheet) -> Grid:
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

    return Grid(
        source.name, shown, source.format, None, rows, padded=True, merges=merges, sheet_name=sheet.name, left=left
    )  # fmt: skip
