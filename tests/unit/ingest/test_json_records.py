"""JSON documents and JSON Lines: which records they hold, and what is wrong with those that do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ingesting import column, read_files, rejected, rows_of, rules

from pipelines.ingest.readers.json_records import open_json_lines
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat, Layout


def test_json_records(tmp_path: Path) -> None:
    text = (
        '{"made": {"by": [1]}, "data": {"rows": [{"tree_id": "A1", "height": 1.10, "note": null, "district": 999901},\n'
        '{"tree_id": "A2", "species": {"x": [1.50, true, "树"]}, "height": 1e5, "note": ""}]}, "more": 1}'
    )
    raw = read_files(tmp_path, {"t.json": text.encode()}, {"format": "json", "records": "data.rows"})
    assert raw.labels == ("tree_id", "height", "note", "district", "species")
    assert rows_of(raw) == [
        [1, "A1", "1.10", None, "999901", None],
        [2, "A2", "1e5", "", None, '{"x":[1.50,true,"树"]}'],
    ]
    assert (raw.rows_in_files, raw.excluded) == (2, {})


def test_json_longer_than_a_block(tmp_path: Path) -> None:
    records = [{"tree_id": f"A{number}", "note": "x" * (number % 3000), "height": number} for number in range(500)]
    raw = read_files(tmp_path, {"t.json": json.dumps(records).encode()}, {"format": "json"})
    assert column(raw, "height") == [str(number) for number in range(500)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('[{"a": 1}, {"a":', "json-damaged"),
        ('[{"a": 1, "a": 2}]', "json-damaged"),
        ('[{"a": NaN}]', "json-damaged"),
        ('[{"a": "\\ud800"}]', "json-damaged"),
        ("[" * 100_000, "json-damaged"),
        ("[1]", "json-not-an-object"),
        ('{"a": 1}', "json-no-list"),
    ],
)
def test_json_faults(tmp_path: Path, text: str, rule: str) -> None:
    assert rules(rejected(tmp_path, {"t.json": text.encode()}, {"format": "json"})) == [rule]


def test_json_lines_are_records_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"a": 1.50, "b": "x"}\n\n{"b": null, "c": [1]}\n')
    layout = Layout(name="lines", format=FileFormat.JSONL)
    (grid,) = open_json_lines(SourceFile("t.jsonl", path, FileFormat.JSONL), layout, [])
    assert grid.labels == ("a", "b", "c")
    assert [tuple(row) for row in grid.rows()] == [(1, ["1.50", "x", None]), (3, [None, None, "[1]"])]


@pytest.mark.parametrize(
    ("text", "row", "rule"),
    [
        ('{"tree_id": 1}\n\n{"tree_id": \n{"tree_id": 2}\n', 3, "json-line-damaged"),
        ('{"tree_id": 1}\n{"tree_id": 2} {"tree_id": 3}\n', 2, "json-line-damaged"),
        ('{"tree_id": 1}\n{"tree_id": 2', 2, "json-line-damaged"),
        ('{"tree_id": 1}\n{"tree_id": 2, "tree_id": 3}\n', 2, "json-line-damaged"),
        ('{"tree_id": 1}\n{"tree_id": NaN}\n', 2, "json-line-damaged"),
        ('{"tree_id": 1}\n{"tree_id": ' + "[" * 100_000 + "\n", 2, "json-line-damaged"),
        ('{"tree_id": 1}\n{"note": "' + "x" * (17 << 20) + '"}\n', 2, "json-line-damaged"),
        ('{"tree_id": 1}\n{"tree_id": 2}\n[3]\n', 3, "json-not-an-object"),
        ('{"tree_id": 1}\n{"note": ' + "[" * 70 + "]" * 70 + "}\n", 2, "json-too-deep"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_faulty_line_of_json_is_told_by_its_number(tmp_path: Path, text: str, row: int, rule: str) -> None:
    [finding] = rejected(tmp_path, {"t.jsonl": text.encode()}, {"format": "jsonl"})
    assert (finding.rule, finding.location.row) == (rule, row)


def test_json_lines_are_known_and_may_hold_the_record_in_a_value(tmp_path: Path) -> None:
    text = '{"meta": 1, "data": {"row": {"tree_id": "A1"}}}\n{"data": {"row": {"tree_id": "A2", "note": {"x": 1.0}}}}\n'
    raw = read_files(tmp_path, {"t.ndjson": text.encode()}, {"format": "jsonl", "records": "data.row"})
    assert rows_of(raw) == [[1, "A1", None], [2, "A2", '{"x":1.0}']]
    assert (raw.rows, raw.rows_in_files, raw.findings) == (2, 2, ())
    one = read_files(tmp_path, {"t.jsonl": b'{"tree_id": "A1"}'}, {"format": "jsonl"})
    assert (one.rows, one.findings, one.readings[0].format) == (1, (), "jsonl")
    missing = rejected(tmp_path, {"t.jsonl": b'{"a": 1}\n{"a": 2}\n'}, {"format": "jsonl", "records": "data.row"})
    assert rules(missing) == ["json-not-an-object"]
