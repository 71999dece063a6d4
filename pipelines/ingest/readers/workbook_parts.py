"""What an xlsx package holds, looked at before a library loads it: its size, and cells in error."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from pipelines.ingest.problems import unreadable

#: Bytes of XML that a workbook may unpack to.
MAX_UNPACKED = 2 << 30
#: Cells of the rectangle that a sheet spans. Readers hold the whole rectangle, so that two lone cells in
#: opposite corners of a sheet (16,384 columns by 1,048,576 rows) would exhaust any memory.
MAX_SHEET_CELLS = 30_000_000
_MAX_NARROW = 26  # columns A to Z
_BLOCK = 1 << 20
_OVERLAP = 256
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br\s*=\s*[\"']([0-9]{1,7})[\"']")
_WIDE = re.compile(rb"\br\s*=\s*[\"']([A-Z]{2,3})[0-9]{1,7}[\"']")
_ANY = re.compile(rb"\br\s*=\s*[\"'][A-Z]{1,3}([0-9]{1,7})[\"']")
_ERROR = re.compile(rb"\bt\s*=\s*[\"']e[\"']")


def inspect_parts(path: Path, name: str) -> int:
    """Refuse workbooks that would not fit in memory; count cells whose value is an Excel error (``#DIV/0!`` …).

    Raises:
        Unreadable: when the package is damaged, unpacks to too much, or a sheet spans too many cells.
    """
    try:
        with zipfile.ZipFile(path) as package:
            if sum(part.file_size for part in package.infolist()) > MAX_UNPACKED:
                raise unreadable("workbook-too-large", name, limit=MAX_UNPACKED)
            return sum(_inspect(package, part, name) for part in package.infolist())
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError) as problem:
        raise unreadable("damaged-file", name, format="xlsx") from problem


def _inspect(package: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> int:
    # Any part may be a worksheet (its place is only a convention); shared strings never hold references.
    if part.filename == "xl/sharedStrings.xml" or not part.filename.endswith(".xml"):
        return 0
    rows, columns, errors = 0, _MAX_NARROW, 0
    for window, overlap in _windows(package, part):
        rows = max([rows, *(int(match[1]) for match in _ROW.finditer(window))])
        columns = max([columns, *(_column_number(letters) for letters in set(_WIDE.findall(window)))])
        errors += sum(1 for match in _ERROR.finditer(window) if match.end() > overlap)
    if columns > _MAX_NARROW:
        # Only wide sheets can span too much, so only they are read again for the rows their cells name.
        for window, _ in _windows(package, part):
            rows = max([rows, *map(int, set(_ANY.findall(window)))])
    if rows * columns > MAX_SHEET_CELLS:
        raise unreadable("sheet-too-large", name, rows=rows, columns=columns, limit=MAX_SHEET_CELLS)
    return errors if part.filename.startswith("xl/worksheets/") else 0


def _windows(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """Blocks of a part, each with the end of the one before in front of it, and how long that end is."""
    tail = b""
    with package.open(part) as stream:
        while block := stream.read(_BLOCK):
            window = tail + block
            yield window, len(tail)
            tail = window[-_OVERLAP:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
