"""Files judged by the engine: which engine, which errors, and what is ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from frictionless import Resource, Schema

from pipelines.validate.engine import EngineReport, ForeignTable, csv_source, validate_file

V2 = "https://datapackage.org/profiles/2.0/tableschema.json"


def _report(tmp_path: Path, content: bytes, schema: dict[str, Any], **options: Any) -> EngineReport:
    path, work = tmp_path / "table.csv", tmp_path / "work"
    path.write_bytes(content)
    work.mkdir()
    return validate_file(path, schema, encoding=options.pop("encoding", "utf-8"), work=work, **options)


def _told(report: EngineReport) -> list[tuple[str, int | None, str]]:
    return [(error["type"], error.get("rowNumber"), error["note"]) for error in report.errors]


def test_stats_and_hashes_are_those_of_frictionless(tmp_path: Path) -> None:
    schema = {"fields": [{"name": "id", "type": "integer"}, {"name": "name", "type": "string"}]}
    report = _report(tmp_path, "id,name\n1,甲\n\nx\n".encode(), schema)
    table = Resource(path="table.csv", basepath=str(tmp_path), schema=Schema.from_descriptor(schema), encoding="utf-8")
    task = table.validate(limit_errors=10**9).tasks[0]
    assert report.engine == "fast"
    assert list(report.errors) == [error.to_descriptor() for error in task.errors]
    assert list(report.errors) == list(report.errors)
    assert {**report.stats, **report.hashes()}.items() <= dict(task.stats).items()
    assert report.labels == task.labels


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_every_byte_that_is_read_is_told(tmp_path: Path, encoding: str) -> None:
    read: list[int] = []
    content = "id\n甲\n".encode(encoding) * 10
    _report(tmp_path, content, {"fields": [{"name": "id", "type": "string"}]}, encoding=encoding, read=read.append)
    assert sum(read) == len(content)


def test_tab_separated_files_are_judged_by_the_engine(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_bytes(b"id\tname\n1\tx\ny\tz\n")
    schema = {"fields": [{"name": "id", "type": "integer"}, {"name": "name", "type": "string"}]}
    report = validate_file(tmp_path / "t.tsv", schema, encoding="utf-8", work=tmp_path)
    assert report.engine == "fast"
    assert _told(report) == [("type-error", 3, 'type is "integer/default"')]


def test_progress_counts_every_row_over_many_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_source, "BLOCK_BYTES", 64)
    rows: list[int] = []
    content = b"id\n" + b"".join(b"%d\n" % number for number in range(200)) + b"7\n"
    schema = {"fields": [{"name": "id", "type": "integer"}], "primaryKey": ["id"]}
    report = _report(tmp_path, content, schema, progress=rows.append)
    assert (report.engine, sum(rows), len(rows) > 5) == ("fast", 201, True)
    assert _told(report) == [("primary-key", 202, "the same as in the row at position 9")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
@pytest.mark.parametrize("block_bytes", range(20, 40))
def test_a_line_end_inside_quotes_is_kept_wherever_blocks_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, block_bytes: int
) -> None:
    # Other encodings are read in quarters of a block, and no row may be longer than what is read at once.
    monkeypatch.setattr(csv_source, "BLOCK_BYTES", block_bytes * (1 if encoding == "utf-8" else 4))
    schema = {"fields": [{"name": "note", "type": "string", "constraints": {"enum": ["-"]}}]}
    content = 'note\r\n"1\r\n2"\r\n"345\r\n\r\n6\r"\r\n"\n7"\r\n'.encode(encoding)
    report = _report(tmp_path, content, schema, encoding=encoding, dialect={"csv": {"skipInitialSpace": False}})
    assert report.engine == "fast"
    assert [error["cell"] for error in report.errors] == ["1\r\n2", "345\r\n\r\n6\r", "\n7"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_text_with_nul_is_left_to_the_reference(tmp_path: Path, encoding: str) -> None:
    # Arrow cuts the last cell in two where a block ends inside it.
    schema = {"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}]}
    report = _report(tmp_path, 'a,b\n\0,"x\ny"\n'.encode(encoding), schema, encoding=encoding)
    assert report.engine == "reference" and report.reason is not None
    assert report.reason.id == "uncertified-nul"


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        (b"id\n" + b"1\n" * 100_000 + b"\xff\n", {}, "parser"),
        (b"", {}, "parser"),
        ("\ufeffid\n1\n".encode("gb18030"), {"encoding": "gb18030"}, "mark"),
        (b"id\n1\n", {"dialect": {"csv": {"escapeChar": "\\"}}}, "escapes"),
        (b"id\n1\n", {"dialect": {"headerCase": False}}, "header-case"),
    ],
)
def test_what_is_not_certified_goes_to_frictionless(
    tmp_path: Path, content: bytes, options: dict[str, Any], reason: str
) -> None:
    report = _report(tmp_path, content, {"fields": [{"name": "id", "type": "integer"}]}, **options)
    assert report.engine == "reference"
    assert report.reason is not None and report.reason.id == f"uncertified-{reason}"


def test_values_that_frictionless_cannot_compare_end_in_an_error(tmp_path: Path) -> None:
    schema = {"fields": [{"name": "n", "type": "number", "constraints": {"minimum": 0}}]}
    report = _report(tmp_path, b"n\n1\n-1\nsNaN\n", schema)
    assert report.engine == "reference"
    assert [error["type"] for error in report.errors][-1] == "reference-failed"


def test_foreign_keys_compare_cast_values(tmp_path: Path) -> None:
    schema = {
        "fields": [{"name": "code", "type": "integer"}],
        "foreignKeys": [{"fields": ["code"], "reference": {"resource": "codes", "fields": ["id"]}}],
    }
    codes = ForeignTable.of_records(lambda _: [("1",), ("2",), ("x",), (None,)])
    report = _report(tmp_path, b"code\n01\n+2\n3\nx\n1\n", schema, foreign={"codes": codes})
    assert report.engine == "fast"
    note = 'for "code": values "3" not found in the lookup table "codes" as "id"'
    assert _told(report) == [("foreign-key", 4, note), ("type-error", 5, 'type is "integer/default"')]


def test_numbers_are_compared_exactly_in_keys(tmp_path: Path) -> None:
    schema = {"fields": [{"name": "n", "type": "number"}], "primaryKey": ["n"]}
    report = _report(tmp_path, b"n\n0.3\n0.30000000000000000001\n3e-1\n100\n1e2\n-0\n0.00\n", schema)
    assert report.engine == "fast"
    assert [row for _, row, _ in _told(report)] == [4, 6, 8]


def test_a_table_may_refer_to_itself(tmp_path: Path) -> None:
    schema = {
        "fields": [{"name": "id", "type": "integer"}, {"name": "parent", "type": "integer"}],
        "foreignKeys": [{"fields": ["parent"], "reference": {"resource": "", "fields": ["id"]}}],
    }
    report = _report(tmp_path, b"id,parent\n1,\n2,1\n3,9\n", schema)
    assert [(kind, row) for kind, row, _ in _told(report)] == [("foreign-key", 4)]


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_rules_of_version_2_are_ours_in_both_engines(tmp_path: Path, engine: str) -> None:
    schema = {
        "$schema": V2,
        "fields": [
            {"name": "kind", "type": "string", "categories": ["a", {"value": "b", "label": "B"}]},
            {"name": "number", "type": "integer"},
            {"name": "more", "type": "object", "constraints": {"jsonSchema": {"required": ["x"]}}},
        ],
        "uniqueKeys": [["kind", "number"]],
    }
    content = b'kind,number,more\na,1,\nc,2,{}\na,01,"{""x"": 1}"\na,,\na,,\nb,x,\n'
    dialect = {"csv": {"escapeChar": "\\"}} if engine == "reference" else None
    report = _report(tmp_path, content, schema, dialect=dialect)
    assert report.engine == engine
    assert [(error["type"], error["rowNumber"], "#gongkai" in error["tags"]) for error in report.errors] == [
        ("category", 3, True),
        ("json-schema", 3, True),
        ("unique-key", 4, True),
        ("type-error", 7, False),
    ]


def test_exclusive_bounds_hold_with_a_schema_of_version_2(tmp_path: Path) -> None:
    schema = {
        "$schema": V2,
        "fields": [{"name": "n", "type": "number", "constraints": {"exclusiveMinimum": 0, "exclusiveMaximum": "0.3"}}],
    }
    report = _report(tmp_path, b"n\n0\n0.00\n0.1\n0.30000000000000001\n0.29999999999999999\n0.3\n", schema)
    assert report.engine == "fast"
    assert [row for _, row, _ in _told(report)] == [2, 3, 5, 7]


@pytest.mark.parametrize("own", [True, False])
def test_foreign_keys_of_other_types_into_one_column_are_left_to_frictionless(tmp_path: Path, own: bool) -> None:
    resource = "" if own else "codes"
    schema = {
        "fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "integer"}],
        "foreignKeys": [
            {"fields": [name], "reference": {"resource": resource, "fields": ["a" if own else "k"]}} for name in "ab"
        ],
    }
    codes = ForeignTable.of_records(lambda _: [("1",), ("2",)])
    report = _report(tmp_path, b"a,b\n1,1\n2,2\n", schema, foreign={} if own else {"codes": codes})
    assert (report.engine, report.reason and report.reason.id) == ("reference", "uncertified-foreign-types")
    assert [error["type"] for error in report.errors] == ["foreign-key", "foreign-key"]
