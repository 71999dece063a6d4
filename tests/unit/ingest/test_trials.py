"""What would end the process that reads it ends another one, and is a finding here."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from hostile import book, long_strings, parquet
from ingesting import read_files

from pipelines.core.errors import DeliveryRejected
from pipelines.ingest.readers.trial import Outcome, try_parquet, try_workbook


def test_files_that_are_whole_are_loaded(tmp_path: Path) -> None:
    workbook, table = tmp_path / "t.xlsx", tmp_path / "t.parquet"
    workbook.write_bytes(book())
    table.write_bytes(parquet())
    assert try_workbook(workbook) is try_parquet(table, 1 << 20, 100) is Outcome.LOADED


def test_parquet_that_ends_the_process_is_damaged(tmp_path: Path) -> None:
    # The column is said to be required while its statistics count absent values: pyarrow throws where nobody catches.
    content = parquet().replace(b"%\x02\x18\x07tree_id", b"%\x00\x18\x07tree_id")
    with pytest.raises(DeliveryRejected) as caught:
        read_files(tmp_path, {"t.parquet": content}, {"format": "parquet"})
    assert [finding.rule for finding in caught.value.findings] == ["damaged-file"]


def test_what_may_fit_elsewhere_is_no_verdict(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(long_strings(256))
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + (64 << 20), hard))
    try:
        with pytest.raises(MemoryError):
            try_workbook(path)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
