"""The one table of a workbook or of a document of records, through the readers of deliveries."""

from __future__ import annotations

from pathlib import Path

from pipelines.core.findings import Finding, Location, Severity
from pipelines.ingest.grids import Grid
from pipelines.ingest.problems import read_finding, unreadable
from pipelines.ingest.readers import json_records, open_grids
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat, Layout
from pipelines.validate.any_file.intake import Source

#: The rule of findings about sheets that were left out.
NOT_READ = "sheet-not-read"


def open_table(source: Source, sheet: str | None, findings: list[Finding]) -> Grid:
    """The table to judge; what is left out or peculiar is told in ``findings``.

    Raises:
        Unreadable: the file cannot be read.
    """
    kind = FileFormat(source.kind)
    wanted = "*" if sheet is None else "".join(f"[{c}]" if c in "*?[" else c for c in sheet)
    layout = Layout(name="file", format=kind, encoding=("utf-8", "utf-16"), sheet=wanted)
    file = SourceFile(source.name, source.path, kind)
    if kind is FileFormat.JSON and _is_lines(source.path):
        return next(json_records.open_json_lines(file, layout, findings))
    if kind in {FileFormat.JSON, FileFormat.JSONL, FileFormat.PARQUET}:
        grid = next(open_grids(file, layout, findings))
        # Lists of cells would need a layout that says which of them is the header.
        if grid.labels is None:
            raise unreadable("json-not-an-object", file.name, row=1)
        return grid
    grids = open_grids(file, layout, findings)
    first = next(grids)
    for other in grids:
        place = Location(other.file, other.sheet)
        findings.append(read_finding(NOT_READ, place, Severity.WARNING, expected=wanted))
    return first


def _is_lines(path: Path) -> bool:
    """Whether a document is the one record of a JSON Lines file: an object on one line."""
    with path.open("rb") as stream:
        begin, _, rest = stream.read(1 << 16).lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    return begin.startswith(b"{") and begin.rstrip().endswith(b"}") and not rest.strip()
