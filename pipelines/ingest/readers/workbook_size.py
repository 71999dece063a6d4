"""How many cells a workbook makes a library hold that keeps every cell as an object, told without that library."""

from __future__ import annotations

import re
import zipfile
import zlib

import python_calamine as calamine

from pipelines.ingest.problems import unreadable
from pipelines.ingest.readers.excel import load_on_trial
from pipelines.ingest.readers.workbook_parts import inspect_parts, windows
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat
from pipelines.registry.selections import column_number

_CELL = re.compile(rb"<(?:\w{1,32}:)?c[\s/>]")
#: Merged cells and links over ranges: each cell of the range becomes an object, however empty it is.
_RANGE = re.compile(
    rb"<(?:\w{1,32}:)?(?:mergeCell|hyperlink)\s[^<>]{0,1000}?\bref\s{0,8}=\s{0,8}[\"']"
    rb"\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?([A-Z]{1,3})\$?([0-9]{1,7})[\"']"
)


def count_cells(source: SourceFile) -> int:
    """Cells of all sheets.

    In xlsx: those that are written, empty ones with a format among them, and those of merged and linked ranges. In
    xls: those of the rectangles that sheets span.

    Raises:
        Unreadable: when the workbook is encrypted, damaged or too large to be read.
    """
    if source.format is FileFormat.XLSX:
        inspect_parts(source.path, source.name)
        return _written_cells(source)
    with load_on_trial(source) as workbook:
        sheets = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        ends = (workbook.get_sheet_by_name(name).end for name in sheets)
        return sum((end[0] + 1) * (end[1] + 1) for end in ends if end is not None)


def _written_cells(source: SourceFile) -> int:
    try:
        with zipfile.ZipFile(source.path) as package:
            parts = [part for part in package.infolist() if part.filename.endswith(".xml")]
            return sum(_cells(package, part) for part in parts if part.filename != "xl/sharedStrings.xml")
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError) as problem:
        raise unreadable("damaged-file", source.name, format="xlsx") from problem


def _cells(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    cells = 0
    for window, overlap in windows(package, part):
        cells += sum(1 for match in _CELL.finditer(window) if match.end() > overlap)
        cells += sum(_area(*match.groups()) for match in _RANGE.finditer(window) if match.end() > overlap)
    return cells


def _area(left: bytes, top: bytes, right: bytes, bottom: bytes) -> int:
    return (abs(column_number(right.decode()) - column_number(left.decode())) + 1) * (abs(int(bottom) - int(top)) + 1)
