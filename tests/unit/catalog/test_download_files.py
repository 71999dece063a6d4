"""What is in the files for download, as csv, DuckDB, pandas, openpyxl, Arrow and frictionless read them."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from frictionless import Package
from publishing import (
    add_candidate,
    contribution,
    disclosed,
    keys,
    public_schema,
    registry,
    release_now,
    tree,
    workspace_with_registry,
)
from support import field, tree_descriptor, tree_schema

from pipelines.catalog.downloads import VersionFiles, make_downloads, parquet_file
from pipelines.catalog.downloads.csv_file import write_csv
from pipelines.catalog.downloads.workbook import MOST_ROWS, MOST_UNITS, Sheet, TooLarge, write_workbook
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore, build_segment, save_candidate

DRIVER = Path(__file__).parents[2] / "downloads_under_limits.py"
TEXTS = [
    "=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1:A9)", "\t=1", "\r=1", "\n=1", "＝1+1", "'=1", "''=1", "'quoted'",
    "-5", "+3.5", "-", "=", "a,b", 'say "x"', "two\r\nlines", "\u202egnp.exe", "nul\x00and\x1f",
    "_x0041_x0042_ <b>&amp;", "_xylo", " padded ", "😀" * 9, "\ufeffmark", "\uffff", "007", "1e5", "NULL",
    "x" * MOST_UNITS, "", None,
]  # fmt: skip
#: Texts that are written as they are although they begin like a formula.
NUMBERS = {"-5", "+3.5"}
DAYS = [dt.date(1, 1, 1), dt.date(1900, 2, 28), dt.date(1900, 3, 1), dt.date(9999, 12, 31)]
VALUES: dict[str, list[Any]] = {
    "count": [0, -1, 999_999_999_999_999, 1_000_000_000_000_001, -(2**63), None],
    "amount": [Decimal("0.00"), Decimal("-12.50"), Decimal("9999999999999.99"), Decimal("9999999999999999.99"), None],
    "tiny": [Decimal("0.000000001"), Decimal("-0.000000100"), None],
    "ratio": [0.1, -1e300, 0.1 + 0.2, 123456789012345.6, float("nan"), float("inf"), float("-inf"), 5e-324, None],
    "day": [*DAYS, None],
    "at": [dt.datetime(2026, 1, 31, 23, 59, 59), dt.datetime(2026, 1, 31, 0, 0, 0, 1), None],
    "clock": [dt.time(23, 59, 59), dt.time(0, 0, 0, 250_000), None],
    "since": [1949, None],
    "flag": [True, False, None],
}


def mixed_schema() -> dict[str, Any]:
    fields = [
        field("id", "integer", constraints={"required": True}), field("text"), field("count", "integer"),
        field("amount", "number", decimals=2, unit="CNY"), field("tiny", "number", decimals=9),
        field("ratio", "number"), field("day", "date"), field("at", "datetime"), field("clock", "time"),
        field("since", "year"), field("flag", "boolean"),
    ]  # fmt: skip
    return {"$schema": tree_schema()["$schema"], "fields": fields, "primaryKey": ["id"], "missingValues": [""]}


def rows() -> list[list[Any]]:
    return [
        [number, text, *(values[number % len(values)] for values in VALUES.values())]
        for number, text in enumerate(TEXTS)
    ]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A dataset of hostile values in two periods whose rows lie among each other."""
    descriptor = {**tree_descriptor(), "id": "mixed", "row_constraints": []}
    made = workspace_with_registry(tmp_path_factory.mktemp("mixed"), mixed=(descriptor, mixed_schema()))
    for period, first in (("2024", 1), ("2025", 0)):
        table = rows()[first::2]
        add_candidate(made, table, dataset="mixed", period=period, schema=public_schema(mixed_schema()))
    add_candidate(made, [tree(1), tree(2)], period="2024")
    add_candidate(made, [tree(2), tree(3)], period="2025")
    release_now(made, registry(made))
    return made


def make(workspace: Workspace, dataset: str = "mixed") -> tuple[VersionFiles, Path]:
    made = make_downloads(FolderStore(workspace.catalog), workspace.work, dataset)
    return made, workspace.catalog / "downloads" / dataset / "1.0.0" / f"{dataset}-1.0.0.any"


@pytest.fixture(scope="module")
def files(workspace: Workspace) -> Path:
    return make(workspace)[1]


def without_guard(cell: str) -> str:
    return cell[1:] if re.match(r"'+[=+\-@\t\r\n＝＋－＠]", cell) else cell


