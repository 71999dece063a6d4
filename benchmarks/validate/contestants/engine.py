"""Our engine; what it does not judge itself would go to frictionless, and stops the benchmark."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.validate.files.kinds import Task


def judge(task: Task) -> int:
    from pipelines.validate.engine import ForeignTable, validate_file

    foreign = {name: ForeignTable(partial(_keys, path)) for name, path in task.tables.items()}
    with tempfile.TemporaryDirectory() as work:
        report = validate_file(task.path, task.schema, encoding="utf-8", foreign=foreign, work=Path(work))
        if report.engine != "fast":
            raise SystemExit(f"not the fast engine: {report.reason}")
        return sum(1 for _ in report.errors)


def _keys(path: Path, columns: tuple[str, ...]) -> Iterator[Any]:
    """Batches of the named columns of a code table, as text."""
    import pyarrow as pa
    import pyarrow.csv

    yield from pyarrow.csv.open_csv(
        path,
        convert_options=pyarrow.csv.ConvertOptions(
            include_columns=list(columns), column_types=dict.fromkeys(columns, pa.string())
        ),
    )
