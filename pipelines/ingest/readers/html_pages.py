"""HTML pages: a grid per table. Many programs write a page and call it ``.xls``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.core.findings import Finding, Location
from pipelines.ingest.grids import Grid, GridRow, Merge, merges_of
from pipelines.ingest.headers import head_size
from pipelines.ingest.problems import unreadable
from pipelines.ingest.proof import SINGLE_BYTE
from pipelines.ingest.readers.faults import Fault, faults_of
from pipelines.ingest.readers.html_tables import TableParser, TableRow
from pipelines.ingest.readers.parsed_rows import ParsedRows
from pipelines.ingest.readers.selecting import tell_hidden
from pipelines.ingest.readers.sheets import Candidate, choose_sheets
from pipelines.ingest.readers.text import encoding_of
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat, Layout

#: Tables of one page. Each that is read is looked for from the beginning of the page.
MAX_TABLES = 100
_MAX_CAPTION = 1_000
_BLOCK = 1 << 18
_HEAD = 4096
_CHARSET = re.compile(rb"""<meta\b[^>]{0,400}?\bcharset\s{0,8}=\s{0,8}["']?\s{0,8}([\w-]{1,40})""", re.IGNORECASE)
#: The names that pages give to the encodings that layouts know (WHATWG Encoding Standard: gb2312 is read as GBK).
_ENCODINGS = {
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "cp936"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5"), "big5"),
    **dict.fromkeys(("windows-1252", "cp1252", "iso-8859-1", "latin1", "us-ascii"), "cp1252"),
    **{f"windows-{page}": f"cp{page}" for page in (1250, 1251, 1253, 1254, 1257)},
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (2, 5, 7, 15)},
    **dict.fromkeys(("iso-8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("shift_jis", "shift-jis", "x-sjis"), "shift_jis"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "euc_kr"),
    "koi8-r": "koi8-r",
    "euc-jp": "euc_jp",
}


@dataclass
class _Table:
    """One table of a page, measured."""

    visible: bool
    caption: str = ""
    rows: int = 0
    width: int = 0
    hidden_rows: int = 0
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[Merge] = field(default_factory=list)


class _Survey:
    """Measures the tables of a page. ``head``: rows that may hold a header, whose spans matter."""

    def __init__(self, head: int) -> None:
        self.tables: list[_Table] = []
        self._head = head

    def table(self, hidden: bool) -> None:
        if len(self.tables) == MAX_TABLES:
            raise Fault("too-many-tables", limit=MAX_TABLES)
        self.tables.append(_Table(not hidden))

    def caption(self, text: str) -> None:
        self.tables[-1].caption = text[:_MAX_CAPTION]

    def row(self, row: TableRow) -> None:
        table = self.tables[-1]
        if table.rows < self._head:
            table.merges += merges_of(table.rows, row.spans)
        table.rows += 1
        table.hidden_rows += row.hidden
        table.hidden_columns.update(row.hidden_columns)
        if row.cells:
            table.width = max(table.width, row.cells[-1][0] + 1)

    def end(self) -> None:
        """Nothing is to be done: a table is as long as its rows."""


class _Rows(ParsedRows[TableRow]):
    """The rows of one table, counted from 0."""

    def __init__(self, wanted: int) -> None:
        super().__init__()
        self._wanted, self._tables = wanted, 0
        self.ended = False

    def table(self, hidden: bool) -> None:
        """Nothing is to be done: tables are counted as they end."""

    def caption(self, text: str) -> None:
        """Nothing is to be done: the caption is known."""

    def row(self, row: TableRow) -> None:
        if self._tables == self._wanted:
            super().row(row)

    def end(self) -> None:
        self._tables += 1
        self.ended = self._tables > self._wanted


def open_html(source: SourceFile, layout: Layout, findings: list[Finding]) -> Iterator[Grid]:
    """A grid per table of a page that holds any text and that fits the layout's ``sheet``.

    Tables are called ``table 1``, ``table 2`` …; a layout may also name them by their captions. Row numbers count
    the table's rows. Hidden tables are not read, hidden rows and cells are; both are told.

    Raises:
        Unreadable: when the page is cut, has no such table, or tables that lie in each other.
    """
    encoding, codec = encoding_of(source.path, source.name, page_encodings(source.path, layout.encoding))
    survey = _Survey(head_size(layout))
    with faults_of(source.name):
        for _ in TableParser(survey).read(_blocks(source.path, codec)):
            pass
    if not survey.tables:
        raise unreadable("html-no-table", source.name)
    found = False
    for place, shown in choose_sheets(_named(survey.tables), source.name, layout, findings):
        table = survey.tables[place]
        if table.width:
            found = True
            location = Location(source.name, shown)
            tell_hidden(table.hidden_rows, len(table.hidden_columns), location, findings)
            yield _grid(source, table, place, shown, (encoding, codec))
    if not found:
        raise unreadable("no-sheet", source.name, expected=layout.sheet)


def _named(tables: list[_Table]) -> Iterator[Candidate]:
    for number, table in enumerate(tables, start=1):
        names = (f"table {number}", table.caption) if table.caption else (f"table {number}",)
        yield Candidate(names, table.visible)


def _grid(source: SourceFile, table: _Table, place: int, shown: str, encoding: tuple[str, str]) -> Grid:
    def rows() -> Iterator[GridRow]:
        number, reader = 0, _Rows(place)
        with faults_of(source.name):
            for _ in TableParser(reader).read(_blocks(source.path, encoding[1])):
                for row in reader.take():
                    number += 1
                    cells: list[str | None] = [""] * table.width
                    for column, text in row.cells:
                        cells[column] = text
                    yield GridRow(number, cells)
                if reader.ended:
                    return

    return Grid(source.name, shown, FileFormat.HTML, encoding[0], rows, padded=True, merges=tuple(table.merges),
                sheet_name=table.caption or shown)  # fmt: skip


def page_encodings(path: Path, known: tuple[str, ...]) -> tuple[str, ...]:
    """Encodings to try: what the page declares goes first, and is proved like those ``known`` from its layout.

    Where one byte is one character nearly anything decodes, so that UTF-8 is tried before what is declared so.
    """
    with path.open("rb") as stream:
        match = _CHARSET.search(stream.read(_HEAD))
    declared = _ENCODINGS.get(match[1].decode("ascii", "replace").lower()) if match is not None else None
    if declared is None:
        return known
    first = ("utf-8", declared) if declared in SINGLE_BYTE else (declared,)
    return tuple(dict.fromkeys((*first, *known)))


def _blocks(path: Path, codec: str) -> Iterator[str]:
    with path.open(encoding=codec, errors="strict", newline="") as stream:
        while block := stream.read(_BLOCK):
            yield block
