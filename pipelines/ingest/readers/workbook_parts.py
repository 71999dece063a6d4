"""What an xlsx package holds, looked at before a library loads it: its size, cells in error, what is hidden."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.ingest.problems import unreadable
from pipelines.ingest.stretches import Hidden
from pipelines.registry.selections import LAST_COLUMN, column_number

#: Bytes of XML that a workbook may unpack to.
MAX_UNPACKED = 2 << 30
#: Cells of the rectangle that a sheet spans. Readers hold the whole rectangle, so that two lone cells in
#: opposite corners of a sheet (16,384 columns by 1,048,576 rows) would exhaust any memory.
MAX_SHEET_CELLS = 30_000_000
#: Bytes of a workbook's shared strings. Readers hold all of them at once, several times over while they are parsed.
MAX_STRINGS = 256 << 20
_STRINGS = "xl/sharedstrings.xml"
_MAX_NARROW = 26  # columns A to Z
_BLOCK = 1 << 20
_OVERLAP = 1024
#: Attributes of one element. Every repetition below is bounded, so that no part can make the scan quadratic.
_TAG = rb"<(?:\w{1,32}:)?%s\s"
_WITHIN = rb"[^<>]{0,400}?\b"
_IS = rb"\s{0,8}=\s{0,8}[\"']"
_ROW = re.compile(rb"<(?:\w{1,32}:)?row(?:\s([^<>]{0,1000}))?>")
_NUMBER = re.compile(rb"\br" + _IS + rb"([0-9]{1,7})[\"']")
_HIDES = re.compile(rb"\bhidden" + _IS + rb"(?:1|true)[\"']")
_COLUMNS = re.compile(_TAG % b"col" + rb"([^<>]{0,400})>")
_ATTRIBUTE = re.compile(rb"([\w:]{1,64})\s{0,8}=\s{0,8}(?:\"([^\"]{0,1024})\"|'([^']{0,1024})')")
_WIDE = re.compile(rb"\br" + _IS + rb"([A-Z]{2,3})[0-9]{1,7}[\"']")
_ANY = re.compile(rb"\br" + _IS + rb"[A-Z]{1,3}([0-9]{1,7})[\"']")
#: A cell without content, its quotes in pairs, or one whose content is in the next window, which has it whole; and
#: one that does not say where it stands.
_EMPTY = re.compile(
    rb"<(?:\w{1,32}:)?c(?:\s{1,8}[\w:]{1,64}\s{0,8}=\s{0,8}(?:\"[^\"<>]{0,64}\"|'[^'<>]{0,64}')){0,16}\s{0,8}"
    rb"(?:/>|>\s{0,8}(?:</(?:\w{1,32}:)?c\s{0,8}>|\Z))"
)
_UNNAMED = re.compile(rb"<(?:\w{1,32}:)?c(?![^<>]{0,400}\br" + _IS + rb"[A-Z])[\s>]")
_ERROR = re.compile(rb"\bt" + _IS + rb"e[\"']")
_SHEET = re.compile(_TAG % b"sheet" + rb"([^<>]{0,1000})>")
_RELATIONSHIP = re.compile(_TAG % b"Relationship" + rb"([^<>]{0,1000})>")
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


@dataclass(frozen=True)
class Inspection:
    """What the parts of a workbook say. ``hidden`` and ``parts``, where they lie, are by the sheets' names."""

    errors: int
    hidden: Mapping[str, Hidden]
    parts: Mapping[str, str]


def inspect_parts(path: Path, name: str) -> Inspection:
    """Refuse workbooks that would not fit in memory; count cells whose value is an Excel error (``#DIV/0!`` …), and
    hidden rows and columns.

    Raises:
        Unreadable: when the package is damaged, unpacks to too much, or a sheet spans too many cells.
    """
    try:
        with zipfile.ZipFile(path) as package:
            if sum(part.file_size for part in package.infolist()) > MAX_UNPACKED:
                raise unreadable("workbook-too-large", name, limit=MAX_UNPACKED)
            hidden: dict[str, Hidden] = {}
            errors = sum(_inspect(package, part, name, hidden) for part in package.infolist())
            sheets = _sheet_parts(package)
            concealed = {sheet: hidden[part] for sheet, part in sheets.items() if part in hidden}
            return Inspection(errors, concealed, sheets)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError) as problem:
        raise unreadable("damaged-file", name, format="xlsx") from problem


