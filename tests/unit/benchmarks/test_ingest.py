"""The benchmark of reading: all contestants read all rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.ingest.contestants import CONTESTANTS, run
from benchmarks.ingest.files import write_csv, write_workbook


# DuckDB's extension for workbooks is fetched from elsewhere, so it is not there in tests.
@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in CONTESTANTS for name in CONTESTANTS[kind] if (kind, name) != ("xlsx", "duckdb")],
)
def test_every_contestant_reads_every_row(tmp_path: Path, kind: str, name: str) -> None:
    path = tmp_path / f"lines.{kind}"
    (write_csv if kind == "csv" else write_workbook)(path, 37)
    assert run(kind, name, path) == 37
