"""Excel workbooks (ECMA-376, part 1), written as a stream: a version's rows, its dictionary, and what it is.

Text is text whatever it begins with: an inline string, in a cell that stays one when it is edited. Numbers are numbers
as far as Excel keeps all of their digits, of which it has 15; others are text. Dates are dates from March 1900 on:
Excel takes that year for a leap year. A character that XML cannot hold is written as U+FFFD.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.catalog.downloads.dictionary import Cell
from pipelines.catalog.downloads.texts import is_any, joined, plain_texts, runs_in_spreadsheets, write_texts
from pipelines.catalog.downloads.workbook_parts import HEAD, MAIN, Style, decimal_style, workbook_parts
from pipelines.core.zip_entries import zip_entry

#: What a sheet can hold besides its heading.
MOST_ROWS, MOST_COLUMNS = 1_048_575, 16_384
#: Programs that read workbooks need not know zip entries of more.
MOST_BYTES = (1 << 31) - (1 << 20)
#: UTF-16 code units of a cell.
MOST_UNITS = 32_767
_DIGITS = 15
#: The dates that are dates to Excel and to everybody else, and the number that 1970-01-01 is.
_DATES = (dt.date(1900, 3, 1), dt.date(9999, 12, 31))
_EPOCH = 25_569
_UNWRITABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
_ESCAPE = "_x[0-9A-Fa-f]{4}_"


class TooLarge(Exception):
    """A sheet has more bytes than readers of workbooks can be expected to take."""


@dataclass(frozen=True)
class Sheet:
    """A sheet: its title, its headings, and its rows, of which there are ``count``."""

    title: str
    headings: Sequence[str]
    count: int
    batches: Iterable[pa.RecordBatch]

    @classmethod
    def of_texts(cls, title: str, rows: Sequence[Sequence[Cell]]) -> Sheet:
        """A sheet of texts, the headings first; what does not fit into a cell is cut."""
        headings, *others = rows
        columns = [
            pa.array([text and text[: MOST_UNITS // 2] for text in column], pa.string())
            for column in zip(*others, strict=True)
        ]
        batch = pa.RecordBatch.from_arrays(columns, [str(place) for place in range(len(columns))])
        return cls(title, [text or "" for text in headings], len(others), [batch])


def write_workbook(sheets: Sequence[Sheet], target: Path) -> None:
    """Write a workbook to a new file.

    Raises:
        TooLarge: when a sheet has more than :data:`MOST_BYTES`; what was written until then stays.
    """
    with zipfile.ZipFile(target, "x") as archive:
        for name, content in workbook_parts([sheet.title for sheet in sheets]).items():
            archive.writestr(zip_entry(name), content)
        for place, sheet in enumerate(sheets, start=1):
            with archive.open(zip_entry(f"xl/worksheets/sheet{place}.xml"), "w") as stream:
                _write_sheet(sheet, stream.write)


def _write_sheet(sheet: Sheet, write: Callable[[Any], Any]) -> None:
    written = 0

    def counted(content: bytes | memoryview) -> None:
        nonlocal written
        written += len(content)
        if written > MOST_BYTES:
            raise TooLarge
        write(content)

    corner = f"{_letters(len(sheet.headings))}{sheet.count + 1}"
    counted(
        f'{HEAD}<worksheet xmlns="{MAIN}"><dimension ref="A1:{corner}"/><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        '<sheetFormatPr defaultColWidth="20" defaultRowHeight="15"/><sheetData>'.encode()
    )
    headings = [pa.array([text]) for text in sheet.headings]
    write_texts(_rows(headings, 1, lambda texts, at: _texts(texts, at, str(Style.HEADING))), counted)
    number = 2
    for batch in sheet.batches:
        write_texts(_rows(batch.columns, number, _cells), counted)
        number += len(batch)
    counted(b"</sheetData></worksheet>")


#: Takes a column and the names of its cells, gives the cells' XML; null where there is no value.
_Cells = Callable[[pa.Array, pa.Array], pa.Array]


def _rows(columns: Sequence[pa.Array], first: int, cells: _Cells) -> pa.Array:
    numbers = pc.cast(pa.array(range(first, first + len(columns[0]))), pa.string())
    found = [cells(column, joined(_letters(place), numbers)) for place, column in enumerate(columns, start=1)]
    inside = pc.binary_join_element_wise(*found, "", null_handling="replace", null_replacement="")
    return joined('<row r="', numbers, '">', inside, "</row>")


def _cells(column: pa.Array, at: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_string(kind):
        return _texts(column, at, pc.if_else(runs_in_spreadsheets(column), str(Style.GUARDED), str(Style.TEXT)))
    if pa.types.is_boolean(kind):
        return joined('<c r="', at, '" t="b"><v>', pc.if_else(column, "1", "0"), "</v></c>")
    texts = plain_texts(column)
    fits, numbers, style = _numbers(column, texts)
    written = joined('<c r="', at, f'" s="{style}"><v>', numbers, "</v></c>")
    return written if pc.all(fits).as_py() else pc.if_else(fits, written, _texts(texts, at, str(Style.TEXT)))


def _numbers(column: pa.Array, texts: pa.Array) -> tuple[pa.Array, pa.Array, int]:
    """Which values are written as numbers, the numbers, and their format."""
    kind = column.type
    if pa.types.is_date(kind):
        serial = pc.add(pc.cast(column, pa.int32()), _EPOCH)
        return _between(column, *_DATES), pc.cast(serial, pa.string()), Style.DATE
    if pa.types.is_floating(kind):
        digits = pc.replace_substring_regex(pc.replace_substring_regex(texts, r"e.*$|[-.]", ""), "^0+|0+$", "")
        return pc.and_(pc.is_finite(column), pc.less_equal(pc.utf8_length(digits), _DIGITS)), texts, Style.GENERAL
    if pa.types.is_decimal(kind):
        limit = Decimal(10) ** (_DIGITS - kind.scale)
        style = decimal_style(kind.scale) if kind.scale else Style.INTEGER
        return _between(column, -limit, limit), texts, style
    if pa.types.is_integer(kind):
        limit = min(10**_DIGITS, 2 ** (kind.bit_width - 1) - 1)
        return _between(column, -limit, limit), texts, Style.INTEGER
    return pc.if_else(pc.is_valid(column), False, None), texts, Style.GENERAL


def _between(column: pa.Array, least: Any, most: Any) -> pa.Array:
    # The limits have a digit more than fits, but for dates and short integers, of which all fit.
    low, high = (pa.scalar(limit, column.type) for limit in (least, most))
    return pc.and_(pc.greater_equal(column, low), pc.less_equal(column, high))


def _texts(texts: pa.Array, at: pa.Array, style: Any) -> pa.Array:
    return joined(
        '<c r="', at, '" t="inlineStr" s="', style, '"><is><t xml:space="preserve">', _escaped(texts), "</t></is></c>"
    )


def _escaped(texts: pa.Array) -> pa.Array:
    """Texts as XML. What looks like Excel's own escape of a character (``_x0041_``) is escaped by it."""
    special = pc.match_substring_regex(texts, f"[&<>\\r]|{_UNWRITABLE}|{_ESCAPE}")
    if not is_any(special):
        return texts
    escapes = pc.match_substring_regex(texts, _ESCAPE)
    written = pc.if_else(escapes, pc.replace_substring(texts, "_x", "_x005F_x"), texts)
    written = pc.replace_substring_regex(written, _UNWRITABLE, "\N{REPLACEMENT CHARACTER}")
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
        written = pc.replace_substring(written, character, entity)
    return written


def _letters(column: int) -> str:
    """The name of a column, from 1: A … Z, AA …"""
    letters = ""
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters
