"""Excel workbooks (xlsx and xls) through calamine: cached values of visible sheets, as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import python_calamine as calamine

from pipelines.core.findings import Finding, Location, Severity
from pipelines.ingest.grids import Grid, GridRow, Indented, Merge
from pipelines.ingest.problems import read_finding, unreadable
from pipelines.ingest.readers.cells import cell_text
from pipelines.ingest.readers.selecting import select
from pipelines.ingest.readers.sheets import Candidate, choose_sheets, tell_errors
from pipelines.ingest.readers.trial import Outcome, try_workbook
from pipelines.ingest.readers.workbook_parts import inspect_parts
from pipelines.ingest.readers.xls_parts import hidden_in_xls, indented_in_xls
from pipelines.ingest.readers.xlsx_indents import indented_cells
from pipelines.ingest.sources import SourceFile
from pipelines.ingest.stretches import Hidden
from pipelines.registry.layouts import FileFormat, Layout
from pipelines.registry.selections import Treat
from pipelines.registry.steps import Indent


def open_workbook(source: SourceFile, layout: Layout, findings: list[Finding]) -> Iterator[Grid]:
    """A grid per worksheet whose name fits the layout's glob and that holds any cell.

    The layout says what becomes of hidden sheets, rows and columns. All that and sheets that do not fit are told:
    nothing is left out silently but a template's own explanations.

    Raises:
        Unreadable: when the workbook is encrypted or damaged, or no sheet fits.
    """
    hidden: Mapping[str, Hidden] = {}
    parts: Mapping[str, str] = {}
    if source.format is FileFormat.XLSX:
        inspection = inspect_parts(source.path, source.name)
        tell_errors(inspection.errors, source.name, findings)
        hidden, parts = inspection.hidden, inspection.parts
    workbook = load_on_trial(source)
    found = False
    with workbook:
        if source.format is FileFormat.XLS:
            hidden = _hidden_in_xls(source, workbook, layout, findings)
        names = [sheet.name for sheet in workbook.sheets_metadata]
        sheets = _worksheets(workbook, layout)
        visible = calamine.SheetVisibleEnum.Visible
        candidates = [Candidate((sheet.name,), sheet.visible == visible) for sheet in sheets]
        for place, shown in choose_sheets(candidates, source.name, layout, findings):
            sheet = workbook.get_sheet_by_name(sheets[place].name)
            if sheet.start is not None and sheet.end is not None:
                found = True
                size = (sheet.end[0] + 1, sheet.end[1] + 1)
                grid = _grid(source, shown, sheet)
                if any(isinstance(step, Indent) for step in layout.steps):
                    grid = replace(grid, indents=_indents(source, sheet.name, parts, names))
                yield select(grid, hidden.get(sheet.name, Hidden()), size, layout, findings)
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


def _worksheets(workbook: calamine.CalamineWorkbook, layout: Layout) -> list[calamine.SheetMetadata]:
    """The worksheets, without those that a template has besides its data."""
    return [sheet for sheet in workbook.sheets_metadata
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet and not layout.leaves_out(sheet.name)]  # fmt: skip


def _indents(
    source: SourceFile, sheet: str, parts: Mapping[str, str], names: Sequence[str]
) -> Callable[[], Iterator[Indented]] | None:  # fmt: skip
    """The cells of a sheet that their alignment indents. ``parts``: where the sheets of an xlsx workbook lie."""
    if source.format is FileFormat.XLS:
        return partial(indented_in_xls, source.path, names.index(sheet))
    return partial(indented_cells, source.path, source.name, parts[sheet]) if sheet in parts else None


def _hidden_in_xls(
    source: SourceFile, workbook: calamine.CalamineWorkbook, layout: Layout, findings: list[Finding]
) -> Mapping[str, Hidden]:
    """What the sheets of an xls workbook hide. Where that cannot be told, only layouts that read all can go on."""
    hidden = hidden_in_xls(source.path, [sheet.name for sheet in workbook.sheets_metadata])
    if hidden is None:
        read = {layout.hidden.rows, layout.hidden.columns} == {Treat.READ}
        severity = Severity.WARNING if read else Severity.ERROR
        findings.append(read_finding("hidden-unknown", Location(source.name), severity))
    return hidden or {}


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
