"""One module per format: bytes in, grids of text cells out.

Here: decoding, and writing numbers, dates and booleans as text without loss. Not here: headers, units and
tidy steps (``headers``, ``steps``), or any judgement about values.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.core.findings import Finding
from pipelines.ingest.grids import Grid
from pipelines.ingest.readers import csv_text, excel, html_pages, json_records, ods, parquet
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat, Layout


def open_grids(source: SourceFile, layout: Layout, findings: list[Finding]) -> Iterator[Grid]:
    """The tables of a source file, in their order. What is left out on purpose is told in ``findings``.

    Raises:
        Unreadable: when the file cannot be read; also while rows are read.
    """
    match layout.format:
        case FileFormat.CSV:
            return csv_text.open_csv(source, layout)
        case FileFormat.JSON:
            return json_records.open_json(source, layout, findings)
        case FileFormat.JSONL:
            return json_records.open_json_lines(source, layout, findings)
        case FileFormat.PARQUET:
            return parquet.open_parquet(source)
        case FileFormat.ODS:
            return ods.open_ods(source, layout, findings)
        case FileFormat.HTML:
            return html_pages.open_html(source, layout, findings)
        case FileFormat.XLSX | FileFormat.XLS:
            return excel.open_workbook(source, layout, findings)


__all__ = ["open_grids"]
