"""Which part of a sheet is its table: ranges, and hidden rows, columns and sheets, in all formats that have them."""

from __future__ import annotations

import io
import time
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from ingesting import archive, column, read_files, rows_of
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import ValidationError
from spreadsheets import cell, content, package, row, sheet

from pipelines.core.errors import DeliveryRejected
from pipelines.core.findings import Finding, Severity
from pipelines.core.records import RawTable
from pipelines.ingest.readers import open_grids
from pipelines.ingest.readers.xls_parts import hidden_in_xls
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat, Layout

HEADER = ["tree_id", "species", "district", "height", "planted", "felled", "keeper_phone", "note"]
XLS = (Path(__file__).parent / "hidden.xls").read_bytes()
LEFT_OUT = {"sheets": "leave_out", "rows": "leave_out", "columns": "leave_out"}


def tree(number: int) -> list[Any]:
    return [f"A{number}", "pine", "999901", number, None, None, None, "internal"]


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def opened(rows: list[list[Any]]) -> tuple[openpyxl.Workbook, Worksheet]:
    book = openpyxl.Workbook()
    made = book.worksheets[0]
    made.title = "all"
    for cells in rows:
        made.append(cells)
    return book, made


def xlsx() -> bytes:
    """Rows 3 and 4 and column H are hidden, and a sheet."""
    book, made = opened([HEADER, *map(tree, range(1, 6))])
    for number in (3, 4, 90):
        made.row_dimensions[number].hidden = True
    made.column_dimensions["H"].hidden = True
    made.auto_filter.ref = "A1:H6"
    secret = book.create_sheet("secret")
    secret.append(HEADER)
    secret.append(["S1", "pine", "999901"])
    secret.sheet_state = "veryHidden"
    return saved(book)


def ods() -> bytes:
    def written(cells: list[Any], attributes: str = "") -> str:
        return row([cell("" if text is None else str(text)) for text in cells], attributes)

    columns = '<table:table-column table:number-columns-repeated="7"/><table:table-column table:visibility="collapse"/>'
    trees = [
        written(tree(1)),
        written(tree(2), 'table:visibility="filter"'),
        written(tree(3), 'table:visibility="collapse"'),
        *(written(tree(number)) for number in (4, 5)),
    ]
    secret = [written(HEADER), written(["S1", "pine", "999901"])]
    shown = sheet("all", [columns, written(HEADER), *trees])
    return package(content(shown + sheet("secret", secret, 'table:style-name="hiding"')))


FILES = {"xlsx": xlsx(), "ods": ods(), "xls": XLS}


def delivered(folder: Path, kind: str, **layout: Any) -> RawTable:
    return read_files(folder, {f"t.{kind}": FILES[kind]}, {"format": kind, **layout})


def told(findings: tuple[Finding, ...] | list[Finding]) -> dict[str, tuple[str | None, Mapping[str, Any]]]:
    for finding in findings:
        assert finding.message.text("en") and finding.message.text("zh")
        assert finding.remedy.text("en") and finding.remedy.text("zh")
    return {finding.rule: (finding.location.sheet, finding.message.params) for finding in findings}


@pytest.mark.parametrize("kind", FILES)
def test_unless_a_layout_says_otherwise_hidden_cells_are_read_and_told(kind: str, tmp_path: Path) -> None:
    raw = delivered(tmp_path, kind)
    assert column(raw, "tree_id") == ["A1", "A2", "A3", "A4", "A5"]
    assert set(column(raw, "note")) == {"internal"}
    assert told(raw.findings) == {
        "hidden-sheet": ("secret", {}),
        "hidden-cells": ("all", {"rows": 2, "columns": 1}),
    }


@pytest.mark.parametrize("kind", FILES)
def test_what_is_hidden_can_be_left_out_and_is_counted(kind: str, tmp_path: Path) -> None:
    raw = delivered(tmp_path, kind, hidden=LEFT_OUT)
    assert raw.labels == tuple(HEADER[:-1])
    assert [(cells[0], cells[1]) for cells in rows_of(raw)] == [(2, "A1"), (5, "A4"), (6, "A5")]
    assert (raw.rows_in_files, raw.excluded) == (6, {"header": 1, "hidden": 2})
    assert told(raw.findings)["hidden-left-out"] == ("all", {"rows": "3-4", "columns": "H"})


@pytest.mark.parametrize("kind", FILES)
def test_hidden_sheets_can_be_read(kind: str, tmp_path: Path) -> None:
    raw = delivered(tmp_path, kind, hidden={"sheets": "read"})
    assert column(raw, "tree_id")[-1] == "S1"
    assert told(raw.findings)["hidden-sheet-read"] == ("secret", {})


