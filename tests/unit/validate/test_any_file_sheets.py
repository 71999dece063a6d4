"""OpenDocument spreadsheets and HTML pages get the verdict of the CSV file of the same cells."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from spreadsheets import ods, page, table

from pipelines.validate.any_file import Asked, judge_file

ROWS = [("a", "b"), ("x", "1"), ("y", "q"), ("", "3"), ("=1+1", "4"), ("x", "")]
CSV = "".join(f"{a},{b}\n" for a, b in ROWS).encode()
FORMATS = {"t.ods": ods({"s": ROWS}), "t.html": page(table(ROWS)).encode()}
SCHEMA = """{"primaryKey": "a", "fields": [
    {"name": "a", "type": "string", "constraints": {"required": true}}, {"name": "b", "type": "integer"}]}"""


def errors(folder: Path, name: str, content: bytes) -> list[Mapping[str, Any]]:
    work = folder / f"work-{name}"
    work.mkdir()
    (folder / name).write_bytes(content)
    (folder / "schema.json").write_text(SCHEMA, encoding="utf-8")
    return list(judge_file(Asked(folder / name, folder / "schema.json"), work).errors)


@pytest.mark.parametrize("name", FORMATS)
def test_sheets_get_the_verdict_of_their_cells(tmp_path: Path, name: str) -> None:
    expected = errors(tmp_path, "t.csv", CSV)
    assert [error["rowNumber"] for error in expected] == [3, 4, 4, 6]
    assert errors(tmp_path, name, FORMATS[name]) == expected
