"""OpenDocument spreadsheets (ods, fods): values of visible sheets as text, streamed from the package's ``content.xml``
or from the document that is in one piece.

Not through calamine, which reads xlsx and xls: of ods it drops tabs and line breaks inside cells, merged cells and what
is hidden, and holds a sheet of a million repeated rows whole.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from pipelines.core.findings import Finding
from pipelines.ingest.grids import Grid, GridRow, Indented, Merge, merges_of
from pipelines.ingest.headers import head_size
from pipelines.ingest.problems import unreadable
from pipelines.ingest.readers.faults import Fault, faults_of
from pipelines.ingest.readers.ods_content import MAX_COLUMNS, Content, Place, SheetRow, filled_cells
from pipelines.ingest.readers.parsed_rows import ParsedRows
from pipelines.ingest.readers.selecting import select
from pipelines.ingest.readers.sheets import Candidate, choose_sheets, tell_errors
from pipelines.ingest.readers.workbook_parts import MAX_SHEET_CELLS, MAX_UNPACKED, windows
from pipelines.ingest.sources import SourceFile
from pipelines.ingest.stretches import Hidden
from pipelines.registry.layouts import FileFormat, Layout
from pipelines.registry.selections import LAST_ROW

#: Characters that the rows of one sheet may come to, repeated ones counted each.
MAX_TEXT = 2 << 30
MAX_SHEETS = 10_000
_CONTENT, _MANIFEST = "content.xml", "META-INF/manifest.xml"
_ZIP = b"PK\x03\x04"
#: A block becomes at most about fifty times its size when its cells consist of counted spaces.
_BLOCK = 64 << 10
#: A document may declare an encoding that there is not: ``LookupError``, as is a part that is not in the package.
_FAULTS = (expat.ExpatError, zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, LookupError, RuntimeError)


@dataclass
class _Sheet:
    """One sheet as far as its cells reach. ``left``: empty columns before the first."""

    name: str
    visible: bool
    place: Place
    rows: int = 0
    width: int = 0
    left: int = MAX_COLUMNS
    errors: int = 0
    characters: int = 0
    hidden: Hidden = field(default_factory=Hidden)
    merges: list[Merge] = field(default_factory=list)


class _Survey:
    """Measures the sheets of a document. ``head``: rows that may hold a header, whose merged cells matter; so do those
    of hidden rows, whose texts show elsewhere when the rows are left out."""

    def __init__(self, head: int) -> None:
        self.sheets: list[_Sheet] = []
        self._head = head
        self._row = self._column = 0

    def sheet(self, name: str, visible: bool, place: Place) -> None:
        if len(self.sheets) == MAX_SHEETS:
            raise Fault("too-many-tables", limit=MAX_SHEETS)
        self.sheets.append(_Sheet(name, visible, place))
        self._row = self._column = 0

    def columns(self, repeat: int, hidden: bool) -> None:
        if hidden and self._column < MAX_COLUMNS:
            self.sheets[-1].hidden.columns.append((self._column + 1, min(self._column + repeat, MAX_COLUMNS)))
        self._column += repeat

    def row(self, row: SheetRow) -> None:
        sheet = self.sheets[-1]
        if self._row < self._head or row.hidden:
            sheet.merges += merges_of(self._row, row.spans)
        if row.hidden and self._row < LAST_ROW:
            sheet.hidden.add_rows(self._row + 1, self._row + row.repeat)
        self._row += row.repeat
        sheet.errors += row.repeat * row.errors
        if row.cells:
            first, before = row.cells[0]
            sheet.rows = self._row
            sheet.left = min(sheet.left, 0 if first else before)
            sheet.width = max(sheet.width, sum(columns for _, columns in row.cells))
            sheet.characters += row.repeat * sum(len(text) * columns for text, columns in row.cells)


class _Rows(ParsedRows[SheetRow]):
    """The rows of the sheet that is read."""

    def sheet(self, name: str, visible: bool, place: Place) -> None:
        """Nothing is to be done: what is parsed begins with the sheet."""

    def columns(self, repeat: int, hidden: bool) -> None:
        """Nothing is to be done: the sheet has been measured."""


def open_ods(source: SourceFile, layout: Layout, findings: list[Finding]) -> Iterator[Grid]:
    """A grid per visible sheet whose name fits the layout's glob and that holds any cell.

    Hidden sheets, rows and columns are treated and told as in xlsx workbooks.

    Raises:
        Unreadable: when the file is encrypted, damaged or too large, or no sheet fits.
    """
    sheets, indents = _survey(source, layout)
    candidates = [Candidate((sheet.name,), sheet.visible) for sheet in sheets]
    chosen = [(sheets[place], shown) for place, shown in choose_sheets(candidates, source.name, layout, findings)]
    chosen = [(sheet, shown) for sheet, shown in chosen if sheet.rows]
    tell_errors(sum(sheet.errors for sheet, _ in chosen), source.name, findings)
    for sheet, shown in chosen:
        _require_size(sheet, source.name, shown)
        yield select(_grid(source, sheet, shown, indents), sheet.hidden, (sheet.rows, sheet.width), layout, findings)
    if not chosen:
        raise unreadable("no-sheet", source.name, expected=layout.sheet)


def _survey(source: SourceFile, layout: Layout) -> tuple[list[_Sheet], Mapping[str, int]]:
    """The sheets, and how far styles indent."""
    survey = _Survey(head_size(layout))
    content = Content(survey)
    with _faults(source):
        with source.path.open("rb") as stream:
            is_package = stream.read(len(_ZIP)) == _ZIP
        if is_package:
            _require_package(source)
        elif source.path.stat().st_size > MAX_UNPACKED:
            raise unreadable("workbook-too-large", source.name, limit=MAX_UNPACKED)
        for _ in content.feed(_blocks(source)):
            pass
    return survey.sheets, content.indents


def _require_package(source: SourceFile) -> None:
    with zipfile.ZipFile(source.path) as package:
        if sum(part.file_size for part in package.infolist()) > MAX_UNPACKED:
            raise unreadable("workbook-too-large", source.name, limit=MAX_UNPACKED)
        if _MANIFEST in package.NameToInfo and any(
            b"encryption-data" in window for window, _ in windows(package, package.getinfo(_MANIFEST))
        ):
            raise unreadable("encrypted-file", source.name)


def _require_size(sheet: _Sheet, file: str, shown: str) -> None:
    if sheet.rows * sheet.width > MAX_SHEET_CELLS:
        raise unreadable("sheet-too-large", file, shown, rows=sheet.rows, columns=sheet.width, limit=MAX_SHEET_CELLS)
    if sheet.characters > MAX_TEXT:
        raise unreadable("text-too-long", file, shown, limit=MAX_TEXT)


def _grid(source: SourceFile, sheet: _Sheet, shown: str, styles: Mapping[str, int]) -> Grid:
    left, width = sheet.left, sheet.width - sheet.left
    merges = tuple(
        ((top, first - left), (bottom, last - left)) for (top, first), (bottom, last) in sheet.merges if first >= left
    )

    def parsed() -> Iterator[tuple[int, SheetRow]]:
        number, reader = 0, _Rows()
        with _faults(source):
            content = Content(reader, one_sheet=True, indents=styles, encoding=sheet.place.encoding)
            for _ in content.feed(_blocks(source, sheet.place)):
                for row in reader.take():
                    for _ in range(min(row.repeat, sheet.rows - number)):
                        number += 1
                        yield number, row
                if number == sheet.rows:
                    return

    def rows() -> Iterator[GridRow]:
        for number, row in parsed():
            yield GridRow(number, filled_cells(row, left, width))

    def indents() -> Iterator[Indented]:
        for number, row in parsed():
            for first, columns, indent in row.indents:
                yield from (Indented(number, first + place + 1, indent) for place in range(columns))

    return Grid(
        source.name, shown, FileFormat.ODS, None, rows, padded=True, merges=merges, sheet_name=sheet.name, left=left,
        indents=indents if styles else None,
    )  # fmt: skip


@contextmanager
def _document(source: SourceFile) -> Iterator[IO[bytes]]:
    """The XML of the sheets: a part of the package, or a document of one piece (fods)."""
    with source.path.open("rb") as stream:
        if stream.read(len(_ZIP)) != _ZIP:
            stream.seek(0)
            yield stream
            return
        with zipfile.ZipFile(stream) as package, package.open(_CONTENT) as part:
            yield part


def _blocks(source: SourceFile, place: Place | None = None) -> Iterator[bytes]:
    """The document, or what of it begins at ``place``, inside a root element of its own."""
    with _document(source) as stream:
        if place is not None:
            stream.seek(place.offset)
            yield place.opening()
        while block := stream.read(_BLOCK):
            yield block


@contextmanager
def _faults(source: SourceFile) -> Iterator[None]:
    """What goes wrong while a document is parsed, as findings."""
    try:
        with faults_of(source.name):
            yield
    except _FAULTS as problem:
        raise unreadable("damaged-file", source.name, format=FileFormat.ODS.value) from problem
