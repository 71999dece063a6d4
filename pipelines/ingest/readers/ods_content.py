"""The sheets of an OpenDocument spreadsheet as its XML tells them, piece by piece (ISO/IEC 26300-3, 9).

A few bytes can stand for millions of rows or columns, so that repeated ones stay a number here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from pipelines.ingest.readers.faults import Fault
from pipelines.ingest.readers.ods_cells import BREAK, SPACE, TAB, indent_of, is_error, paragraph_text, value_text

#: Characters of one row, as of one record of a CSV file; a run of spaces is no longer than a cell of a spreadsheet.
MAX_ROW = 1 << 20
_MAX_SPACES = 32_767
MAX_COLUMNS = 16_384
_MANY = 10**9
#: Styles that hide sheets; a document has about one.
_MAX_STYLES = 10_000
#: Name spaces that are declared at one place; office programs declare about forty.
_MAX_PREFIXES = 1_000
#: Bytes of one tag or text; beyond, the parser would begin it anew with each block.
_MAX_TOKEN = 4 << 20
_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _TEXT, _STYLE = (f"{_NAMESPACE}{name}:1.0 " for name in ("table", "text", "style"))
_OFFICE, _DRAW = (f"{_NAMESPACE}{name}:1.0 " for name in ("office", "drawing"))
_REPEATED_COLUMNS, _REPEATED_ROWS = _TABLE + "number-columns-repeated", _TABLE + "number-rows-repeated"
#: Parts that hold text, or earlier cells, which are not the table's.
_PASSED_OVER = {
    _OFFICE + "annotation", _OFFICE + "forms", _TEXT + "ruby-text", _TEXT + "note",
    _TABLE + "tracked-changes", _TABLE + "dde-links", _TABLE + "shapes",
}  # fmt: skip


class SheetRow(NamedTuple):
    """``repeat`` equal rows: their cells' texts, each with the number of columns that it fills; none at the end is
    empty. ``spans`` are merged cells: column, and rows and columns that they take. ``indents`` are cells that their
    style indents: column, how many columns, and by how much."""

    repeat: int
    cells: list[tuple[str, int]]
    hidden: bool
    errors: int
    spans: list[tuple[int, int, int]]
    indents: list[tuple[int, int, int]]


class Place(NamedTuple):
    """Where an element begins: bytes before it, and the prefixes that its names may have there, with their meaning.

    ``encoding`` is the one that the document declares, if any.
    """

    offset: int
    prefixes: tuple[tuple[str | None, str], ...]
    encoding: str | None = None

    def opening(self) -> bytes:
        """A root element in which what begins here can be parsed without what stands before it."""
        names = ((f"xmlns:{prefix}" if prefix else "xmlns", uri) for prefix, uri in self.prefixes)
        return f"<part {' '.join(f'{name}={quoteattr(uri)}' for name, uri in names)}>".encode()


class Receiver(Protocol):
    """Takes in what a document says, in its order."""

    def sheet(self, name: str, visible: bool, place: Place) -> None:
        """A sheet begins."""

    def columns(self, repeat: int, hidden: bool) -> None:
        """Columns of the sheet."""

    def row(self, row: SheetRow) -> None:
        """The sheet's next rows."""


class _SheetRead(Exception):
    """The one sheet that was asked for has been read."""


