"""The tables of an HTML page, piece by piece, as browsers place their cells (HTML Living Standard, 4.9 and 13.2).

Cells that span rows or columns take their places; the text stands in the first of them, as in merged cells of a
workbook. What is displayed counts, not what programs hide in attributes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from typing import NamedTuple, Protocol

from pipelines.ingest.readers.faults import Fault

#: Characters of one row, as of one record of a CSV file.
MAX_ROW = 1 << 20
#: Spans are cut to these, as browsers do.
_MAX_COLUMN_SPAN, _MAX_ROW_SPAN = 1_000, 65_534
MAX_COLUMNS = 16_384
#: Places of all cells of a page: rows by columns, spanned ones among them.
MAX_PLACES = 30_000_000
#: Characters of one tag, comment or script; the parser begins it anew with each block.
_MAX_TOKEN = MAX_ROW
_SPACE = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_SECTIONS = frozenset({"thead", "tbody", "tfoot"})
_BLOCKS = frozenset({"p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4"})
#: Elements whose text no page shows; office programs write remarks about cells as ``comment``.
_NO_TEXT = frozenset({"script", "style", "template", "comment"})

Attributes = list[tuple[str, str | None]]


class TableRow(NamedTuple):
    """The texts of a row that are not empty, each with its column from 0; ``spans`` are column, rows and columns."""

    cells: list[tuple[int, str]]
    spans: list[tuple[int, int, int]]
    hidden: bool
    hidden_columns: list[int]


class TableReceiver(Protocol):
    """Takes in the tables of a page, in their order."""

    def table(self, hidden: bool) -> None:
        """A table begins."""

    def caption(self, text: str) -> None:
        """The table's caption."""

    def row(self, row: TableRow) -> None:
        """The table's next row."""

    def end(self) -> None:
        """The table ends."""


