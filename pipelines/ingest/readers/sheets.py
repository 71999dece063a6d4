"""Which sheets of a workbook, or tables of a page, are read; the others are told."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from typing import NamedTuple

from pipelines.core.findings import Finding, Location, Severity
from pipelines.ingest.names import shown_sheet
from pipelines.ingest.problems import read_finding
from pipelines.registry.layouts import Layout
from pipelines.registry.selections import Treat

#: What is told of hidden sheets, by what becomes of them.
_HIDDEN = {
    Treat.READ: "hidden-sheet-read",
    Treat.LEAVE_OUT: "hidden-sheet",
    Treat.REFUSE: "hidden-sheet-refused",
}


class Candidate(NamedTuple):
    """A sheet: the ``names`` that a layout may know it by (the first is what it is called), and whether it shows."""

    names: tuple[str, ...]
    visible: bool = True


def choose_sheets(
    candidates: Iterable[Candidate], file: str, layout: Layout, findings: list[Finding]
) -> list[tuple[int, str]]:  # fmt: skip
    """Positions, from 0, of the sheets to read, each with how it is shown: those that fit the layout's glob.

    Sheets that do not fit, and hidden ones, are told: nothing is left out, or read though hidden, silently.
    """
    chosen = []
    sheets = list(candidates)
    names = {sheet.names[0] for sheet in sheets}
    for place, sheet in enumerate(sheets):
        shown = shown_sheet(sheet.names[0], place + 1, names)
        fits = any(fnmatch.fnmatchcase(name, layout.sheet) for name in sheet.names)
        if not sheet.visible:
            treat = layout.hidden.sheets if fits else Treat.LEAVE_OUT
            findings.append(read_finding(_HIDDEN[treat], Location(file, shown), _severity(treat)))
            fits = treat is Treat.READ
        elif not fits:
            expected = layout.sheet
            findings.append(read_finding("sheet-not-read", Location(file, shown), Severity.WARNING, expected=expected))
        if fits:
            chosen.append((place, shown))
    return chosen


def _severity(treat: Treat) -> Severity:
    return Severity.ERROR if treat is Treat.REFUSE else Severity.WARNING


def tell_errors(cells: int, file: str, findings: list[Finding]) -> None:
    """Warn about cells whose formula failed, which are read as empty."""
    if cells:
        findings.append(read_finding("excel-errors", Location(file), Severity.WARNING, cells=cells))