class Content:
    """Parses ``content.xml``, or a part that begins with a sheet, to the end of that (``one_sheet``).

    Nothing that the document refers to is ever opened. ``indents``: by the name of a style that the document itself
    defines, how far it indents cells; where only a sheet is parsed, those that were met before, as is ``encoding``.
    """

    def __init__(
        self, receiver: Receiver, one_sheet: bool = False, indents: Mapping[str, int] | None = None,
        encoding: str | None = None,
    ) -> None:  # fmt: skip
        self._receiver, self._one_sheet, self._encoding = receiver, one_sheet, encoding
        self.indents = dict(indents or {})
        #: Styles of cells that name none: of the row, and of columns from a first to a last one.
        self._row_style = ""
        self._column_styles: list[tuple[int, int, str]] = []
        self._columns_told = 0
        self._passed = 0  # how deep inside what is passed over
        self._in_sheet = False
        self._style, self._of_cells = "", False
        self._hiding: set[str] = set()
        self._attributes: Mapping[str, str] | None = None  # of the cell that is read
        self._pieces: list[str] | None = None
        self._paragraphs: list[str] = []
        #: Characters of the row: those its paragraphs are written with, and those of its cells.
        self._written = self._characters = 0
        self._row, self._column = SheetRow(1, [], False, 0, [], []), 0
        self._prefixes: list[tuple[str | None, str]] = []
        self._starts: dict[str, Callable[[Mapping[str, str]], None]] = {
            _STYLE + "style": self._begin_style, _STYLE + "default-style": self._begin_style,
            _STYLE + "table-properties": self._table_properties, _STYLE + "paragraph-properties": self._margins,
            _TABLE + "table": self._begin_sheet, _TABLE + "table-column": self._columns,
            _TABLE + "table-row": self._begin_row, _TABLE + "table-cell": self._begin_cell,
            _TABLE + "covered-table-cell": self._begin_cell, _TEXT + "p": self._begin_paragraph,
            _TEXT + "s": self._spaces, _TEXT + "tab": lambda _: self._add(TAB),
            _TEXT + "line-break": lambda _: self._add(BREAK),
        }  # fmt: skip
        self._ends = {
            _TABLE + "table": self._end_sheet, _TABLE + "table-row": self._end_row, _TEXT + "p": self._end_paragraph,
            _TABLE + "table-cell": self._end_cell, _TABLE + "covered-table-cell": self._end_cell,
        }  # fmt: skip
        self._parser = parser = expat.ParserCreate(encoding, namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler, parser.XmlDeclHandler = self._refuse_doctype, self._declared
        parser.StartNamespaceDeclHandler, parser.EndNamespaceDeclHandler = self._begin_prefix, self._end_prefix

    def feed(self, blocks: Iterable[bytes]) -> Iterator[None]:
        """Parse a document, and stop after each block.

        Raises:
            Fault: when a row is too long or wide, sheets lie in each other, or the document declares its type.
            expat.ExpatError: when it is not well-formed.
        """
        fed = 0
        try:
            for block in blocks:
                self._parser.Parse(block)
                fed += len(block)
                if fed - self._parser.CurrentByteIndex > _MAX_TOKEN:
                    raise Fault("row-too-long", limit=MAX_ROW)
                yield
            self._parser.Parse(b"", True)
        except _SheetRead:
            pass
        yield

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._passed or name in _PASSED_OVER or name.startswith(_DRAW):
            self._passed += 1
            return
        handler = self._starts.get(name)
        if handler is not None:
            handler(attributes)

    def _end(self, name: str) -> None:
        if self._passed:
            self._passed -= 1
            return
        handler = self._ends.get(name)
        if handler is not None:
            handler()

    def _text(self, text: str) -> None:
        if self._pieces is not None and not self._passed:
            self._add(text)

    def _refuse_doctype(self, *_: object) -> None:
        raise Fault("document-type")

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:  # noqa: ARG002
        self._encoding = encoding

    def _begin_prefix(self, prefix: str | None, uri: str) -> None:
        self._prefixes.append((prefix, uri))
        if len(self._prefixes) > _MAX_PREFIXES:
            raise Fault("damaged-file", format="ods")

    def _end_prefix(self, prefix: str | None) -> None:
        last = max(place for place, (known, _) in enumerate(self._prefixes) if known == prefix)
        del self._prefixes[last]

    def _begin_style(self, attributes: Mapping[str, str]) -> None:
        self._style = attributes.get(_STYLE + "name", "")
        # Styles of other families may have the same name.
        self._of_cells = attributes.get(_STYLE + "family") == "table-cell"

    def _table_properties(self, attributes: Mapping[str, str]) -> None:
        if attributes.get(_TABLE + "display") == "false":
            self._hiding.add(self._style)
            if len(self._hiding) > _MAX_STYLES:
                raise Fault("too-many-tables", limit=_MAX_STYLES)

    def _margins(self, attributes: Mapping[str, str]) -> None:
        indent = indent_of(attributes) if self._of_cells else 0
        if indent and self._style and not self._in_sheet:
            self.indents[self._style] = indent
            if len(self.indents) > _MAX_STYLES:
                raise Fault("too-many-tables", limit=_MAX_STYLES)

    def _begin_sheet(self, attributes: Mapping[str, str]) -> None:
        if self._in_sheet:
            raise Fault("nested-table")
        self._in_sheet = True
        self._column_styles, self._columns_told = [], 0
        visible = attributes.get(_TABLE + "style-name") not in self._hiding
        place = Place(self._parser.CurrentByteIndex, tuple(self._prefixes), self._encoding)
        self._receiver.sheet(attributes.get(_TABLE + "name", ""), visible, place)

    def _end_sheet(self) -> None:
        self._in_sheet = False
        if self._one_sheet:
            raise _SheetRead

    def _columns(self, attributes: Mapping[str, str]) -> None:
        repeat, style = _count(attributes, _REPEATED_COLUMNS), attributes.get(_TABLE + "default-cell-style-name", "")
        if style in self.indents and len(self._column_styles) < MAX_COLUMNS:
            self._column_styles.append((self._columns_told, self._columns_told + repeat, style))
        self._columns_told += repeat
        self._receiver.columns(repeat, _is_hidden(attributes))

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        self._row = SheetRow(_count(attributes, _REPEATED_ROWS), [], _is_hidden(attributes), 0, [], [])
        self._row_style = attributes.get(_TABLE + "default-cell-style-name", "")
        self._column = self._written = self._characters = 0

    def _end_row(self) -> None:
        if self._row.cells and not self._row.cells[-1][0]:
            self._row.cells.pop()
        if self._in_sheet:
            self._receiver.row(self._row)

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        self._attributes, self._paragraphs = attributes, []

    def _end_cell(self) -> None:
        attributes, self._attributes = self._attributes or {}, None
        repeat = _count(attributes, _REPEATED_COLUMNS)
        text = "\n".join(self._paragraphs)
        if is_error(attributes, text):
            self._row = self._row._replace(errors=self._row.errors + repeat)
            text = ""
        else:
            text = value_text(attributes, text)
        self._place(text, repeat, attributes)

    def _place(self, text: str, repeat: int, attributes: Mapping[str, str]) -> None:
        cells = self._row.cells
        rows, columns = (_count(attributes, f"{_TABLE}number-{way}-spanned") for way in ("rows", "columns"))
        if text:
            if self._column + repeat > MAX_COLUMNS:
                raise Fault("sheet-too-wide", limit=MAX_COLUMNS)
            self._characters += len(text) * repeat
            if self._characters > MAX_ROW:
                raise Fault("row-too-long", limit=MAX_ROW)
            if rows > 1 or columns > 1:
                self._row.spans.append((self._column, rows, columns))
            indent = self.indents.get(self._style_of(attributes)) if self.indents else None
            if indent:
                self._row.indents.append((self._column, repeat, indent))
        if cells and not text and not cells[-1][0]:
            cells[-1] = ("", cells[-1][1] + repeat)
        else:
            cells.append((text, repeat))
        self._column += repeat

    def _style_of(self, attributes: Mapping[str, str]) -> str:
        """The style of the cell that stands next: its own, its row's or its column's."""
        named = attributes.get(_TABLE + "style-name") or self._row_style
        columns = (style for first, after, style in self._column_styles if first <= self._column < after)
        return named or next(columns, "")

    def _begin_paragraph(self, _: Mapping[str, str]) -> None:
        if self._attributes is not None:
            self._pieces = []

    def _end_paragraph(self) -> None:
        if self._pieces is not None:
            self._paragraphs.append(paragraph_text(self._pieces))
            self._pieces = None

    def _spaces(self, attributes: Mapping[str, str]) -> None:
        number = _count(attributes, _TEXT + "c")
        if number > _MAX_SPACES:
            raise Fault("row-too-long", limit=MAX_ROW)
        self._add(SPACE * number)

    def _add(self, piece: str) -> None:
        if self._pieces is None:
            return
        self._written += len(piece)
        if self._written > MAX_ROW:
            raise Fault("row-too-long", limit=MAX_ROW)
        self._pieces.append(piece)


def filled_cells(row: SheetRow, left: int, width: int) -> list[str | None]:
    """The cells of a row, one for each column from ``left`` on, ``width`` of them."""
    cells: list[str | None] = [*itertools.chain.from_iterable(itertools.repeat(text, n) for text, n in row.cells)]
    cells = cells[left:]
    cells.extend([""] * (width - len(cells)))
    return cells


def _count(attributes: Mapping[str, str], name: str) -> int:
    """A number of rows, columns or spaces; what is none counts as one."""
    value = attributes.get(name, "1")
    if not (value.isascii() and value.isdigit()):
        return 1
    return max(int(value), 1) if len(value) < 10 else _MANY


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    return attributes.get(_TABLE + "visibility", "visible") != "visible"