@pytest.mark.parametrize("kind", FILES)
def test_what_is_hidden_can_be_refused(kind: str, tmp_path: Path) -> None:
    with pytest.raises(DeliveryRejected) as caught:
        delivered(tmp_path, kind, hidden={"sheets": "refuse", "rows": "refuse", "columns": "refuse"})
    assert told(caught.value.findings) == {
        "hidden-sheet-refused": ("secret", {}),
        "hidden-refused": ("all", {"rows": "3-4", "columns": "H"}),
    }


@pytest.mark.parametrize(("rows", "severity"), [("read", Severity.WARNING), ("refuse", Severity.ERROR)])
def test_where_it_cannot_be_told_what_is_hidden_that_is_told(rows: str, severity: Severity, tmp_path: Path) -> None:
    """A header that calls streams of any size small ones, which calamine does not mind."""
    path = tmp_path / "t.xls"
    path.write_bytes(XLS)
    assert hidden_in_xls(path, ["all"]) is None and hidden_in_xls(path, ["all", "secret"]) is not None
    broken = bytearray(XLS)
    broken[56:60] = b"\xff" * 4
    findings: list[Finding] = []
    layout = Layout.model_validate({"name": "any", "format": "xls", "hidden": {"rows": rows}})
    path.write_bytes(broken)
    source = SourceFile("t.xls", path, FileFormat.XLS)
    assert [grid.sheet for grid in open_grids(source, layout, findings)] == ["all"]
    assert (findings[0].rule, findings[0].severity) == ("hidden-unknown", severity)
    assert told(findings)


def test_a_sheet_that_the_layout_does_not_want_is_not_refused_for_being_hidden(tmp_path: Path) -> None:
    raw = delivered(tmp_path, "xlsx", sheet="all", hidden={"sheets": "refuse"})
    assert told(raw.findings)["hidden-sheet"] == ("secret", {})


def test_only_what_is_hidden_within_the_range_matters(tmp_path: Path) -> None:
    raw = delivered(tmp_path, "xlsx", range="A1:G2", hidden={"rows": "refuse", "columns": "refuse"})
    assert (raw.rows, raw.excluded) == (1, {"header": 1, "outside_range": 4})


def test_merged_texts_stay_where_they_show(tmp_path: Path) -> None:
    """The text of merged cells belongs to their first one; it shows although that one is hidden."""
    book, made = opened([
        ["编号", None, "种类", "区"], ["旧", "新", None, None], ["x", "A1", "pine", "999901"],
        ["x", "A2", None, "999901"], ["x", "A3", None, "999902"], ["x", "A4", "oak", "999902"],
    ])  # fmt: skip
    for area in ("A1:B1", "C1:C2", "D1:D2", "C3:C5"):
        made.merge_cells(area)
    made.column_dimensions["A"].hidden = made.row_dimensions[3].hidden = True
    layout = {
        "format": "xlsx", "header_rows": 2, "hidden": LEFT_OUT, "steps": [{"step": "fill_down", "fields": ["species"]}],
        "columns": {"编号/新": "tree_id", "种类": "species", "区": "district"},
    }  # fmt: skip
    raw = read_files(tmp_path, {"t.xlsx": saved(book)}, layout)
    assert rows_of(raw) == [[4, "A2", "pine", "999901"], [5, "A3", "pine", "999902"], [6, "A4", "oak", "999902"]]


def test_hidden_rows_between_header_rows_do_not_shift_merged_labels(tmp_path: Path) -> None:
    book, made = opened([["树", None, "区"], ["SELECT"], ["编号", "种类", None], ["A1", "pine", "999901"]])
    for area in ("A1:B1", "C1:C3"):
        made.merge_cells(area)
    made.row_dimensions[2].hidden = True
    layout = {
        "format": "xlsx", "header_rows": 2, "hidden": LEFT_OUT,
        "columns": {"树/编号": "tree_id", "树/种类": "species", "区": "district"},
    }  # fmt: skip
    assert rows_of(read_files(tmp_path, {"t.xlsx": saved(book)}, layout)) == [[4, "A1", "pine", "999901"]]