def test_csv_as_csv_readers_take_it(files: Path) -> None:
    content = files.with_suffix(".csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfid,text,count,")
    assert b"\n" not in re.sub(rb'"[^"]*"', b"", content).replace(b"\r\n", b"")
    with files.with_suffix(".csv").open(encoding="utf-8-sig", newline="") as stream:
        heading, *found = csv.reader(stream)
    assert heading == [entry["name"] for entry in mixed_schema()["fields"]]
    assert [without_guard(row[1]) for row in found] == [text or "" for text in TEXTS]
    for (_, text, *_), row in zip(rows(), found, strict=True):
        assert (row[1][:1] in "=+-@\t\r\n＝" and row[1] != "") == (text in NUMBERS)
    columns = dict(zip(heading, zip(*found, strict=True), strict=True))
    assert columns["count"][:6] == ("0", "-1", "999999999999999", "1000000000000001", str(-(2**63)), "")
    assert columns["amount"][:5] == ("0.00", "-12.50", "9999999999999.99", "9999999999999999.99", "")
    assert columns["tiny"][:3] == ("0.000000001", "-0.000000100", "")
    assert [float(cell) for cell in columns["ratio"][:4]] == VALUES["ratio"][:4]
    assert columns["ratio"][4:7] == ("NaN", "INF", "-INF")
    assert columns["day"][:5] == ("0001-01-01", "1900-02-28", "1900-03-01", "9999-12-31", "")
    assert columns["at"][:3] == ("2026-01-31T23:59:59", "2026-01-31T00:00:00.000001", "")
    assert columns["clock"][:3] == ("23:59:59", "00:00:00.250000", "")
    assert columns["flag"][:3] == ("true", "false", "")


def test_csv_as_duckdb_and_pandas_take_it(files: Path) -> None:
    path = str(files.with_suffix(".csv"))
    texts = [text or "" for text in TEXTS]
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert [without_guard(cell) for cell in frame["text"]] == texts
    with duckdb.connect() as connection:
        found = connection.execute("SELECT text, day FROM read_csv(?, all_varchar = true)", [path]).fetchall()
    assert [without_guard(cell or "") for cell, _ in found] == texts
    assert found[0][1] == "0001-01-01"


