from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingesting import archive, column, delivered, read_files, rejected, rows_of, rules, workbook

from pipelines.core.findings import Severity
from pipelines.registry.layouts import FileFormat

CSV = {"format": "csv"}
HEADER = "tree_id,species,district,height,planted,felled,keeper_phone,note"
PLAIN = f"{HEADER}\nA1,pine,999901,3.5,2020-01-02,,,\n".encode()


def test_a_plain_csv(tmp_path: Path) -> None:
    raw = read_files(tmp_path, {"trees.csv": PLAIN}, CSV)
    assert raw.labels == tuple(HEADER.split(","))
    assert rows_of(raw) == [[2, "A1", "pine", "999901", "3.5", "2020-01-02", "", "", ""]]
    assert (raw.rows, raw.rows_in_files, raw.excluded) == (1, 2, {"header": 1})
    [reading] = raw.readings
    assert (reading.format, reading.encoding, reading.header_row) == ("csv", "utf-8", 1)
    assert raw.findings == ()


def test_the_same_delivery_gives_the_same_bytes(tmp_path: Path) -> None:
    first = read_files(tmp_path, {"trees.csv": PLAIN}, CSV).parquet.read_bytes()
    assert read_files(tmp_path, {"trees.csv": PLAIN}, CSV).parquet.read_bytes() == first


def test_ragged_and_blank_rows_stay_as_they_came(tmp_path: Path) -> None:
    content = 'tree_id,species,district,height\nA1,pine\n\n"a\nb",x,y,z,more,\nA3,pine,1,2\n\n,,,\n'
    raw = read_files(tmp_path, {"t.csv": content.encode()}, CSV)
    assert rows_of(raw) == [
        [2, "A1", "pine", None, None],
        [3, None, None, None, None],
        [4, "a\nb", "x", "y", "z"],
        [6, "A3", "pine", "1", "2"],
    ]
    assert column(raw, "_cells") == [2, 0, 5, 4]
    assert column(raw, "_extra") == [None, None, ["more"], None]
    assert raw.excluded == {"header": 1, "blank": 2}
    assert raw.rows_in_files == 7


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_encodings_are_those_of_the_layout_in_order(tmp_path: Path, encoding: str) -> None:
    text = HEADER + "\r\n" + "A1,银杏,999901,1,,,,\r\n"
    layout = {**CSV, "encoding": ["utf-8", "utf-16", "gb18030"]}
    raw = read_files(tmp_path, {"t.csv": text.encode(encoding)}, layout)
    assert column(raw, "species") == ["银杏"]
    assert raw.labels[0] == "tree_id"
    assert raw.readings[0].encoding == encoding.removesuffix("-sig")


def test_late_bytes_decide_on_the_encoding_too(tmp_path: Path) -> None:
    rows = "A1,pine,999901,1,,,,\n" * 60_000
    content = (HEADER + "\n" + rows).encode() + "A2,银杏,999901,1,,,,\n".encode("gb18030")
    assert rules(rejected(tmp_path, {"t.csv": content}, CSV)) == ["undecodable"]
    assert (
        column(read_files(tmp_path, {"t.csv": content}, {**CSV, "encoding": ["utf-8", "gb18030"]}), "species")[-1]
        == "银杏"
    )


def test_quotation_marks_that_are_escaped_are_read_where_the_layout_says_so(tmp_path: Path) -> None:
    content = PLAIN + b'"A \\"B\\", C",,,,,,,\n'
    raw = read_files(tmp_path, {"t.csv": content}, {**CSV, "escape": "\\"})
    assert column(raw, "tree_id") == ["A1", 'A "B", C']
    content = PLAIN + b'"A\\\\","\\\\\\"B",a\\,b,a\\\nb,,,,\n'
    raw = read_files(tmp_path, {"t.csv": content}, {**CSV, "escape": "\\"})
    assert column(raw, "species") == ["pine", '\\"B']
    assert (column(raw, "district")[1], column(raw, "height")[1]) == ("a,b", "a\nb")


