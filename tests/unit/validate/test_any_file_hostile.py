"""Files and schemas that are damaged, enormous or meant to do harm: a clear verdict, in bounded time and memory."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import pipelines.core

DRIVER = Path(__file__).parents[2] / "judged_under_limits.py"
LOCALE = Path(pipelines.core.__file__).parent / "locale" / "en"
#: Mebibytes: of address space, and of memory that is really used.
ADDRESS_SPACE, MEMORY = 3_072, 900
SECONDS = 40
FIELDS: list[dict[str, Any]] = [{"name": "a", "type": "string"}, {"name": "b", "type": "integer"}]
ZEROS = bytes(100 << 20)


def gunzippable(content: bytes) -> bytes:
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=1) as packed:
        packed.write(content)
    return stream.getvalue()


def zipped(content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr("a.csv", content)
    return stream.getvalue()


def workbook() -> bytes:
    stream, book = io.BytesIO(), openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["a", "b"])
    book.active.append(["x", 1])
    book.save(stream)
    return stream.getvalue()


def wide(columns: int, rows: int, first: str = "") -> bytes:
    header = first or ",".join(f"c{number}" for number in range(columns))
    return "\n".join([header, *[",".join(["1"] * columns)] * rows]).encode() + b"\n"


TEXT = b"a,b\nx,1\n"
#: Per file: its name, how its bytes are made, the exit code, and the message that the report must hold.
FILES: list[tuple[str, Callable[[], bytes], int, str]] = [
    ("truncated.csv.gz", lambda: gunzippable(TEXT * 1000)[:-20], 1, "read-damaged-file"),
    ("bomb.csv.gz", lambda: gunzippable(ZEROS), 1, "file-unpacks-to-too-much"),
    ("truncated.zip", lambda: zipped(TEXT * 1000)[:-30], 1, "read-damaged-file"),
    ("bomb.zip", lambda: zipped(ZEROS), 1, "read-archive-too-large"),
    ("nested.csv.gz", lambda: gunzippable(zipped(TEXT)), 1, "read-archive-nested"),
    ("nul.csv", lambda: b"a,b\nx\0y,1\n", 0, "file-note-nul"),
    ("line.csv", lambda: b"x" * 100_000_000, 1, "file-line-too-long"),
    ("quoted.csv", lambda: b'a,b\n"' + b"some words\n" * 9_000_000, 1, "file-record-too-long"),
    ("quoted-line.csv", lambda: b'a,b\n1,"' + b"x" * 100_000_000, 1, "file-line-too-long"),
    ("open.csv", lambda: b'a,b\nx,1\n"y,2\nz,3\n', 1, "file-note-open-quotation"),
    ("wide.csv", lambda: wide(10_000, 50), 1, "file-too-many-columns"),
    ("wide-rows.csv", lambda: wide(10_000, 50, "a,b\n" + "x,1\n" * 200), 1, "file-row-too-wide"),
    ("empty.csv", lambda: b"", 1, "file-source-empty"),
    ("mark.csv", lambda: b"\xef\xbb\xbf", 1, "file-source-empty"),
    ("header.csv", lambda: b"a,b\n", 0, "file-note-no-rows"),
    ("semicolons.csv", lambda: b"a;b\nx;1\ny;2\n", 1, "file-note-delimiter"),
    ("french.csv", lambda: "a,b\ncafé,1\n".encode("cp1252"), 1, "file-ambiguous-encoding"),
    ("late.csv", lambda: b"a,b\n" + b"x,1\n" * 60_000 + "朝阳区人民政府,1\n海淀区,2\n".encode("gb18030"), 0,
     "file-note-decoded"),
    ("cut.csv", lambda: b"a,b\n" + "朝阳区,1\n".encode() * 50 + "海".encode()[:2], 1, "file-damaged-utf8"),
    ("utf16.csv", lambda: "a,b\n朝,1\n".encode("utf-16"), 0, ""),
    ("utf16-no-mark.csv", lambda: "a,b\n朝,1\n".encode("utf-16-le"), 0, "file-note-decoded"),
    ("utf16-cut.csv", lambda: "a,b\n朝,1\n".encode("utf-16")[:-1], 1, "file-mark-belied"),
    ("picture.csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), 1, "read-unsupported-format"),
    ("workbook.csv", workbook, 0, "file-note-disguised"),
    ("page.xls", lambda: b"<!DOCTYPE html><html><body>500</body></html>", 1, "read-html-no-table"),
    ("locked.xlsx", lambda: bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le"), 1,
     "read-encrypted-file"),
    ("deep.json", lambda: b'[{"a":' + b"[" * 100_000, 1, "read-json-damaged"),
    ("nested.json", lambda: b'[{"a":' + b"[" * 100 + b"]" * 100 + b"}]", 1, "read-json-too-deep"),
    ("surrogate.jsonl", lambda: b'{"a": "\\ud800", "b": 1}\n', 1, "read-json-damaged"),
    ("catastrophe.csv", lambda: b"a,b\n" + b"a" * 50 + b"!,1\naaa,2\n", 1, "validate-constraint"),
]  # fmt: skip
#: Per schema: its name, how its bytes are made, and the message.
SCHEMAS: list[tuple[str, Callable[[], bytes], str]] = [
    ("pattern.json", lambda: schema(pattern="(a"), "file-bad-pattern"),
    ("lookahead.json", lambda: schema(pattern="(?=a)(a+)+"), "file-slow-pattern"),
    ("twice.json", lambda: dumped({"fields": [FIELDS[0], FIELDS[0]]}), "file-field-twice"),
    ("nan.json", lambda: b'{"fields": [{"name": "b", "type": "number", "constraints": {"minimum": NaN}}]}',
     "file-schema-not-a-number"),
    ("nan-text.json", lambda: dumped({"fields": [{"name": "b", "type": "number", "constraints": {"maximum": "NaN"}}]}),
     "file-schema-not-a-number"),
    ("surrogate.json", lambda: b'{"fields": [{"name": "\\ud800", "type": "string"}]}', "file-schema-not-text"),
    ("deep.json", lambda: b"[" * 100_000, "file-schema-too-deep"),
    ("deeper.yaml", lambda: b"a: " + b"[" * 2_000 + b"]" * 2_000, "file-schema-too-deep"),
    ("aliases.yaml", lambda: b"a: &a [1]\nb: &b [*a, *a]\nfields: [*b, *b]\n", "file-schema-alias"),
    ("large.json", lambda: b'{"fields": [' + b'{"name": "some_name", "type": "string"},' * 1_300_000 + b"]}",
     "file-schema-too-large"),
    ("many.json", lambda: dumped({"fields": [{"name": f"c{number}"} for number in range(10_000)]}),
     "file-too-many-fields"),
    ("remote.json", lambda: dumped({"fields": [{"name": "b", "type": "object", "constraints": {"jsonSchema": {
        "$ref": "https://example.org/schema.json"}}}], "$schema": "https://datapackage.org/profiles/2.0/x.json"}),
     "file-bad-json-schema"),
    ("json-pattern.json", lambda: dumped({"fields": [{"name": "b", "type": "object", "constraints": {"jsonSchema": {
        "properties": {"x": {"pattern": "^(a+)+$"}}}}}], "$schema": "https://datapackage.org/profiles/2.0/x.json"}),
     "file-slow-json-pattern"),
    ("elsewhere.json", lambda: dumped({"name": "t", "path": "t.csv", "schema": "../secret.json"}),
     "file-schema-elsewhere"),
    ("none.json", lambda: b"{}", "file-no-schema"),
    ("binary.json", lambda: b"\xff\xfe\x00", "file-schema-not-utf8"),
]  # fmt: skip


def dumped(document: Any) -> bytes:
    return json.dumps(document).encode()


def schema(**constraints: Any) -> bytes:
    return dumped({"fields": [{**FIELDS[0], "constraints": constraints}, FIELDS[1]]})


def judged(arguments: list[list[str]]) -> list[dict[str, Any]]:
    ran = subprocess.run(
        [sys.executable, str(DRIVER), str(ADDRESS_SPACE)],
        input=json.dumps(arguments), capture_output=True, text=True, timeout=600, check=False,
        env={**os.environ, "GONGKAI_LANG": "en", "PYTHONPATH": str(DRIVER.parents[1])},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2_000:]
    told = json.loads(ran.stdout)
    assert told["peak"] < MEMORY
    return list(told["found"])


def assert_told(results: list[dict[str, Any]], expected: list[tuple[str, int, str]]) -> None:
    assert len(results) == len(expected)
    wrong = [
        (name, result)
        for (name, code, message), result in zip(expected, results, strict=True)
        if result["raised"] or result["exit"] != code or _fixed(message) not in result["output"]
        or result["seconds"] > SECONDS or "Traceback" in result["output"]
    ]  # fmt: skip
    assert wrong == []


def _fixed(message: str) -> str:
    """The longest part of a message that does not depend on its parameters."""
    if not message:
        return ""
    texts = "".join(path.read_text(encoding="utf-8") for path in sorted(LOCALE.glob("*.ftl")))
    found = re.search(rf"^{message} = (.*)$", texts, re.MULTILINE)
    assert found is not None, message
    return max(re.split(r"\{.*?\}", found[1]), key=len).strip()


def test_every_file_gets_a_verdict(tmp_path: Path) -> None:
    plain = tmp_path / "schema.json"
    plain.write_bytes(dumped({"fields": FIELDS}))
    with_pattern = tmp_path / "with-pattern.json"
    with_pattern.write_bytes(schema(pattern="(a+)+"))
    arguments, expected = [], []
    for name, make, code, message in FILES:
        (tmp_path / name).write_bytes(make())
        used = with_pattern if name.startswith("catastrophe") else plain
        delimiter = ["--delimiter", ","] if name == "semicolons.csv" else []
        header = ["--header-row", "1"] if name == "wide-rows.csv" else []
        arguments.append([str(tmp_path / name), "--schema", str(used), *delimiter, *header])
        expected.append((name, code, message))
    assert_told(judged(arguments), expected)


def test_every_unusable_schema_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes(b"a,b\n" + b"a" * 50 + b"!,1\n")
    arguments, expected = [], []
    for name, make, message in SCHEMAS:
        (tmp_path / name).write_bytes(make())
        arguments.append([str(file), "--schema", str(tmp_path / name)])
        expected.append((name, 2, message))
    assert_told(judged(arguments), expected)


def test_what_is_no_readable_file_is_told(tmp_path: Path) -> None:
    plain, file, locked = tmp_path / "schema.json", tmp_path / "file.csv", tmp_path / "locked.csv"
    plain.write_bytes(dumped({"fields": FIELDS}))
    for path in (file, locked):
        path.write_bytes(TEXT)
    locked.chmod(0)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    os.mkfifo(tmp_path / "pipe")
    cases = [
        ([str(tmp_path), "--schema", str(plain)], "file-folder"),
        ([str(tmp_path / "pipe"), "--schema", str(plain)], "file-not-regular"),
        ([str(tmp_path / "absent"), "--schema", str(plain)], "file-absent"),
        (["as-other", str(locked), "--schema", str(plain)], "file-no-permission"),
        ([str(file), "--schema", str(tmp_path / "pipe")], "file-not-regular"),
        ([str(file), "--schema", str(plain), "--encoding", "rot13"], "file-no-encoding"),
        ([str(file), "--schema", str(plain), "--encoding", "utf-7"], "file-no-encoding"),
        ([str(file), "--schema", str(plain), "--delimiter", "ab"], "file-no-delimiter"),
        ([str(file), "--schema", str(plain), "--foreign", "x"], "file-not-a-pair"),
        ([str(file), "--schema", str(plain), "--foreign", f"x={file}"], "file-foreign-unused"),
        ([str(file), "--schema", str(plain), "--sheet", "x"], "file-not-a-workbook"),
        ([str(file), "--schema", str(plain), "--member", "x"], "file-not-an-archive"),
        ([str(file), "--schema", str(plain), "--resource", "x"], "file-no-resources"),
    ]
    results = judged([arguments for arguments, _ in cases])
    assert_told(results, [(" ".join(arguments), 2, message) for arguments, message in cases])


def test_foreign_keys_are_looked_up_in_a_million_keys(tmp_path: Path) -> None:
    codes, file, referring = tmp_path / "codes.csv", tmp_path / "file.csv", tmp_path / "schema.json"
    codes.write_bytes(b"name,id\n" + b"".join(b"n,%d\n" % number for number in range(1_000_000)))
    file.write_bytes(b"a,b\nx,5\ny,999999\nz,1000000\n")
    key = {"fields": "b", "reference": {"resource": "codes", "fields": "id"}}
    referring.write_bytes(dumped({"fields": FIELDS, "foreignKeys": [key]}))
    given, left_out = judged([
        [str(file), "--schema", str(referring), "--foreign", f"codes={codes}"],
        [str(file), "--schema", str(referring)],
    ])  # fmt: skip
    assert (given["exit"], left_out["exit"]) == (1, 0)
    assert "line 4 [1000000]" in given["output"] and "codes" in given["output"]
    assert "was not checked" in left_out["output"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_from_outside_are_shown_safely(tmp_path: Path, language: str) -> None:
    plain, file = tmp_path / "schema.json", tmp_path / os.fsdecode(b"n\xff\x1b[31m.csv")
    plain.write_bytes(dumped({"fields": FIELDS}))
    file.write_bytes(b"a,b\nx,\x1b[2J\n")
    (result,) = judged([[str(file), "--schema", str(plain), "--lang", language]])
    assert (result["exit"], result["raised"], "\x1b" in result["output"]) == (1, None, False)