def _inspect(package: zipfile.ZipFile, part: zipfile.ZipInfo, name: str, hidden: dict[str, Hidden]) -> int:
    # Any part may be a worksheet (its place is only a convention); shared strings never hold references.
    if part.filename.lower() == _STRINGS:
        _measure_strings(package, part, name)
        return 0
    if not part.filename.endswith(".xml"):
        return 0
    rows, columns, errors = 0, _MAX_NARROW, 0
    concealed, row = hidden.setdefault(part.filename, Hidden()), 0
    for window, overlap in windows(package, part):
        row, highest = _rows(window, overlap, row, concealed)
        rows = max(rows, highest)
        columns = max([columns, *(column_number(letters.decode()) for letters in set(_WIDE.findall(window)))])
        errors += sum(1 for match in _ERROR.finditer(window) if match.end() > overlap)
        concealed.columns += _hidden_columns(window, overlap)
    if columns > _MAX_NARROW:
        # Only wide sheets can span too much, so only they are read again for the cells that hold anything.
        rows, columns = _filled_extent(package, part, (rows, columns))
    if rows * columns > MAX_SHEET_CELLS:
        raise unreadable("sheet-too-large", name, rows=rows, columns=columns, limit=MAX_SHEET_CELLS)
    return errors if part.filename.startswith("xl/worksheets/") else 0


def _filled_extent(
    package: zipfile.ZipFile, part: zipfile.ZipInfo, named: tuple[int, int]
) -> tuple[int, int]:  # fmt: skip
    """Rows and columns of a wide sheet. Cells with a format and without content do not count: libraries drop them.

    Where any cell that holds something does not say where it stands, all that is ``named`` counts.
    """
    rows, filled_rows, columns, unnamed = named[0], 0, _MAX_NARROW, False
    for window, overlap in windows(package, part):
        rows = max([rows, *map(int, set(_ANY.findall(window)))])
        filled = _EMPTY.sub(b"", _whole_tags(window, overlap))
        filled_rows = max([filled_rows, *map(int, set(_ANY.findall(filled)))])
        columns = max([columns, *(column_number(letters.decode()) for letters in set(_WIDE.findall(filled)))])
        unnamed = unnamed or _UNNAMED.search(filled) is not None
    return (rows, named[1]) if unnamed else (filled_rows, columns)


def _whole_tags(window: bytes, overlap: int) -> bytes:
    """A window without the pieces of tags at its ends, where the window before or after has them whole."""
    first, last = window.find(b">") + 1, window.rfind(b"<")
    begin = first if 0 < first <= overlap else 0
    end = last if window.rfind(b">") < last and len(window) - last < _OVERLAP else len(window)
    return window[begin:end]


def _rows(window: bytes, overlap: int, row: int, hidden: Hidden) -> tuple[int, int]:
    """The number of the last row in a window and the highest, going on from ``row``: those without one follow on."""
    highest = row
    for match in _ROW.finditer(window):
        if match.end() <= overlap:
            continue
        attributes = match[1] or b""
        number = _NUMBER.search(attributes)
        row = int(number[1]) if number is not None else row + 1
        highest = max(highest, row)
        if b"hidden" in attributes and _HIDES.search(attributes):
            hidden.add_rows(row, row)
    return row, highest


def _measure_strings(package: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    # To the end: where the directory tells less than there is, the checksum is wrong.
    for _ in windows(package, part):
        if part.file_size > MAX_STRINGS:
            raise unreadable("workbook-too-large", name, limit=MAX_STRINGS)


def _hidden_columns(window: bytes, overlap: int) -> list[tuple[int, int]]:
    found = []
    for match in _COLUMNS.finditer(window):
        attributes = _attributes(match[1])
        if match.end() > overlap and attributes.get(b"hidden") in {b"1", b"true"}:
            bounds = attributes.get(b"min", b""), attributes.get(b"max", b"")
            if all(bound.isdigit() and len(bound) < 8 for bound in bounds):
                found.append((int(bounds[0]), min(int(bounds[1]), LAST_COLUMN)))
    return found


def _sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """The part of each worksheet, by the sheet's name."""
    targets = {
        attributes.get(b"Id"): attributes.get(b"Target", b"").decode("utf-8", "replace")
        for attributes in _elements(package, _RELATIONS, _RELATIONSHIP)
    }
    parts: dict[str, str] = {}
    for attributes in _elements(package, _WORKBOOK, _SHEET):
        relation = next((value for key, value in attributes.items() if key.endswith(b":id")), None)
        target = targets.get(relation, "")
        part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        parts[html.unescape(attributes.get(b"name", b"").decode("utf-8", "replace"))] = part
    return parts


def _elements(package: zipfile.ZipFile, part: str, pattern: re.Pattern[bytes]) -> Iterator[dict[bytes, bytes]]:
    """The attributes of a small part's elements; a package without the part has none."""
    if part not in package.NameToInfo:
        return
    with package.open(part) as stream:
        for match in pattern.finditer(stream.read(_BLOCK)):
            yield _attributes(match[1])


def _attributes(element: bytes) -> dict[bytes, bytes]:
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(element)}


def windows(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """Blocks of a part, each with the end of the one before in front of it, and how long that end is."""
    tail = b""
    with package.open(part) as stream:
        while block := stream.read(_BLOCK):
            window = tail + block
            yield window, len(tail)
            tail = window[-_OVERLAP:]