@pytest.mark.parametrize("cell", [b"C:\\temp", b"\\N", b'"a\\nb"', b'"\\\\\\x"', b"a\\\r\nb"])
def test_escapes_that_nothing_needs_are_refused(cell: bytes, tmp_path: Path) -> None:
    content = PLAIN + b'"A \\"B\\"",,,,,,,\nA3,' + cell + b",,,,,,\n"
    [finding] = rejected(tmp_path, {"t.csv": content}, {**CSV, "escape": "\\"})
    assert (finding.rule, finding.location.row) == ("csv-escape", 4)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty-file"),
        (PLAIN + b"A\0,,,,,,,\n", "nul-characters"),
        (PLAIN + b'"A,,,\n', "csv-open-quotation"),
        (PLAIN + b'"A "B" C",,,\n', "csv-quotation"),
        (PLAIN + b'"A \\"B\\" C",,,\n', "csv-quotation"),
        (PLAIN + b'"' + b"x\n" * 700_000 + b'"\n', "csv-record"),
        (b"<!DOCTYPE html><p>Please log in</p>", "html-no-table"),
        (b"<?xml version='1.0'?><a/>", "unsupported-format"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related;\n\n", "unsupported-format"),
        (b"%PDF-1.7", "unsupported-format"),
        (b"\x89PNG\r\n", "unsupported-format"),
        (b"PK\x03\x04 cut off", "damaged-file"),
        (b"PAR1 cut off", "damaged-file"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le"), "encrypted-file"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + "Workbook".encode("utf-16-le"), "damaged-file"),
        (bytes.fromhex("D0CF11E0A1B11AE1"), "unsupported-format"),
        (b"a,b,c\n1,2,3\n", "header-not-found"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, content: bytes, rule: str) -> None:
    layouts = [{"format": kind} for kind in FileFormat]
    findings = rejected(tmp_path, {"bad.csv": content, "good.csv": PLAIN}, *layouts)
    assert [finding.rule for finding in findings if finding.severity is Severity.ERROR] == [rule]


def test_every_faulty_file_is_told(tmp_path: Path) -> None:
    findings = rejected(tmp_path, {"a.csv": b"", "b.csv": b"%PDF", "c.json": b"[]"}, CSV)
    assert rules(findings) == ["empty-file", "unsupported-format", "disguised-file", "header-not-found"]
    assert rules(rejected(tmp_path, {}, CSV)) == ["nothing-delivered"]


def test_files_are_read_as_what_they_are(tmp_path: Path) -> None:
    content = workbook({"s": [HEADER.split(","), ["A1", "pine", "999901", 3.5]]})
    raw = read_files(tmp_path, {"trees.xls": content}, {"format": "xlsx"})
    assert rules(raw.findings) == ["disguised-file"]
    assert raw.findings[0].severity is Severity.WARNING
    assert raw.rows == 1


def test_layouts_of_one_format_are_told_apart_by_name(tmp_path: Path) -> None:
    semicolon = {**CSV, "file": "semi*", "delimiter": ";"}
    files = {"semi.csv": PLAIN.replace(b",", b";"), "trees.csv": PLAIN}
    raw = read_files(tmp_path, files, semicolon, CSV)
    assert [reading.layout for reading in raw.readings] == ["layout0", "layout1"]
    assert raw.rows == 2


def test_columns_are_aligned_by_label(tmp_path: Path) -> None:
    files = {
        "a.csv": b"tree_id,species,district,height\nA1,pine,1,2\n",
        "b.csv": b"height,tree_id,district,species\n3,B1,4,fir\n",
    }
    assert rows_of(read_files(tmp_path, files, CSV)) == [[2, "A1", "pine", "1", "2"], [2, "B1", "fir", "4", "3"]]


def test_files_of_one_layout_must_have_the_same_columns(tmp_path: Path) -> None:
    files = {
        "a.csv": b"tree_id,species,district,height\nA1,pine,1,2\n",
        "b.csv": b"tree_id,species,district,note,13800138000\n,,,,\n",
    }
    [finding] = rejected(tmp_path, files, CSV)
    assert finding.rule == "labels-differ"
    assert finding.message.params == {"absent": "height", "added": "note", "first": "a.csv"}


def test_files_of_several_layouts_are_put_together(tmp_path: Path) -> None:
    first = {
        "name": "one",
        "format": "csv",
        "file": "a*",
        "steps": [{"step": "constant", "field": "species", "value": "pine"}],
    }
    second = {"name": "two", "format": "csv", "file": "b*"}
    files = {
        "a.csv": b"tree_id,district,height,note\nA1,1\n",
        "b.csv": b"tree_id,district,height,planted\nB1,2,3,2020,x\n",
    }
    raw = read_files(tmp_path, files, first, second)
    assert raw.labels == ("tree_id", "district", "height", "note", "species", "planted")
    assert rows_of(raw) == [[2, "A1", "1", None, None, "pine", None], [2, "B1", "2", "3", None, None, "2020"]]
    assert column(raw, "_cells") == [6, 7]


def test_a_header_that_moved_is_found_and_told(tmp_path: Path) -> None:
    content = b"Trees of the town\n\n" + PLAIN + "数据来源：园林局\nafter\n".encode()
    raw = read_files(tmp_path, {"t.csv": content}, {**CSV, "footer": "^数据来源", "header_row": 2})
    assert raw.excluded == {"preamble": 2, "header": 1, "footer": 2}
    [finding] = raw.findings
    assert (finding.rule, finding.location.row) == ("header-elsewhere", 3)
    assert finding.message.text("en") == "The header is on row 3, expected on row 2."


def test_headers_of_several_rows_are_joined(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["树木", None, None, None],
        ["编号", "位置", None, "备注\n（选填）"],
        [None, "区", "　高度 ", None],
        ["A1", "999901", 3.0, None],
    ]
    columns = {"编号": "tree_id", "位置/区": "district", "位置/高度": "height", "备注（选填）": None}
    layout = {"header_row": 2, "header_rows": 2, "columns": columns}
    book = workbook({"s": rows}, merges={"s": ["A1:D1", "A2:A3", "B2:C2", "D2:D3"]})
    raw = read_files(tmp_path, {"t.xlsx": book}, {"format": "xlsx", **layout})
    assert raw.labels == ("tree_id", "district", "height")
    assert rows_of(raw) == [[4, "A1", "999901", "3"]]
    text = "\n".join(",".join(str(cell or "") for cell in row).replace("\n", "") for row in rows)
    assert read_files(tmp_path, {"t.csv": text.encode()}, {**CSV, **layout}).labels == raw.labels


def test_workbook_values_become_plain_text(tmp_path: Path) -> None:
    import datetime as dt

    row = ["A1", 12, 0.1 + 0.2, 1234567.1, dt.date(2024, 1, 2), dt.datetime(2024, 1, 2, 3, 4, 5), True, 1e-7]
    raw = read_files(tmp_path, {"t.xlsx": workbook({"s": [HEADER.split(","), row]})}, {"format": "xlsx"})
    assert rows_of(raw)[0][1:] == [
        "A1",
        "12",
        "0.3",
        "1234567.1",
        "2024-01-02",
        "2024-01-02T03:04:05",
        "true",
        "0.0000001",
    ]


def test_visible_sheets_are_read_and_others_told(tmp_path: Path) -> None:
    table = [HEADER.split(","), ["A1"]]
    book = workbook({"east": table, "west": table, "secret": table, "notes": [["x"]], "empty": []}, hidden=("secret",))
    raw = read_files(tmp_path, {"t.xlsx": book}, {"format": "xlsx", "sheet": "*[se]*t"})
    assert column(raw, "_sheet") == ["east", "west"]
    assert [(finding.rule, finding.location.sheet) for finding in raw.findings] == [
        ("hidden-sheet", "secret"),
        ("sheet-not-read", "notes"),
        ("sheet-not-read", "empty"),
    ]
    assert rules(rejected(tmp_path, {"t.xlsx": book}, {"format": "xlsx", "sheet": "no"}))[-1] == "no-sheet"


def test_cells_beyond_a_workbooks_header_count_only_when_filled(tmp_path: Path) -> None:
    rows: list[list[Any]] = [[*HEADER.split(","), None, None], ["A1"], ["A2", *[None] * 8, "stray"]]
    raw = read_files(tmp_path, {"t.xlsx": workbook({"s": rows})}, {"format": "xlsx"})
    assert len(raw.labels) == 8
    assert column(raw, "_extra") == [None, ["", "stray"]]


def test_a_sheet_that_spans_too_much_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = 1
    book.worksheets[0]["XFD1048576"] = 1
    book.save(tmp_path / "t.xlsx")
    findings = rejected(tmp_path, {"t.xlsx": (tmp_path / "t.xlsx").read_bytes()}, {"format": "xlsx"})
    assert rules(findings) == ["sheet-too-large"]


def test_parquet_columns_become_text(tmp_path: Path) -> None:
    import datetime as dt
    from decimal import Decimal

    table = pa.table(
        {
            "tree_id": ["A1", None],
            "height": [Decimal("1.50"), None],
            "planted": [dt.date(2024, 1, 2), None],
            "note": [True, None],
            "species": [[1, 2], None],
            "district": [999901, None],
        }
    )
    stream = io.BytesIO()
    pq.write_table(table, stream)
    raw = read_files(tmp_path, {"t.parquet": stream.getvalue()}, {"format": "parquet"})
    assert rows_of(raw)[0] == [1, "A1", "1.50", "2024-01-02", "true", "[1,2]", "999901"]
    binary = io.BytesIO()
    pq.write_table(pa.table({"tree_id": [b"x"]}), binary)
    assert rules(rejected(tmp_path, {"t.parquet": binary.getvalue()}, {"format": "parquet"})) == ["damaged-file"]


def test_no_rows_are_a_warning(tmp_path: Path) -> None:
    raw = read_files(tmp_path, {"t.csv": HEADER.encode() + b"\n\n"}, CSV)
    assert (raw.rows, raw.rows_in_files, rules(raw.findings)) == (0, 2, ["no-rows"])


def test_archives_are_transparent(tmp_path: Path) -> None:
    zipped = archive({"东/b.csv": PLAIN, "a.csv": PLAIN, "__MACOSX/a.csv": b"", ".hidden": b"", "folder/": b""})
    raw = read_files(tmp_path, {"t.zip": zipped}, CSV)
    assert column(raw, "_file") == ["t.zip/a.csv", "t.zip/东/b.csv"]
    assert [entry.name for entry in (tmp_path / "work").iterdir()] == ["raw.parquet"]


def test_progress_tells_the_rows_read(tmp_path: Path) -> None:
    from ingesting import catalog, dataset

    from pipelines.ingest import read

    told: list[int] = []
    content = (HEADER + "\n" + "A1,,,,,,,\n" * 20_000).encode()
    raw = read(delivered(tmp_path, {"t.csv": content}), dataset(CSV), catalog(), tmp_path / "work", told.append)
    assert len(told) > 1 and sum(told) == raw.rows == 20_000


def test_unlabelled_columns_are_named_by_position_and_rows_can_be_numbered(tmp_path: Path) -> None:
    from ingesting import catalog, dataset

    from pipelines.ingest import read

    layout = {
        "name": "flat", "format": "csv", "columns": {"编号": "tree_id", "#2": "district", "日期": "planted"},
        "steps": [
            {"step": "parse_date", "fields": ["planted"], "formats": ["%m/%d/%Y %H:%M:%S"]},
            {"step": "from_delivery", "field": "note", "source": "row"},
        ],
    }  # fmt: skip
    content = "编号,,日期\nA1,999901,5/19/2006 0:00:00\nA2,999902,5/19/2006 8:30:00\n".encode()
    raw = read(delivered(tmp_path, {"t.csv": content}), dataset(layout), catalog(), tmp_path / "work")
    assert raw.labels == ("tree_id", "district", "planted", "note")
    table = pq.read_table(raw.parquet)
    assert table.column("c2").to_pylist() == ["2006-05-19", "2006-05-19T08:30:00"]
    assert table.column("c3").to_pylist() == ["2", "3"]


def test_a_whole_header_goes_before_half_of_one(tmp_path: Path) -> None:
    layout = {
        "format": "csv", "header_rows": 2, "columns": {"id": "tree_id", "size/h": "height", "size/n": "note"},
    }  # fmt: skip
    raw = read_files(tmp_path, {"t.csv": b"\nid,size,\n,h,n\nt1,3,x\n"}, layout)
    assert raw.labels == ("tree_id", "height", "note")
    assert (raw.rows, raw.excluded) == (1, {"preamble": 1, "header": 2})
    assert {finding.rule for finding in raw.findings} == {"header-elsewhere"}


def test_empty_rows_inside_the_table_are_left_out_where_the_layout_says_so(tmp_path: Path) -> None:
    content = b"tree_id,species,district,height\n\nA1,pine\n,,,\n\nA2,oak\n\n"
    raw = read_files(tmp_path, {"t.csv": content}, {**CSV, "blank_rows": "leave_out"})
    assert [row[:2] for row in rows_of(raw)] == [[3, "A1"], [6, "A2"]]
    assert (raw.excluded, raw.rows_in_files) == ({"header": 1, "blank": 4}, 7)
    assert read_files(tmp_path, {"t.csv": PLAIN}, {**CSV, "blank_rows": "leave_out"}).excluded == {"header": 1}


def test_a_signature_is_never_read_as_a_row(tmp_path: Path) -> None:
    content = "tree_id,species,district,height\nA1,pine,1,2\n制表人：王小明,审核人：李小红\n".encode()
    assert rules(rejected(tmp_path, {"t.csv": content}, CSV)) == ["signature-in-table"]
    footed = read_files(tmp_path, {"t.csv": content}, {**CSV, "footer": "^制表人"})
    assert (footed.rows, footed.excluded) == (1, {"header": 1, "footer": 1})
