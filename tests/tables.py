"""Tables as departments send them, made up with an account of every row, and written in all formats that are read."""

from __future__ import annotations

import csv
import dataclasses
import gzip
import io
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import spreadsheets
from hypothesis import strategies as st
from ingesting import archive
from openpyxl.styles import Font

COLUMNS = {1: ("编号", "名称", "甲", "乙"), 2: ("编号", "名称", "金额/甲", "金额/乙")}
FIELDS = ("tree_id", "species", "height", "note")
_HEADERS = {1: [["编号", "名称", "甲", "乙"]], 2: [["编号", "名称", "金额", ""], ["", "", "甲", "乙"]]}
_WIDTH = len(FIELDS)


class Kind(StrEnum):
    """What a row of a table is."""

    TITLE = "title"
    HEADER = "header"
    DATA = "data"
    GAP = "gap"
    TOTAL = "total"
    FOOTER = "footer"


@dataclass(frozen=True)
class Row:
    """One row as it was made up. ``hidden`` matters where a format can hide it."""

    kind: Kind
    cells: tuple[str, ...]
    hidden: bool = False

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True)
class Table:
    """A table from its first row to its last."""

    rows: tuple[Row, ...]
    header_rows: int

    @property
    def repeated(self) -> int:
        """Rows that say once more what the header says."""
        headers = sum(1 for row in self.rows if row.kind is Kind.HEADER)
        return headers - self.header_rows

    @property
    def body(self) -> Table:
        """The table without what stands above its rows: records have no header."""
        first = next((place for place, row in enumerate(self.rows) if row.kind is Kind.HEADER), 0)
        return dataclasses.replace(self, rows=self.rows[first + self.header_rows :], header_rows=0)

    @property
    def ended(self) -> Table:
        """The table as far as a spreadsheet keeps it: empty rows at its end are not in the file."""
        rows = list(self.rows)
        while rows and rows[-1].is_blank:
            rows.pop()
        return dataclasses.replace(self, rows=tuple(rows))


def account(table: Table, unpivot: bool) -> Counter[str]:
    """What becomes of each row, by reason (``table``: it is read), told from how the table was made up alone."""
    found: Counter[str] = Counter()
    kinds = [row.kind for row in table.rows]
    first = kinds.index(Kind.HEADER) if table.header_rows else 0
    end = kinds.index(Kind.FOOTER) if Kind.FOOTER in kinds else len(kinds)
    found["preamble"] = first if table.header_rows else 0
    found["header"] = table.header_rows
    inside = table.rows[first + table.header_rows : end]
    while inside and inside[-1].is_blank:
        found["blank"] += 1
        inside = inside[:-1]
    below = table.rows[end:]
    found["total"] = sum(1 for row in (*inside, *below) if row.kind is Kind.TOTAL)
    found["footer"] = sum(1 for row in below if row.kind is not Kind.TOTAL)
    for row in inside:
        if row.kind is Kind.TOTAL:
            continue
        amounts = [*row.cells[2:_WIDTH], "", ""][:2]
        filled = sum(1 for cell in amounts if cell.strip() not in {"", "0"})
        found["table"] += filled if unpivot else 1
        found["empty_amount"] += 2 - filled if unpivot else 0
    return +found


_WORDS = st.sampled_from(["银杏", "a", "x y", "a,b", 'he said "no"', "甲\n乙", "1;2", "tab\tbed", "东区|西区", "'"])
_AMOUNTS = st.sampled_from(["", "0", "3", "12", "250"])
_TITLES = st.sampled_from([("树木情况表",), ("单位：万元",), (), ("", "", "", "单位：万元"), ("园林局", "2025")])
_FOOTERS = st.sampled_from([("数据来源：园林局",), ("数据来源：园林局", "", "制表人：甲")])
_REMARKS = st.sampled_from([("注：一",), (), ("", "", "第 1 页")])


@st.composite
def tables(draw: st.DrawFn, *, ragged: bool = False, repeated: bool = False, gaps: bool = True) -> Table:
    """A table with whatever stands around its rows and between them.

    ``ragged``: rows may be shorter or longer than the header. ``repeated``: the header may come again.
    """
    header_rows = draw(st.integers(1, 2))
    header = [Row(Kind.HEADER, tuple(cells)) for cells in _HEADERS[header_rows]]
    kinds = [Kind.DATA] * 4 + [Kind.TOTAL] + [Kind.GAP] * gaps + [Kind.HEADER] * repeated
    data: list[Row] = [_data(draw, 0, ragged)]
    for number in range(1, draw(st.integers(1, 9))):
        kind = draw(st.sampled_from(kinds))
        if kind is Kind.HEADER:
            data += header
        else:
            data.append(_data(draw, number, ragged) if kind is Kind.DATA else Row(kind, ()))
    end = [Row(Kind.GAP, ())] * draw(st.integers(0, 2)) if gaps else []
    if draw(st.booleans()):
        end += [Row(Kind.FOOTER, draw(_FOOTERS))]
        end += [draw(st.sampled_from([Row(Kind.FOOTER, draw(_REMARKS)), Row(Kind.TOTAL, ())]))
                for _ in range(draw(st.integers(0, 3)))]  # fmt: skip
    titles = [Row(Kind.TITLE, cells) for cells in draw(st.lists(_TITLES, max_size=4))]
    return Table((*titles, *header, *_summed([*data, *end])), header_rows)


