"""Any file with any schema: formats, encodings, foreign tables, places, what is shown, and frictionless's verdict."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from frictionless import Dialect, Resource, Schema

from pipelines.validate.any_file import Asked, Judgement, Unusable, bounded, judge_file, report_errors
from pipelines.validate.any_file.arguments import checked_arguments
from pipelines.validate.any_file.places import Records

FIELDS: list[dict[str, Any]] = [
    {"name": "a", "type": "string", "constraints": {"required": True}},
    {"name": "b", "type": "integer", "constraints": {"maximum": 8}},
]
SCHEMA = {"fields": FIELDS, "primaryKey": ["a"], "missingValues": ["", "-"]}
ROWS: list[tuple[str | None, str | None]] = [
    ("甲", "1"),
    ("乙", "2"),
    (None, "3"),
    ("丙", "x"),
    ("甲", "9"),
    ("-", None),
]
CSV = "a,b\n" + "".join(f"{a or ''},{b or ''}\n" for a, b in ROWS)


def judged(folder: Path, name: str, content: bytes, schema: Any = SCHEMA, **more: Any) -> dict[str, Any]:
    """The JSON report on a file, with the groups under ``groups``."""
    (folder / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    (folder / name).write_bytes(content)
    work = folder / f"work-{len(list(folder.iterdir()))}"
    work.mkdir()
    stream, report = io.StringIO(), more.pop("report", None)
    with bounded():
        judgement = judge_file(Asked(folder / name, folder / "schema.json", **more), work)
        groups, errors = report_errors(judgement, stream=stream, folder=report, language="en")
    document: dict[str, Any] = json.loads(stream.getvalue())
    assert document["stats"]["errors"] == errors == len(document["tasks"][0]["errors"])
    return {**document, "groups": groups, "judgement": judgement}


def told(report: dict[str, Any]) -> list[tuple[str, int | None]]:
    return [(error["type"], error.get("rowNumber")) for error in report["tasks"][0]["errors"]]


def places(report: dict[str, Any]) -> set[str]:
    found = set()
    for group in report["groups"]:
        for example in group.examples:
            if example.place is not None:
                found.add(example.place.cell or f"{example.place.unit} {example.place.number}")
    return found


def parquet(rows: list[tuple[str | None, str | None]]) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table({"a": [a for a, _ in rows], "b": [b for _, b in rows]}), stream)
    return stream.getvalue()


def workbook(rows: list[tuple[Any, ...]], second: str = "other") -> bytes:
    stream, book = io.BytesIO(), openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "data"
    for row in rows:
        sheet.append(row)
    book.create_sheet(second).append(["z"])
    book.save(stream)
    return stream.getvalue()


def zipped(**members: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(f"{name}.csv", content)
    return stream.getvalue()


RECORDS = [{"a": a, "b": b} for a, b in ROWS]
FORMATS = {
    "t.csv": CSV.encode(),
    "t.tsv": CSV.replace(",", "\t").encode(),
    "t.csv.gz": gzip.compress(CSV.encode()),
    "t.zip": zipped(t=CSV),
    "t.json": json.dumps(RECORDS).encode(),
    "t.jsonl": "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS).encode(),
    "t.parquet": parquet(ROWS),
    "t.xlsx": workbook([("a", "b"), *ROWS]),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gets_the_same_verdict(tmp_path: Path, name: str) -> None:
    expected = judged(tmp_path, "expected.csv", CSV.encode())
    report = judged(tmp_path, name, FORMATS[name])
    assert report["tasks"][0]["errors"] == expected["tasks"][0]["errors"]
    assert len(told(report)) == 7
    assert report["engine"]["name"] == "fast"
    assert report["tasks"][0]["stats"]["bytes"] == len(FORMATS[name])


@pytest.mark.parametrize("name", ["t.json", "t.parquet", "t.xlsx"])
@pytest.mark.parametrize("missing", [["-"], []])
def test_absent_cells_are_missing_whatever_the_schema_says(tmp_path: Path, name: str, missing: list[str]) -> None:
    fields = [FIELDS[0], {**FIELDS[1], "missingValues": missing}]
    report = judged(tmp_path, name, FORMATS[name], {**SCHEMA, "fields": fields, "missingValues": missing})
    required = [error for error in report["tasks"][0]["errors"] if error["type"] == "constraint-error"]
    assert required[0]["rowNumber"] == 4
    assert required[0]["cells"] == ["", "3"]


def test_an_empty_text_in_records_is_not_absent(tmp_path: Path) -> None:
    content = json.dumps([{"a": "", "b": "1"}, {"b": "2"}]).encode()
    report = judged(tmp_path, "t.json", content, {"fields": FIELDS, "missingValues": ["-"]})
    assert told(report) == [("constraint-error", 3)]


def test_places_are_lines_records_and_cells(tmp_path: Path) -> None:
    text = 'a,b\n"one\ntwo\nthree",1\n\n"x\ny",q\nz,r\n'
    assert places(judged(tmp_path, "t.csv", text.encode())) == {"line 5", "line 6", "line 8"}
    assert places(judged(tmp_path, "u.csv", b"a,b\r\nx,q\r\n")) == {"line 2"}
    assert places(judged(tmp_path, "t.jsonl", b'{"a": "x", "b": "1"}\n{"a": "y", "b": "q"}\n')) == {"record 2"}
    shifted = workbook([(None, None, None), (None, "a", "b"), (None, "x", "q")])
    assert places(judged(tmp_path, "t.xlsx", shifted)) == {"C3"}


def test_sheets_and_members_are_chosen_by_name(tmp_path: Path) -> None:
    book = workbook([("a", "b"), ("x", 1)])
    first = judged(tmp_path, "t.xlsx", book)
    assert (first["valid"], first["reading"]["sheet"]) == (True, "data")
    assert "other" in first["tasks"][0]["warnings"][0]
    assert not judged(tmp_path, "t.xlsx", book, sheet="other")["valid"]
    two = zipped(one="a,b\nx,1\n", two="a,b\nx,y\n")
    assert judged(tmp_path, "t.zip", two, member="one.csv")["valid"]
    assert judged(tmp_path, "t.zip", two, member="two.csv")["tasks"][0]["place"] == "t.zip/two.csv"
    for more, message in (
        ({"sheet": "nowhere"}, "file-no-sheet"),
        ({"member": "x"}, "file-not-an-archive"),
        ({"delimiter": ";"}, "file-not-text"),
    ):
        with pytest.raises(Unusable, match=message):
            judged(tmp_path, "t.xlsx", book, **more)
    for more, message in (({}, "file-which-member"), ({"member": "x.csv"}, "file-no-member")):
        with pytest.raises(Unusable, match=message):
            judged(tmp_path, "t.zip", two, **more)


CHINESE = "a,b\n" + "".join(
    f"{name}人民政府办公室,{number % 8}\n" for number, name in enumerate(["北京", "上海", "广州"])
)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (CHINESE.encode(), "utf-8"),
        (CHINESE.encode("utf-8-sig"), "utf-8-sig"),
        (CHINESE.encode("utf-16"), "utf-16"),
        (CHINESE.encode("utf-32"), "utf-32"),
        (CHINESE.encode("utf-16-be"), "utf-16-be"),
        (CHINESE.encode("gb18030"), "gb18030"),
        ("a,b\n臺北市政府環境保護局,1\n臺灣臺北地方法院檢察署,2\n".encode("big5"), "big5"),
        ("a,b\nひらがなとカタカナ,1\n東京都のデータです,2\n".encode("shift_jis"), "shift_jis"),
    ],
)
def test_encodings_are_told_by_the_whole_file(tmp_path: Path, content: bytes, encoding: str) -> None:
    # The text that is not ASCII comes after more than frictionless looks at.
    report = judged(tmp_path, "t.csv", content, {"fields": FIELDS})
    assert (report["valid"], report["reading"]["encoding"]["name"]) == (True, encoding)


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp1251"])
def test_encodings_that_cannot_be_told_are_named_and_not_guessed(tmp_path: Path, encoding: str) -> None:
    text = "a,b\nдом,1\n" if encoding == "cp1251" else "a,b\ndéjà,1\n"
    content = text.encode(encoding)
    report = judged(tmp_path, "t.csv", content, {"fields": FIELDS})
    assert told(report) == [("encoding-error", None)]
    assert encoding in report["tasks"][0]["errors"][0]["note"]
    declared = judged(tmp_path, "t.csv", content, {"fields": FIELDS}, encoding=encoding)
    assert (declared["valid"], declared["reading"]["encoding"]["how"]) == (True, "declared")


@pytest.mark.parametrize("content", [b"a,b\nx\0,1\ny\0,2\n", b"a,b\n" + b"x\0\0\0,1\n" * 50, b"a,b\nx\0y\0,1\n" * 20])
def test_text_with_nuls_is_not_taken_for_utf_16(tmp_path: Path, content: bytes) -> None:
    report = judged(tmp_path, "t.csv", content, {"fields": FIELDS})
    assert report["reading"]["encoding"]["name"] == "utf-8"
    assert "NUL" in report["tasks"][0]["warnings"][0]


def test_resource_descriptors_and_packages_bring_their_schema(tmp_path: Path) -> None:
    content = "a;b\ndéjà;1\n".encode("cp1252")
    resource = {"name": "t", "path": "t.csv", "schema": {"fields": FIELDS}, "encoding": "cp1252",
                "dialect": {"delimiter": ";"}}  # fmt: skip
    assert judged(tmp_path, "t.csv", content, resource)["valid"]
    package = {"resources": [resource, {**resource, "name": "u", "schema": {"fields": FIELDS[:1]}}]}
    assert judged(tmp_path, "t.csv", content, package, resource="t")["valid"]
    assert not judged(tmp_path, "t.csv", content, package, resource="u")["valid"]
    with pytest.raises(Unusable, match="file-which-resource"):
        judged(tmp_path, "t.csv", content, package)
    (tmp_path / "table.json").write_text(json.dumps({"fields": FIELDS}), encoding="utf-8")
    assert judged(tmp_path, "t.csv", content, {**resource, "schema": "table.json"})["valid"]


def test_a_package_of_version_2_makes_its_schemas_version_2(tmp_path: Path) -> None:
    fields = [{"name": "b", "type": "integer", "constraints": {"exclusiveMinimum": 1}}]
    package = {"$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
               "resources": [{"name": "t", "path": "t.csv", "schema": {"fields": fields}}]}  # fmt: skip
    assert told(judged(tmp_path, "t.csv", b"b\n1\n2\n", package)) == [("constraint-error", 2)]


def test_foreign_tables_are_looked_up_or_said_to_be_missing(tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_bytes(b"name;id\nx;1\ny;2\n")
    key = {"fields": ["b"], "reference": {"resource": "codes", "fields": ["id"]}}
    own = {"fields": ["a"], "reference": {"resource": "", "fields": ["a"]}}
    schema = {"fields": FIELDS, "foreignKeys": [key, own]}
    foreign = {"codes": tmp_path / "codes.csv"}
    report = judged(tmp_path, "t.csv", b"a,b\np,1\nq,3\n", schema, foreign=foreign)
    assert told(report) == [("foreign-key", 3)]
    unchecked = judged(tmp_path, "t.csv", b"a,b\np,1\nq,3\n", schema)
    assert unchecked["valid"] and "codes" in unchecked["tasks"][0]["warnings"][0]
    key["reference"] = {"resource": "codes", "fields": ["nowhere"]}
    with pytest.raises(Unusable, match="file-foreign-column"):
        judged(tmp_path, "t.csv", b"a,b\np,1\n", schema, foreign=foreign)


OPTIONS: list[tuple[bytes, dict[str, Any]]] = [
    (CSV.encode(), {}),
    (CSV.replace(",", ";").encode(), {"delimiter": ";"}),
    (CSV.encode("gb18030"), {"encoding": "gb18030"}),
    (b"t\n" + CSV.encode(), {"header_row": 2}),
    (b"a,b\n1\n1,2,3\n\n,,\nx,y\n", {}),
    (b"b,a\n1,x\n", {}),
    (b"a\nx\n", {}),
    (b"a,b,c\nx,1,2\n", {}),
    (b'a,b\n"p\nq",1\n"p\nq",9\n', {}),
    (b"a,b\n\xff,1\n", {"encoding": "utf-8"}),
    (b"", {"encoding": "utf-8"}),
]


@pytest.mark.parametrize(("content", "options"), OPTIONS)
def test_the_errors_are_those_of_frictionless(tmp_path: Path, content: bytes, options: dict[str, Any]) -> None:
    report = judged(tmp_path, "t.csv", content, **options)
    more: dict[str, Any] = {"encoding": options["encoding"]} if "encoding" in options else {"encoding": "utf-8"}
    dialect: dict[str, Any] = {"csv": {"delimiter": options["delimiter"]}} if "delimiter" in options else {}
    if "header_row" in options:
        dialect |= {"header": True, "headerRows": [options["header_row"]]}
    if dialect:
        more["dialect"] = Dialect.from_descriptor(dialect)
    table = Resource(path="t.csv", basepath=str(tmp_path), schema=Schema.from_descriptor(SCHEMA), **more)
    errors = [error.to_descriptor() for error in table.validate(limit_errors=10**9).tasks[0].errors]
    assert report["tasks"][0]["errors"] == json.loads(json.dumps(errors))


@pytest.mark.parametrize("attribute", ["active", "withheld"])
def test_values_are_shown_as_far_as_disclosure_allows(tmp_path: Path, attribute: str) -> None:
    fields = [
        {**FIELDS[0], "disclosure": {"attribute": attribute}},
        {**FIELDS[1], "disclosure": {"attribute": "active"}},
    ]
    content = "a,b\n王小明,12\n李四,王小明\n".encode()
    report = judged(tmp_path, "t.csv", content, {"fields": fields}, report=tmp_path / "report")
    kept = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "report").glob("[sr]*"))
    values = pq.read_table(tmp_path / "report" / "errors.parquet").column("value").to_pylist()
    assert "王小明" not in kept + str(values)
    assert values == (["12", None] if attribute == "active" else [None, None])
    assert ("cells" in report["tasks"][0]["errors"][0]) is (attribute == "active")


def test_labels_that_may_be_cells_are_not_shown(tmp_path: Path) -> None:
    fields = [{**FIELDS[0], "disclosure": {"attribute": "withheld"}}]
    report = judged(tmp_path, "t.csv", "王小明\n李四\n".encode(), {"fields": fields}, report=tmp_path / "report")
    kept = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "report").glob("[sr]*"))
    assert "王小明" not in kept + json.dumps({key: report[key] for key in ("tasks", "reading")}, ensure_ascii=False)


def test_a_report_holds_every_error_and_no_script(tmp_path: Path) -> None:
    content = b"a,b\n" + b"<script>alert(1)</script>,<b>\n" * 3_000
    schema = {"fields": [{**FIELDS[0], "constraints": {"enum": ["x"]}}, FIELDS[1]]}
    judged(tmp_path, "t.csv", content, schema, report=tmp_path / "report")
    stored = pq.read_table(tmp_path / "report" / "errors.parquet")
    assert stored.num_rows == 6_000
    assert stored.column("place_number").to_pylist()[:4] == [2, 2, 3, 3]
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page
    summary = json.loads((tmp_path / "report" / "summary.json").read_text(encoding="utf-8"))
    assert [(group["type"], group["errors"]) for group in summary["groups"]] == [
        ("constraint-error", 3_000),
        ("type-error", 3_000),
    ]
    assert summary["task"]["stats"]["errors"] == 6_000


def test_a_report_on_a_file_that_was_not_judged(tmp_path: Path) -> None:
    report = judged(tmp_path, "t.csv", "a,b\ndéjà,1\n".encode("cp1252"), report=tmp_path / "report")
    assert report["engine"] == {"name": "none", "reason": None}
    assert places(report) == {"line 2"}
    assert "cp1252" in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")


def test_errors_are_streamed(tmp_path: Path) -> None:
    class Counted(io.StringIO):
        written = 0

        def write(self, text: str) -> int:
            self.written += len(text)
            return len(text)

    error = {"type": "type-error", "fieldName": "b", "fieldNumber": 2, "cell": "x" * 500, "cells": ["x" * 500]}
    errors = ({**error, "rowNumber": number} for number in range(2, 30_002))
    (tmp_path / "t.csv").write_bytes(b"a,b\n")
    judgement = Judgement("t.csv", tmp_path / "t.csv", SCHEMA, "csv", "fast", None, errors, Records())
    stream = Counted()
    tracemalloc.start()
    _, count = report_errors(judgement, stream=stream, folder=tmp_path, language="en")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (count, stream.written > 30_000_000, peak < 20_000_000) == (30_000, True, True)


def test_the_reports_folder_must_not_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("", encoding="utf-8")
    with pytest.raises(Unusable, match="file-report-not-folder"):
        checked_arguments(Asked(tmp_path, tmp_path), [], tmp_path / "report")


def test_a_carriage_return_inside_a_value_ends_no_row(tmp_path: Path) -> None:
    content = json.dumps([{"a": "x\ry", "b": "1"}, {"a": "z", "b": "q"}]).encode()
    report = judged(tmp_path, "t.json", content, {"fields": FIELDS})
    assert places(report) == {"record 2"}
