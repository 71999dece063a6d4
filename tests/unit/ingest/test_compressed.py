"""Gzip files and zip members, from landed bytes to rows."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import pytest
from ingesting import archive, column, read_files, rows_of, workbook
from spreadsheets import ods, page, table

from pipelines.core.errors import DeliveryRejected

HEADER = ["tree_id", "species", "district", "height", "planted", "felled", "keeper_phone", "note"]
ROWS = [HEADER, ["A1", "pine", "999901", "3", "", "", "", ""]]
CSV = "".join(",".join(row) + "\n" for row in ROWS).encode()
FORMATS: dict[str, bytes] = {
    "csv": CSV,
    "json": b'[{"tree_id": "A1"}]',
    "jsonl": b'{"tree_id": "A1"}\n{"tree_id": "A2"}\n',
    "xlsx": workbook({"s": ROWS}),
    "ods": ods({"s": ROWS}),
    "html": page(table(ROWS)).encode(),
}


def refusal(folder: Path, name: str, content: bytes) -> str:
    with pytest.raises(DeliveryRejected) as caught:
        read_files(folder, {name: content}, {"format": "csv"})
    [finding] = [finding for finding in caught.value.findings if finding.rule != "disguised-file"]
    assert finding.message.text("en") and finding.message.text("zh")
    return finding.rule


@pytest.mark.parametrize("kind", FORMATS)
def test_a_gzip_file_is_read_as_what_it_holds(tmp_path: Path, kind: str) -> None:
    raw = read_files(tmp_path, {f"t.{kind}.gz": gzip.compress(FORMATS[kind])}, {"format": kind, "file": f"*.{kind}"})
    assert column(raw, "tree_id")[0] == "A1"
    assert set(column(raw, "_file")) == {f"t.{kind}.gz"}
    assert raw.findings == ()
    assert raw.rows + sum(raw.excluded.values()) == raw.rows_in_files
    assert sorted(path.name for path in (tmp_path / "work").iterdir()) == ["raw.parquet"]


def test_gzip_of_several_members_and_other_names(tmp_path: Path) -> None:
    content = gzip.compress(CSV[:40]) + gzip.compress(CSV[40:])
    raw = read_files(tmp_path, {"trees.csv": content}, {"format": "csv"})
    assert rows_of(raw) == [[2, *ROWS[1]]]
    assert [finding.rule for finding in raw.findings] == ["disguised-file"]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (gzip.compress(CSV * 1000)[:-20], "damaged-file"),
        (gzip.compress(CSV)[:-4] + b"\0\0\0\0", "damaged-file"),
        (b"\x1f\x8bno", "damaged-file"),
        (gzip.compress(CSV) + b"junk", "damaged-file"),
        (gzip.compress(b""), "empty-file"),
        (gzip.compress(bytes(64 << 20)), "archive-too-large"),
        (gzip.compress(gzip.compress(CSV)), "archive-nested"),
        (gzip.compress(archive({"a.csv": CSV})), "archive-nested"),
        (archive({"a.csv.gz": gzip.compress(CSV)}), "archive-nested"),
        (gzip.compress(b"%PDF-1.7"), "unsupported-format"),
    ],
    ids=[
        "cut",
        "wrong-length",
        "no-gzip",
        "junk",
        "empty",
        "bomb",
        "gzip-in-gzip",
        "zip-in-gzip",
        "gzip-in-zip",
        "pdf",
    ],
)
def test_what_cannot_be_unpacked_says_why(tmp_path: Path, content: bytes, rule: str) -> None:
    assert refusal(tmp_path, "t.csv.gz", content) == rule


def test_members_named_in_gbk_are_read_under_their_names(tmp_path: Path) -> None:
    content = archive({"12345678.csv": CSV, "12345679.csv": CSV.replace(b"A1", b"A2")})
    content = content.replace(b"12345678", "预算表一".encode("gbk")).replace(b"12345679", "决算表一".encode("gbk"))
    layouts: list[dict[str, Any]] = [{"format": "csv", "file": "预算*", "name": "budget"}, {"format": "csv"}]
    raw = read_files(tmp_path, {"表.zip": content}, *layouts)
    assert dict(zip(column(raw, "_file"), column(raw, "tree_id"), strict=True)) == {
        "表.zip/预算表一.csv": "A1",
        "表.zip/决算表一.csv": "A2",
    }
    assert {(reading.file, reading.layout) for reading in raw.readings} == {
        ("表.zip/预算表一.csv", "budget"),
        ("表.zip/决算表一.csv", "layout1"),
    }


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "~", "^", " ", "，", "\x01"])
def test_any_character_can_be_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    stream = io.StringIO()
    for row in ROWS:
        stream.write(delimiter.join(row) + "\n")
    raw = read_files(tmp_path, {"t.txt": stream.getvalue().encode()}, {"format": "csv", "delimiter": delimiter})
    assert rows_of(raw) == [[2, *ROWS[1]]]