@pytest.mark.parametrize("text", ["B4:I7", "B4:I"])
def test_only_the_cells_of_a_range_are_the_table(text: str, tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Trees of the east"], [], ["a", "b"], ["x", *HEADER, "y"]]
    rows += [["x", *tree(number), "y"] for number in (1, 2)] + [[None] * 9 + ["y"]]
    rows += [[], ["Compiled by the east office"]] if text == "B4:I7" else []
    layout = {"format": "xlsx", "range": text}
    raw = read_files(tmp_path, {"t.xlsx": saved(opened(rows)[0])}, layout)
    assert raw.labels == tuple(HEADER)
    assert [(cells[0], cells[1]) for cells in rows_of(raw)] == [(5, "A1"), (6, "A2")]
    assert raw.readings[0].header_row == 4
    outside = 3 if text == "B4:I7" else 2
    assert raw.excluded == {"header": 1, "blank": 1, "outside_range": outside}
    assert raw.rows_in_files == raw.rows + 2 + outside


def test_columns_alone_make_a_range_and_preambles_are_read_as_ever(tmp_path: Path) -> None:
    rows: list[list[Any]] = [[None, "单位：元"], [None, *HEADER, "y"], [None, *tree(1), "y"]]
    layout = {"format": "xlsx", "range": "B:I", "header_row": 2, "unit_note": {}}
    raw = read_files(tmp_path, {"t.xlsx": saved(opened(rows)[0])}, layout)
    assert (raw.excluded, raw.readings[0].unit) == ({"header": 1, "preamble": 1}, "元")


def test_a_range_without_a_table_is_told(tmp_path: Path) -> None:
    for text in ("K1:N9", "A9:H20", "AA900:AB901"):
        with pytest.raises(DeliveryRejected) as caught:
            delivered(tmp_path, "xlsx", range=text, hidden=LEFT_OUT)
        assert "header-not-found" in told(caught.value.findings)


@pytest.mark.parametrize(
    ("wrong", "told_as"),
    [
        ({"range": "4:H"}, "no range of cells such as B4:H200"),
        ({"range": "B:H200"}, "no range of cells"),
        ({"range": "H4:B200"}, "names its first cell last"),
        ({"range": "B4:XFE9"}, "goes beyond row 1048576 or column XFD"),
        ({"range": "B4:H200", "header_row": 3}, "the header (row 3) does not lie in the range B4:H200"),
        ({"range": "B:H", "format": "csv"}, "go with the formats xlsx, xls and ods"),
        ({"hidden": {"rows": "read"}, "format": "html"}, "go with the formats xlsx, xls and ods"),
    ],
)
def test_ranges_that_cannot_be_meant_are_told(wrong: dict[str, Any], told_as: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Layout.model_validate({"name": "any", "format": "xlsx", **wrong})
    assert told_as in str(caught.value)


def phantom(kind: str) -> bytes:
    """A table of six rows in a sheet that is formatted to its last row and column."""
    if kind == "xls":
        return XLS  # formatted cells in column 256 and in row 65,536
    if kind == "ods":
        wide = '<table:table-cell table:style-name="yellow" table:number-columns-repeated="16376"/>'
        rows = [row([*(cell(text) for text in HEADER), wide])]
        rows += [row([cell(str(text or "")) for text in tree(number)] + [wide]) for number in range(1, 6)]
        return package(content(sheet("all", [*rows, row([wide], 'table:number-rows-repeated="1048570"')])))
    book, made = opened([HEADER, *map(tree, range(1, 6))])
    for name in ("XFD1", "A1048576", "XFD1048576"):
        made[name].fill = PatternFill("solid", fgColor="FFFF00")
    for number in range(9, 16384):
        made.cell(3, number).fill = PatternFill("solid", fgColor="FFFF00")
    return saved(book)


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_cells_with_a_format_and_without_content_do_not_count(kind: str, tmp_path: Path) -> None:
    data = phantom(kind)
    tracemalloc.start()
    began = time.process_time()
    raw = read_files(tmp_path, {f"t.{kind}": data}, {"format": kind})
    seconds, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert raw.labels == tuple(HEADER)
    assert (raw.rows, raw.rows_in_files) == (5, 6)
    assert seconds < 5 and peak < 50 << 20


def test_cells_that_hold_something_far_apart_are_still_refused(tmp_path: Path) -> None:
    def told_of(data: bytes) -> set[str]:
        with pytest.raises(DeliveryRejected) as caught:
            read_files(tmp_path, {"t.xlsx": data}, {"format": "xlsx"})
        return set(told(caught.value.findings))

    book, made = opened([HEADER])
    made["XFD2"], made["A1048576"] = 1, 1
    assert told_of(saved(book)) == {"sheet-too-large"}
    # A cell that looks empty to who does not mind quotes, and one that does not say where it stands.
    for far in (b'<c r="A1048576" x="/>"><v>1</v></c>', b'<c t="n"><v>1</v></c>'):
        rows = b'<row r="1"><c r="XFD1"><v>1</v></c></row><row r="1048576">' + far + b"</row>"
        part = b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"
        assert told_of(archive({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": part})) == {
            "sheet-too-large"
        }


@pytest.mark.parametrize(
    ("last", "row"),
    [
        (4, None),
        (3, 4),
        (6, None),
    ],
)
def test_a_row_directly_below_a_range_is_told(last: int, row: int | None, tmp_path: Path) -> None:
    book, _ = opened([HEADER, *map(tree, (1, 2, 3)), ["Total", "", "", 6, "", "", "", "trees"], [], tree(9)])
    raw = read_files(tmp_path, {"t.xlsx": saved(book)}, {"format": "xlsx", "range": f"A1:H{last}"})
    found = told(raw.findings)
    assert {finding.location.row for finding in raw.findings} == ({row} if row else set())
    assert (found == {"range-ends": ("all", {"row": last})}) is (row is not None)