def decoded(value: Any) -> str:
    """A cell's text as ECMA-376 part 1, 22.9.2.19 (ST_Xstring), has it."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), value or "")


def test_a_workbook_as_openpyxl_takes_it(files: Path) -> None:
    book = openpyxl.load_workbook(files.with_suffix(".xlsx"))
    data, dictionary, about = book.worksheets
    assert not [cell for row in data.iter_rows() for cell in row if cell.data_type == "f"]
    heading, *found = data.iter_rows()
    assert [cell.value for cell in heading] == [entry["name"] for entry in mixed_schema()["fields"]]
    unwritable = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
    assert [decoded(row[1].value) for row in found] == [unwritable.sub("\ufffd", text or "") for text in TEXTS]
    assert found[0][1].quotePrefix
    assert found[0][1].number_format == "@"
    columns = dict(zip((str(cell.value) for cell in heading), zip(*found, strict=True), strict=True))
    shown = {
        name: [cell.value for cell in cells[: len(VALUES[name])]] for name, cells in columns.items() if name in VALUES
    }
    assert shown["count"] == [0, -1, 999_999_999_999_999, "1000000000000001", str(-(2**63)), None]
    assert shown["amount"] == [0, -12.5, 9999999999999.99, "9999999999999999.99", None]
    assert shown["tiny"] == [1e-9, -1e-7, None]
    assert shown["ratio"] == [0.1, -1e300, str(0.1 + 0.2), "1.234567890123456e+14", "NaN", "INF", "-INF", 5e-324, None]
    assert shown["day"] == [*map(str, DAYS[:2]), *(dt.datetime(*day.timetuple()[:3]) for day in DAYS[2:]), None]
    assert shown["at"] == ["2026-01-31T23:59:59", "2026-01-31T00:00:00.000001", None]
    assert shown["flag"] == [True, False, None]
    assert columns["amount"][1].number_format == "0.00"
    assert [row[0].value for row in dictionary.iter_rows(min_row=2)] == [
        entry["name"] for entry in mixed_schema()["fields"]
    ]
    assert about["B1"].value == "mixed"
    frame = pd.read_excel(files.with_suffix(".xlsx"), engine="calamine", dtype=str, keep_default_na=False)
    assert list(frame["text"]) == [decoded(row[1].value) for row in found]


def test_parquet_has_all_rows_by_key_and_says_what_they_are(files: Path, workspace: Workspace) -> None:
    table = pq.read_table(files.with_suffix(".parquet"))
    found = table.to_pylist()
    assert [row["text"] for row in found] == TEXTS
    assert [row["tiny"] for row in found[:3]] == VALUES["tiny"]
    assert table.schema.field("amount").metadata == {
        b"title_zh": "amount字段".encode(), b"title_en": b"amount", b"description_zh": "amount字段".encode(),
        b"description_en": b"amount", b"unit": b"CNY",
    }  # fmt: skip
    about, schema = (
        json.loads(table.schema.metadata[f"gongkai.{name}".encode()]) for name in ("dataset", "table_schema")
    )
    assert (about["dataset"], about["version"], about["title"]["zh"]) == ("mixed", "1.0.0", "树木清单")
    assert (about["rows"], about["licence"], about["periods"]) == (len(TEXTS), "CC-BY-4.0", ["2024", "2025"])
    assert schema["primaryKey"] == ["id"]
    _, trees = make(workspace, "tree_inventory")
    codes = json.loads(pq.read_schema(trees.with_suffix(".parquet")).metadata[b"gongkai.codelists"])
    assert [code["name_en"] for code in codes["district"]] == ["East", "West"]


@pytest.mark.parametrize("dataset", ["mixed", "tree_inventory"])
def test_a_package_is_a_data_package(workspace: Workspace, tmp_path: Path, dataset: str) -> None:
    """Also where a key occurs in two periods, and where apostrophes break what fields say of their texts."""
    _, path = make(workspace, dataset)
    with zipfile.ZipFile(path.with_suffix(".zip")) as archive:
        archive.extractall(tmp_path)
    report = Package(str(tmp_path / "datapackage.json")).validate()
    assert report.flatten(["type", "message"]) == []
    assert report.valid
    package = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert (package["name"], package["version"], package["licenses"]) == (dataset, "1.0.0", [{"name": "CC-BY-4.0"}])
    assert ("primaryKey" in package["resources"][0]["schema"]) == (dataset == "mixed")
    lines = [line.split("  ") for line in (tmp_path / "SHA256SUMS").read_text().splitlines()]
    sums = {name: digest for digest, name in lines}
    present = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*") if path.is_file()}
    assert sums == {
        name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in present.items() if name != "SHA256SUMS"
    }
    assert present[f"{dataset}-1.0.0.csv"].read_bytes() == path.with_suffix(".csv").read_bytes()
    assert "树木清单" in present["README.zh.md"].read_text(encoding="utf-8")
    assert "# Tree inventory" in present["README.md"].read_text(encoding="utf-8")


def test_the_same_version_gives_the_same_bytes(workspace: Workspace) -> None:
    first, _ = make(workspace)
    again, _ = make(workspace)
    assert again == first
    assert [file.name.rpartition(".")[2] for file in first.files] == ["parquet", "csv", "xlsx", "zip"]


def test_what_does_not_fit_into_a_workbook_is_not_made_and_told(tmp_path: Path) -> None:
    made = workspace_with_registry(tmp_path)
    add_candidate(made, [(*tree(1)[:-1], "😀" * (MOST_UNITS // 2 + 1))])
    release_now(made, registry(made))
    found, path = make(made, "tree_inventory")
    assert not path.with_suffix(".xlsx").exists()
    ((name, reason),) = found.not_made.items()
    assert name == "tree_inventory-1.0.0.xlsx"
    assert "32,768 characters" in reason.text()
    listed = json.loads((path.parent / "files.json").read_bytes())
    assert listed["not_made"] == [{"name": name, "reason": reason.as_dict()}]


def test_a_sheet_of_too_many_bytes_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.catalog.downloads.workbook.MOST_BYTES", 2000)
    batch = pa.record_batch({"a": pa.array(["x" * 100] * 20)})
    with pytest.raises(TooLarge):
        write_workbook([Sheet("data", ["a"], 20, [batch])], tmp_path / "book.xlsx")
    assert MOST_ROWS == 1_048_575


def test_columns_of_any_name(tmp_path: Path) -> None:
    names = ["=HYPERLINK(1)", 'a"b', "c,d", "e\r\nf", "<g>", "-1+1", "', \"", "h]]>"]
    batch = pa.RecordBatch.from_arrays([pa.array(["v"])] * len(names), names)
    write_csv(names, [batch], tmp_path / "any.csv")
    with (tmp_path / "any.csv").open(encoding="utf-8-sig", newline="") as stream:
        heading, row = csv.reader(stream)
    assert [without_guard(name) for name in heading] == names
    assert heading[0] == "'=HYPERLINK(1)"
    write_workbook([Sheet("<\"&'>", names, 1, [batch])], tmp_path / "any.xlsx")
    (sheet,) = openpyxl.load_workbook(tmp_path / "any.xlsx").worksheets
    assert [cell.value for cell in sheet[1]] == names
    assert [cell.data_type for cell in sheet[1]] == ["s"] * len(names)
    assert row == ["v"] * len(names)


def test_a_single_column_keeps_its_missing_values(tmp_path: Path) -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        for values in ([1, None], [None], []):
            yield pa.record_batch({"n": pa.array(values, pa.int64())})

    write_csv(["n"], batches(), tmp_path / "one.csv")
    assert (tmp_path / "one.csv").read_bytes() == b'\xef\xbb\xbfn\r\n1\r\n""\r\n""\r\n'
    assert len(pd.read_csv(tmp_path / "one.csv")) == 3


def test_rows_pass_through_few_at_a_time(tmp_path: Path) -> None:
    held: list[int] = []

    def batches() -> Iterator[pa.RecordBatch]:
        text = pa.array(["=" + '"\r\n<&' * 20] * 2048)
        for number in range(40):
            held.append(pa.total_allocated_bytes())
            yield pa.record_batch({"n": pa.array([number] * 2048), "text": text})

    write_csv(["n", "text"], batches(), tmp_path / "many.csv")
    write_workbook([Sheet("data", ["n", "text"], 40 * 2048, batches())], tmp_path / "many.xlsx")
    assert (tmp_path / "many.csv").stat().st_size > 10 << 20
    assert max(held) - held[0] < 4 << 20


def test_row_groups_of_long_rows_have_fewer_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """However the rows come in batches: the same version has the same row groups."""
    monkeypatch.setattr(parquet_file, "_ROW_GROUP_BYTES", 1 << 20)
    table = pa.table({"text": pa.array([f"{number:0500}" for number in range(10_000)])})
    found = [
        [len(group) for group in parquet_file._row_groups(table.schema, iter(table.to_batches(max_chunksize=size)))]
        for size in (100, 2048, 10_000)
    ]
    assert found == [[4096, 4096, 1808]] * 3


def test_more_rows_than_memory_are_sorted_and_written(tmp_path: Path) -> None:
    """70 MB of rows, with 70 MB for sorting them. One text is too long for a workbook, which takes the most time."""
    made = workspace_with_registry(tmp_path)
    catalog, count = registry(made), 40_000
    for place, period in enumerate(("2024", "2025", "2026", "2027")):
        table = disclosed(made.work / "in.parquet", [], period=period)
        with duckdb.connect() as connection:
            connection.execute(
                f"COPY (SELECT 'T' || lpad((i * 4 + {place})::VARCHAR, 9, '0') AS tree_id, 'pine' AS species, "
                "'999901' AS district, 3.5::DECIMAL(18, 2) AS height, DATE '2001-03-12' AS planted, "
                "NULL::DATE AS felled, md5(i::VARCHAR) || repeat('注', if(i = 0, 40000, 120)) AS note "
                f"FROM range({count}) rows(i)) TO '{table.parquet}' (FORMAT parquet)"
            )
        filled = contribution(replace(table, rows=count, receipt=()))
        segment = build_segment(catalog.dataset("tree_inventory"), period, [filled], made.work)
        assert segment is not None
        save_candidate(made, "tree_inventory", segment, keys(catalog)["tree_inventory"])
    release_now(made, catalog)
    done = subprocess.run(
        [sys.executable, DRIVER, "1200", made.data, made.schema, "tree_inventory", "70MB"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["files"]["text/csv"] > 69e6
    path = made.catalog / "downloads" / "tree_inventory" / "1.0.0" / "tree_inventory-1.0.0.parquet"
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT count(*), bool_and(tree_id = 'T' || lpad(file_row_number::VARCHAR, 9, '0')) "
            "FROM read_parquet(?, file_row_number = true)", [str(path)]
        ).fetchall()  # fmt: skip
    assert found == [(4 * count, True)]