class TableParser(HTMLParser):
    """Parses a page. End tags that HTML lets writers leave out may be missing; that of a table may not."""

    def __init__(self, receiver: TableReceiver) -> None:
        super().__init__(convert_charrefs=True)
        self._receiver = receiver
        self._unread: str | None = None  # the element whose text is none of the page's
        self._in_table = False
        self._lines: list[list[str]] | None = None  # of the cell or caption that is read
        self._finish: Callable[[str], None] = receiver.caption
        self._row: TableRow | None = None
        self._cell = (0, 1, 1)
        self._column = self._written = self._places = 0
        #: Rows that cells above still take, by column.
        self._down: dict[int, int] = {}

    def read(self, blocks: Iterable[str]) -> Iterator[None]:
        """Parse a page, and stop after each block.

        Raises:
            Fault: when a table lies in a table, is too large, or does not end.
        """
        try:
            for block in blocks:
                self.feed(block)
                if len(self.rawdata) > _MAX_TOKEN:
                    raise Fault("row-too-long", limit=MAX_ROW)
                yield
            # A tag that has begun and does not end is where the file was cut.
            if "<" in self.rawdata:
                raise Fault("html-cut")
            self.close()
        except AssertionError as problem:  # how the parser refuses a declaration that it does not know
            raise Fault("damaged-file", format="html") from problem
        if self._in_table or self._unread is not None:
            raise Fault("html-cut")
        yield

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Take in what a tag begins."""
        if self._unread is not None:
            return
        if tag in _NO_TEXT:
            self._unread = tag
        elif tag == "table":
            self._begin_table(attrs)
        elif not self._in_table:
            return
        elif tag in {"td", "th"}:
            self._begin_cell(dict(attrs))
        elif tag == "tr":
            self._end_row()
            self._begin_row(_is_hidden(attrs))
        elif tag in _SECTIONS:
            self._end_section()
        elif tag == "caption":
            self._lines, self._finish = [[]], self._receiver.caption
        elif tag == "br" or (tag in _BLOCKS and self._lines is not None and self._lines[-1]):
            self._break()

    def handle_endtag(self, tag: str) -> None:
        """Take in what a tag ends."""
        if self._unread is not None:
            if tag == self._unread:
                self._unread = None
        elif not self._in_table:
            return
        elif tag in {"td", "th", "caption"}:
            self._end_text()
        elif tag == "tr":
            self._end_row()
        elif tag in _SECTIONS:
            self._end_section()
        elif tag == "table":
            self._end_section()
            self._in_table = False
            self._receiver.end()
        elif tag in _BLOCKS and self._lines is not None and self._lines[-1]:
            self._break()

    def handle_data(self, data: str) -> None:
        """Take in text."""
        if self._lines is None or self._unread is not None:
            return
        self._count(len(data))
        self._lines[-1].append(data)

    def _begin_table(self, attrs: Attributes) -> None:
        if self._in_table:
            raise Fault("nested-table")
        self._in_table = True
        self._written = 0
        self._receiver.table(_is_hidden(attrs))

    def _begin_row(self, hidden: bool) -> None:
        self._row = TableRow([], [], hidden, [])
        self._column = self._written = 0

    def _begin_cell(self, attributes: dict[str, str | None]) -> None:
        self._end_text()
        if self._row is None:
            self._begin_row(hidden=False)
        while self._column in self._down:
            self._column += 1
        columns = _span(attributes.get("colspan"), _MAX_COLUMN_SPAN) or 1
        # None: down to the end of the section.
        rows = _MAX_ROW_SPAN if attributes.get("rowspan") == "0" else _span(attributes.get("rowspan"), _MAX_ROW_SPAN)
        if self._column + columns > MAX_COLUMNS:
            raise Fault("sheet-too-wide", limit=MAX_COLUMNS)
        self._cell = (self._column, rows or 1, columns)
        self._lines, self._finish = [[]], self._end_cell
        if self._row is not None and _is_hidden(attributes.items()):
            self._row.hidden_columns.append(self._column)

    def _end_cell(self, text: str) -> None:
        column, rows, columns = self._cell
        if self._row is None:
            return
        if text:
            self._row.cells.append((column, text))
        if rows > 1 or columns > 1:
            self._row.spans.append(self._cell)
        if rows > 1:
            # Counted down at the end of this row too.
            self._down.update(dict.fromkeys(range(column, column + columns), rows))
        self._column = column + columns

    def _end_text(self) -> None:
        lines, self._lines = self._lines, None
        if lines is not None:
            text = "\n".join(_SPACE.sub(" ", "".join(line)).strip(" ") for line in lines).strip("\n")
            # A no-break space alone is how pages write an empty cell.
            self._finish(text if text.strip() else "")

    def _end_row(self) -> None:
        self._end_text()
        if self._row is None:
            return
        self._places += max(self._column, len(self._down), 1)
        if self._places > MAX_PLACES:
            raise Fault("page-too-large", limit=MAX_PLACES)
        if self._down:
            self._down = {column: rows - 1 for column, rows in self._down.items() if rows > 1}
        row, self._row = self._row, None
        self._receiver.row(row)

    def _end_section(self) -> None:
        self._end_row()
        self._down.clear()

    def _break(self) -> None:
        if self._lines is not None:
            self._count(1)
            self._lines.append([])

    def _count(self, characters: int) -> None:
        self._written += characters
        if self._written > MAX_ROW:
            raise Fault("row-too-long", limit=MAX_ROW)


def _span(value: str | None, most: int) -> int:
    """A number of rows or columns, at most ``most``; 0 where it is none."""
    text = (value or "").strip()
    if not (text.isascii() and text.isdigit()):
        return 0
    return min(int(text[:9]), most) if len(text) < 10 else most


def _is_hidden(attributes: Iterable[tuple[str, str | None]]) -> bool:
    return any(name == "hidden" or (name == "style" and _HIDDEN.search(value or "")) for name, value in attributes)