def _data(draw: st.DrawFn, number: int, ragged: bool) -> Row:
    cells: tuple[str, ...] = (f"t{number}", draw(_WORDS), draw(_AMOUNTS), draw(_AMOUNTS))
    if ragged:
        cells = (*cells, "more", "")[: draw(st.integers(1, _WIDTH + 2))]
    return Row(Kind.DATA, cells, hidden=draw(st.booleans()))


def _summed(rows: Sequence[Row]) -> list[Row]:
    """The rows with totals that are right."""
    leaves = [row.cells for row in rows if row.kind is Kind.DATA]
    sums = [str(sum(int(cells[place] or 0) for cells in leaves if len(cells) > place)) for place in (2, 3)]
    total = ("合计", "", *sums)
    return [dataclasses.replace(row, cells=total) if row.kind is Kind.TOTAL else row for row in rows]


@dataclass(frozen=True)
class Style:
    """How a CSV file is written."""

    encoding: str
    delimiter: str
    end: str
    quoting: Literal[0, 1]
    padded: bool


STYLES = st.builds(
    Style,
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    # Python's writer leaves line breaks unquoted that are not its own.
    st.just(csv.QUOTE_ALL),
    st.booleans(),
) | st.builds(Style, st.just("utf-8"), st.just(","), st.just("\r\n"), st.just(csv.QUOTE_MINIMAL), st.booleans())


def as_csv(table: Table, style: Style) -> bytes:
    """The table as CSV; ``padded`` writes empty rows as delimiters alone."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=style.delimiter, lineterminator=style.end, quoting=style.quoting)
    for row in table.rows:
        writer.writerow([""] * _WIDTH if style.padded and not row.cells else row.cells)
    return stream.getvalue().encode(style.encoding)


def as_workbook(tables: Sequence[Table]) -> bytes:
    """The tables as sheets of an xlsx workbook, with merged titles and headers, and hidden rows and columns."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for table in tables:
        sheet = book.create_sheet()
        for number, row in enumerate(table.rows, start=1):
            for place, cell in enumerate(row.cells, start=1):
                if cell:
                    sheet.cell(number, place, int(cell) if cell.isdigit() else cell)
            sheet.row_dimensions[number].hidden = row.hidden
            if row.kind is Kind.TITLE and len(row.cells) == 1:
                sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=_WIDTH)
        sheet.column_dimensions["B"].hidden = True
        # Formatted cells that nobody has filled: they are no rows.
        sheet.cell(len(table.rows) + 40, 9).font = Font(bold=True)
        if table.header_rows > 1:
            first = [row.kind for row in table.rows].index(Kind.HEADER) + 1
            sheet.merge_cells(start_row=first, end_row=first, start_column=3, end_column=4)
            for column in (1, 2):
                sheet.merge_cells(start_row=first, end_row=first + 1, start_column=column, end_column=column)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_ods(tables: Sequence[Table]) -> bytes:
    """The tables as sheets of an ods spreadsheet."""
    return spreadsheets.ods({f"s{place}": [row.cells for row in table.rows] for place, table in enumerate(tables)})


def as_html(tables: Sequence[Table]) -> bytes:
    """The tables of a page."""
    return spreadsheets.page(*(spreadsheets.table([row.cells for row in table.rows]) for table in tables)).encode()


def _records(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(FIELDS, (*row.cells, *[""] * _WIDTH)[:_WIDTH], strict=True)) for row in table.rows]


def as_json(tables: Sequence[Table]) -> bytes:
    """The rows as JSON records."""
    return json.dumps([record for table in tables for record in _records(table)], ensure_ascii=False).encode()


def as_json_lines(tables: Sequence[Table]) -> bytes:
    """The rows as JSON Lines."""
    return "".join(json.dumps(record) + "\n" for table in tables for record in _records(table)).encode()


def as_parquet(tables: Sequence[Table]) -> bytes:
    """The rows as Parquet."""
    schema = pa.schema([(name, pa.string()) for name in FIELDS])
    rows = [record for table in tables for record in _records(table)]
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema), stream, row_group_size=3)
    return stream.getvalue()


#: Formats of one or several tables with header and all.
SHEETS: dict[str, Callable[[Sequence[Table]], bytes]] = {"xlsx": as_workbook, "ods": as_ods, "html": as_html}
#: Formats of records.
RECORDS: dict[str, Callable[[Sequence[Table]], bytes]] = {
    "json": as_json, "jsonl": as_json_lines, "parquet": as_parquet,
}  # fmt: skip


def packed(files: Sequence[bytes], ending: str, packing: str) -> dict[str, bytes]:
    """Files as they are delivered: as they are, each compressed (``gzip``), or all in one archive (``zip``)."""
    names = {f"t{place}.{ending}": content for place, content in enumerate(files)}
    if packing == "zip":
        return {"all.zip": archive(names)}
    return {f"{name}.gz": gzip.compress(data) for name, data in names.items()} if packing == "gzip" else names
