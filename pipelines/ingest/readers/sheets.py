"""Which sheets of a workbook, or tables of a page, are read; the others are told."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from typing import NamedTuple

from pipelines.core.findings import Finding, Location, Severity
from pipelines.ingest.names import shown_sheet
from pipelines.ingest.problems import read_finding


class Candidate(NamedTuple):
    """A sheet: the ``names`` that a layout may know it by (the first is what it is called), and whether it shows."""

    names: tuple[str, ...]
    visible: bool = True


def choose_sheets(
    candidates: Iterable[Candidate], file: str, wanted: str, findings: list[Finding]
) -> list[tuple[int, str]]:  # fmt: skip
    """Positions, from 0, of the sheets to read, each with how it is shown. ``wanted`` is the layout's glob.

    Hidden sheets and sheets that do not fit are warned about: nothing is left out silently.
    """
    chosen = []
    sheets = list(candidates)
    names = {sheet.names[0] for sheet in sheets}
    for place, sheet in enumerate(sheets):
        shown = shown_sheet(sheet.names[0], place + 1, names)
        if not sheet.visible:
            findings.append(read_finding("hidden-sheet", Location(file, shown), Severity.WARNING))
        elif any(fnmatch.fnmatchcase(name, wanted) for name in sheet.names):
            chosen.append((place, shown))
        else:
            findings.append(read_finding("sheet-not-read", Location(file, shown), Severity.WARNING, expected=wanted))
    return chosen


def tell_hidden(rows: int, columns: int, place: Location, findings: list[Finding]) -> None:
    """Warn about hidden rows and columns of a sheet, which are read: whoever delivered them may not have meant to."""
    if rows or columns:
        findings.append(read_finding("hidden-cells", place, Severity.WARNING, rows=rows, columns=columns))


def tell_errors(cells: int, file: str, findings: list[Finding]) -> None:
    """Warn about cells whose formula failed, which are read as empty."""
    if cells:
        findings.append(read_finding("excel-errors", Location(file), Severity.WARNING, cells=cells))
