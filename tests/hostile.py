"""Files that were made to break whoever opens them, as small as they can be."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable, Mapping

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import spreadsheets
from flowing import GOOD, HEADER
from ingesting import archive, workbook

ROWS = [line.split(",") for line in (HEADER + GOOD).splitlines()]
CSV = (HEADER + GOOD).encode()
_SHEET = "xl/worksheets/sheet1.xml"
_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"  # fmt: skip
_OUTSIDE = '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd">]>'


def changed(package: bytes, part: str, change: Callable[[str], str], more: Mapping[str, bytes] | None = None) -> bytes:
    """A zip package with one part changed and others added."""
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    return archive({**parts, part: change(parts[part].decode()).encode(), **(more or {})})


def book() -> bytes:
    """A healthy workbook."""
    return workbook({"trees": [list(row) for row in ROWS]})


def with_type(declaration: str, package: bytes, part: str, text: str = "ginkgo") -> bytes:
    """A package whose part declares a document type, with the entity ``i`` in place of a text."""
    return changed(package, part, lambda xml: xml.replace("<worksheet", f"{declaration}<worksheet", 1)
                   .replace("<office:document-content", f"{declaration}<office:document-content", 1)
                   .replace(text, "&i;"))  # fmt: skip


def sheet_xml(rows: str, after: str = "") -> bytes:
    """A workbook with this sheet data."""
    begin, end = "<sheetData>", "</sheetData>"
    return changed(book(), _SHEET, lambda xml: xml[: xml.index(begin)] + begin + rows + end + after + "</worksheet>")


def claiming_all_cells() -> bytes:
    """A workbook that says that its sheet has all rows and columns there can be."""
    return changed(book(), _SHEET, lambda xml: xml.replace('ref="A1:H3"', 'ref="A1:XFD1048576"'))


def corners() -> bytes:
    """A workbook of two cells, as far from each other as can be."""
    cell = '<row r="{0}"><c r="{1}{0}"><v>1</v></c></row>'
    return sheet_xml(cell.format(1, "A") + cell.format(1_048_576, "XFD"))


def merged(ranges: int) -> bytes:
    """A healthy workbook with very many merged ranges beside its table."""
    cells = "".join(f'<mergeCell ref="K{row}:L{row}"/>' for row in range(1, ranges + 1))
    return changed(
        book(), _SHEET, lambda xml: xml.replace("</sheetData>", f"</sheetData><mergeCells>{cells}</mergeCells>")
    )


def long_strings(megabytes: int = 300) -> bytes:
    """A workbook whose shared strings unpack to so much."""
    package = book()
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as opened, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in opened.namelist():
            if name != "xl/sharedStrings.xml":
                copy.writestr(name, opened.read(name))
        with copy.open("xl/sharedStrings.xml", "w", force_zip64=True) as strings:
            strings.write(b"<sst><si><t>")
            for _ in range(megabytes):
                strings.write(b"x" * (1 << 20))
            strings.write(b"</t></si></sst>")
    return stream.getvalue()


def commands() -> bytes:
    """A workbook with formulas that call programs; their stored values are text."""
    opened = openpyxl.load_workbook(io.BytesIO(book()))
    sheet = opened.worksheets[0]
    sheet["H2"] = "=cmd|'/C calc'!A0"
    stream = io.BytesIO()
    opened.save(stream)
    more = {"xl/vbaProject.bin": b"macros", "xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
    stored = "</f><v>was here</v></c>"
    return changed(stream.getvalue(), _SHEET, lambda xml: xml.replace('<c r="H2">', '<c r="H2" t="str">')
                   .replace("</f><v /></c>", stored).replace("</f><v></v></c>", stored).replace("</f><v/></c>", stored),
                   more)  # fmt: skip


def overlapping() -> bytes:
    """A zip archive whose entries share their bytes: each unpacks the whole, and they cost nothing."""
    one = archive({"t1.csv": CSV + b"x" * 100_000})
    directory = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    entry = one[directory:end]
    entries = entry + entry.replace(b"t1.csv", b"t2.csv")
    return one[:directory] + entries + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(entries), directory, 0)


def parquet() -> bytes:
    """A healthy Parquet file."""
    columns = dict(zip(ROWS[0], zip(*ROWS[1:], strict=True), strict=True))
    stream = io.BytesIO()
    pq.write_table(pa.table({name: list(cells) for name, cells in columns.items()}), stream)
    return stream.getvalue()


def many_rows() -> bytes:
    """A Parquet file that says it has a thousand million rows more than it has."""
    content = parquet()
    length = struct.unpack("<I", content[-8:-4])[0]
    footer = content[-8 - length : -8]
    # The count of rows is the third field of the footer: a zigzag integer, 4 for two rows (Thrift compact protocol).
    place = footer.index(b"\x16\x04\x19")
    claimed = footer[:place] + b"\x16\x84\xa8\xd6\xb9\x07\x19" + footer[place + 3 :]
    return content[: -8 - length] + claimed + struct.pack("<I", len(claimed)) + b"PAR1"


def html(table: str) -> bytes:
    return spreadsheets.page(table).encode()


def records() -> str:
    """The healthy rows as JSON."""
    return json.dumps([dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]])


def ods() -> bytes:
    """A healthy OpenDocument spreadsheet."""
    return spreadsheets.ods({"trees": ROWS})


#: Name, content, and the rule by which it is refused; empty: it is read, and its healthy rows are published.
FILES: list[tuple[str, Callable[[], bytes], str]] = [
    ("overlapping.zip", overlapping, "damaged-file"),
    ("nul.zip", lambda: archive({"a_b.csv": CSV}).replace(b"a_b.csv", b"a\0b.csv"), "archive-unsafe-name"),
    ("up.zip", lambda: archive({"../../t.csv": CSV}), "archive-unsafe-name"),
    ("absolute.zip", lambda: archive({"/etc/t.csv": CSV}), "archive-unsafe-name"),
    ("nested.zip", lambda: archive({"t.zip": archive({"t.csv": CSV})}), "archive-nested"),
    ("bomb.zip", lambda: archive({"t.csv": bytes(64 << 20)}), "archive-too-large"),
    ("long-name.zip", lambda: archive({"a" * 300 + ".csv": CSV}), "archive-unsafe-name"),
    ("several.csv.gz", lambda: gzip.compress(CSV) + gzip.compress(b""), ""),
    ("garbage.csv.gz", lambda: gzip.compress(CSV) + b"garbage", "damaged-file"),
    ("laughs.xlsx", lambda: with_type(_LAUGHS, book(), _SHEET), "damaged-file"),
    ("outside.xlsx", lambda: with_type(_OUTSIDE, book(), _SHEET), "damaged-file"),
    ("claims.xlsx", claiming_all_cells, ""),
    ("corners.xlsx", corners, "sheet-too-large"),
    ("merged.xlsx", lambda: merged(1_000_000), ""),
    ("strings.xlsx", long_strings, "workbook-too-large"),
    ("commands.xlsm", commands, ""),
    ("cut.xlsx", lambda: book()[:-200], "damaged-file"),
    ("laughs.ods", lambda: with_type(_LAUGHS, ods(), "content.xml"), "document-type"),
    ("cut.ods", lambda: ods()[:-100], "damaged-file"),
    ("deep.html", lambda: html("<div>" * 1_000_000), "html-no-table"),
    ("wide.html", lambda: html("<table><tr><td colspan=1000000000>a</td></tr></table>"), "header-not-found"),
    ("deep.json", lambda: b'[{"tree_id":' + b"[" * 100_000, "json-damaged"),
    ("long.jsonl", lambda: b'{"tree_id":1}\n{"tree_id":"' + b"x" * 20_000_000 + b'"}\n', "json-line-damaged"),
    ("cut.json", lambda: records().encode()[:-5], "json-damaged"),
    ("line.csv", lambda: b"x" * 100_000_000, "csv-record"),
    ("open.csv", lambda: CSV + b'"t3,pine\n' + b"t4,pine,999901\n" * 200_000, "csv-record"),
    ("cut.parquet", lambda: parquet()[:-6], "damaged-file"),
    ("footer.parquet", lambda: parquet()[:-400] + bytes(392) + parquet()[-8:], "damaged-file"),
    ("many.parquet", many_rows, "damaged-file"),
    ("utf16.csv", lambda: CSV.decode().encode("utf-16-le"), "nul-characters"),
    ("mixed.csv", lambda: CSV + "t3,pine,999901,1,,,,树\n".encode() + "t4,pine,999901,1,,,,树\n".encode("gb18030"),
     "undecodable"),
    ("empty.csv", lambda: b"", "empty-file"),
    ("workbook.csv", book, ""),
    ("page.xlsx", lambda: html(spreadsheets.table(ROWS)), ""),
]  # fmt: skip
