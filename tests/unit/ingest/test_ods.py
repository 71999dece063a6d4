"""OpenDocument spreadsheets: values, what is hidden or repeated, and files that are made to do harm."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from ingesting import column, read_files, rows_of
from spreadsheets import cell, content, ods, package, row, sheet

from pipelines.core.errors import DeliveryRejected
from pipelines.ingest.archives import tables
from pipelines.ingest.formats import recognise
from pipelines.ingest.problems import Unreadable
from pipelines.ingest.readers import open_grids
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat, Layout

HEADER = ["tree_id", "species", "district", "height", "planted", "felled", "keeper_phone", "note"]
ODS: dict[str, Any] = {"format": "ods"}
LABELS = row([cell(label) for label in HEADER])


def document(*rows: str) -> bytes:
    return package(content(sheet("s", rows)))


def refusal(folder: Path, data: bytes) -> str:
    with pytest.raises(DeliveryRejected) as caught:
        read_files(folder, {"t.ods": data}, ODS)
    [finding] = caught.value.findings
    assert finding.message.text("en") and finding.message.text("zh")
    assert finding.remedy.text("en") and finding.remedy.text("zh")
    return finding.rule


def typed(kind: str, attributes: str, text: str = "shown") -> str:
    return f'<table:table-cell office:value-type="{kind}" {attributes}><text:p>{text}</text:p></table:table-cell>'


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (typed("float", 'office:value="0.30000000000000004"'), "0.3"),
        (typed("percentage", 'office:value="0.5"', "50%"), "0.5"),
        (typed("currency", 'office:value="1234.5"', "1 234,50"), "1234.5"),
        (typed("boolean", 'office:boolean-value="true"', "TRUE"), "true"),
        (typed("date", 'office:date-value="2026-03-01"', "01/03/26"), "2026-03-01"),
        (typed("date", 'office:date-value="2026-03-01T00:00:00"'), "2026-03-01"),
        (typed("date", 'office:date-value="2026-03-01T10:11:12"'), "2026-03-01T10:11:12"),
        (typed("time", 'office:time-value="PT10H11M12S"'), "10:11:12"),
        (typed("time", 'office:time-value="PT30H00M00S"'), "PT108000S"),
        (typed("float", 'office:value="many"'), "shown"),
        (typed("date", 'office:date-value="someday"'), "shown"),
        (typed("string", 'office:string-value="whole"'), "whole"),
        (typed("string", 'table:formula="of:=X"', "=1+1"), "=1+1"),
        (typed("string", 'table:formula="of:=1/0"', "#DIV/0!"), ""),
        (typed("string", "", "#DIV/0!"), "#DIV/0!"),
        (typed("string", "", " two  spaces \n"), "two spaces"),
        (typed("string", "", 'a<text:s text:c="3"/>b<text:tab/>c<text:line-break/>d'), "a   b\tc\nd"),
        (typed("string", "", "one</text:p><text:p>two <text:span>three</text:span>"), "one\ntwo three"),
        (typed("string", "", "x<office:annotation><text:p>remark</text:p></office:annotation>"), "x"),
        ("<table:table-cell><draw:frame><text:p>box</text:p></draw:frame></table:table-cell>", ""),
    ],
)
def test_values_become_plain_text(tmp_path: Path, written: str, read: str) -> None:
    data = document(LABELS, row([cell("A1"), *[cell("")] * 6, written, cell("beyond")]))
    raw = read_files(tmp_path, {"t.ods": data}, ODS)
    assert column(raw, "note") == [read]
    assert column(raw, "_extra") == [["beyond"]]
    assert [finding.rule for finding in raw.findings] == (["excel-errors"] if not read and "#DIV" in written else [])


def test_repeated_rows_and_cells_count_and_phantom_ones_do_not(tmp_path: Path) -> None:
    data = document(
        row([cell("Title", 'table:number-columns-spanned="8"')]),
        LABELS,
        row([cell("A1"), cell("pine", 'table:number-columns-repeated="2"')], 'table:number-rows-repeated="3"'),
        row([cell("", 'table:number-columns-repeated="16384"')], 'table:number-rows-repeated="2"'),
        row([cell("A2")]),
        row([cell("", 'table:number-columns-repeated="16384"')], 'table:number-rows-repeated="1048569"'),
    )
    raw = read_files(tmp_path, {"t.ods": data}, {**ODS, "header_row": 2})
    assert [cells[:4] for cells in rows_of(raw)] == [
        *([number, "A1", "pine", "pine"] for number in (3, 4, 5)),
        *([number, "", "", ""] for number in (6, 7)),
        [8, "A2", "", ""],
    ]
    assert (raw.rows_in_files, dict(raw.excluded)) == (8, {"preamble": 1, "header": 1})


def test_what_is_hidden_is_told(tmp_path: Path) -> None:
    hide = 'table:visibility="collapse"'
    rows = [LABELS, row([cell("A1")], f'{hide} table:number-rows-repeated="2"'), row([cell("A2")]), row([], hide)]
    columns = f'<table:table-column/><table:table-column table:number-columns-repeated="2" {hide}/>'
    far = f'<table:table-column table:number-columns-repeated="9999999" {hide}/>'
    sheets = sheet("all", [columns, *rows]) + sheet("2025", [LABELS], 'table:style-name="hiding"')
    sheets += sheet("other", [LABELS]) + sheet("all too", [columns, "<table:table-column/>" * 5, far, LABELS])
    raw = read_files(tmp_path, {"t.ods": package(content(sheets))}, {**ODS, "sheet": "all*"})
    told = [(finding.rule, finding.location.sheet, finding.message.params) for finding in raw.findings]
    assert told[:4] == [
        ("hidden-sheet", "2025", {}),
        ("sheet-not-read", "other", {"expected": "all*"}),
        ("hidden-cells", "all", {"rows": 2, "columns": 2}),
        ("hidden-cells", "all too", {"rows": 0, "columns": 2}),
    ]
    assert column(raw, "tree_id") == ["A1", "A1", "A2"]
    assert column(raw, "_sheet") == ["all"] * 3


def test_merged_cells_name_the_columns_below_them(tmp_path: Path) -> None:
    over = row([cell(""), cell("tree_id", 'table:number-rows-spanned="2"'),
                cell("size", 'table:number-columns-spanned="2"'), "<table:covered-table-cell/>"])  # fmt: skip
    under = row([cell(""), "<table:covered-table-cell/>", cell("m"), cell("cm")])
    data = document(over, under, row([cell(""), cell("A1"), cell("1"), cell("2")]))
    layout = {**ODS, "header_rows": 2, "columns": {"tree_id": "tree_id", "size/m": "height", "size/cm": "note"}}
    raw = read_files(tmp_path, {"t.ods": data}, layout)
    assert raw.labels == ("tree_id", "height", "note")
    assert rows_of(raw) == [[3, "A1", "1", "2"]]


def test_later_sheets_are_read_from_where_they_begin(tmp_path: Path) -> None:
    sheets = {f"sheet {number}": [HEADER, *[[f"A{number}", "x" * 1000]] * 300] for number in range(8)}
    raw = read_files(tmp_path, {"t.ods": ods(sheets)}, ODS)
    assert column(raw, "tree_id") == [f"A{number}" for number in range(8) for _ in range(300)]


def test_a_million_repeated_rows_are_streamed(tmp_path: Path) -> None:
    path = tmp_path / "t.ods"
    path.write_bytes(document(row([cell("a")], 'table:number-rows-repeated="1000000"')))
    [grid] = open_grids(SourceFile("t.ods", path, FileFormat.ODS), Layout(name="t", format=FileFormat.ODS), [])
    rows = grid.rows()
    begin = time.process_time()
    assert next(rows).cells == ["a"]
    assert time.process_time() - begin < 1
    assert sum(1 for _ in rows) == 999_999


MANY = 'table:number-rows-repeated="1000000"'
WIDE = 'table:number-columns-repeated="16384"'
NEVER = "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
_ENTITIES = "".join(f"<!ENTITY a{n} '&a;&a;'>" for n in range(9))
LAUGHS = f"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>{_ENTITIES}]>"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (lambda: package(content("", NEVER)), "document-type"),
        (lambda: package(content("", LAUGHS)), "document-type"),
        (lambda: document(LABELS, row([cell("x", WIDE)], MANY)), "sheet-too-large"),
        (lambda: document(LABELS, row([cell("x", 'table:number-columns-repeated="99999999999"')])), "sheet-too-wide"),
        (lambda: document(LABELS, row([cell("x" * 3000)], MANY)), "text-too-long"),
        (lambda: document(LABELS, row([cell("x" * 100, WIDE)])), "row-too-long"),
        (lambda: document(row([typed("string", "", '<text:s text:c="999999999"/>')])), "row-too-long"),
        (lambda: document(row([typed("string", "", '<text:s text:c="30000"/>' * 40)])), "row-too-long"),
        (lambda: document(row([cell("x" * (9 << 20))])), "row-too-long"),
        (lambda: document(f"<table:table-row a='{'x' * (9 << 20)}'/>"), "row-too-long"),
        (lambda: document(row([f"<table:table-cell>{sheet('in', [])}</table:table-cell>"])), "nested-table"),
        (lambda: package(content("".join(sheet(str(n), []) for n in range(10_001)))), "too-many-tables"),
        (lambda: package(content(""), "<manifest:encryption-data/>"), "encrypted-file"),
        (lambda: package(content("")), "no-sheet"),
        (document, "no-sheet"),
        (lambda: package(""), "damaged-file"),
        (lambda: package(content(sheet("s", [LABELS]))[:-60]), "damaged-file"),
        (lambda: package(content(sheet("s", [LABELS])).encode() + b"\xff"), "damaged-file"),
        (lambda: package(content(sheet("s", [row([cell("表")])])).encode("gb18030")), "damaged-file"),
        (lambda: document(LABELS)[:-40], "damaged-file"),
        (lambda: package(content(""), mimetype="application/vnd.oasis.opendocument.text"), "unsupported-format"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, data: Any, rule: str) -> None:
    assert refusal(tmp_path, data()) == rule


def test_a_package_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.ingest.readers.ods.MAX_UNPACKED", 10_000)
    assert refusal(tmp_path, document(LABELS, row([cell("x" * 20_000)]))) == "workbook-too-large"


def test_it_is_known_by_its_bytes_alone(tmp_path: Path) -> None:
    raw = read_files(tmp_path, {"t.xlsx": ods({"s": [HEADER, ["A1"]]})}, ODS)
    assert [finding.rule for finding in raw.findings] == ["disguised-file"]
    assert (raw.rows, raw.readings[0].format) == (1, "ods")
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as opened:
        opened.writestr("t.ods", ods({"s": [HEADER]}))
    assert (recognise(packed, "packed.zip"), tables(packed, "packed.zip")) == ("zip", ["t.ods"])
    with pytest.raises(Unreadable, match="damaged-file"):
        list(open_grids(SourceFile("t", packed, FileFormat.ODS), Layout(name="t", format=FileFormat.ODS), []))


def one_piece(document: str, prolog: str = "") -> bytes:
    """The same as ``content.xml``, as a document that is all in one file."""
    head, _, rest = document.replace("office:document-content", "office:document").partition("<office:document ")
    kind = 'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"'
    return f"{head}{prolog}<office:document {kind} {rest}".encode()


def test_a_document_in_one_piece_is_read_as_a_package_is(tmp_path: Path) -> None:
    hidden = row([cell("t2"), cell("oak")], 'table:visibility="collapse"')
    merged = row([cell("t1", 'table:number-rows-spanned="2"'), cell("pine")])
    whole = content(sheet("s", [LABELS, merged, hidden, row([cell("t3")])]) + sheet("empty", []))
    for folder in ("package", "flat"):
        (tmp_path / folder).mkdir()
    layout = {**ODS, "hidden": {"rows": "leave_out"}}
    expected = read_files(tmp_path / "package", {"t.ods": package(whole)}, layout)
    raw = read_files(tmp_path / "flat", {"t.fods": one_piece(whole)}, layout)
    assert (rows_of(raw), raw.excluded) == (rows_of(expected), expected.excluded)
    assert (raw.rows, raw.excluded, raw.readings[0].format) == (2, {"header": 1, "hidden": 1}, "ods")
    assert [finding.rule for finding in raw.findings] == [finding.rule for finding in expected.findings]


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "us-ascii"])
def test_a_document_in_one_piece_is_read_in_the_encoding_that_it_declares(encoding: str, tmp_path: Path) -> None:
    text = "\u00c3\u00a9" if encoding != "us-ascii" else "e"
    whole = content(sheet("s", [LABELS, row([cell("t1"), cell(text)])])).replace("UTF-8", encoding)
    raw = read_files(tmp_path, {"t.fods": one_piece(whole).decode().encode(encoding)}, ODS)
    assert column(raw, "species") == [text]


@pytest.mark.parametrize("encoding", ["none-such", "base64", "gbk"])
def test_a_document_in_an_encoding_that_there_is_not_is_damaged(encoding: str, tmp_path: Path) -> None:
    whole = content(sheet("s", [LABELS, row([cell("t1"), cell("é")])])).replace("UTF-8", encoding)
    assert refusal(tmp_path, one_piece(whole)) == refusal(tmp_path, package(whole)) == "damaged-file"


def test_a_document_in_one_piece_is_watched_as_a_package_is(tmp_path: Path) -> None:
    whole = content(sheet("s", [LABELS]))
    assert refusal(tmp_path, one_piece(whole, "<!DOCTYPE x [<!ENTITY a 'b'>]>")) == "document-type"
    assert refusal(tmp_path, one_piece(whole)[:-40]) == "damaged-file"
