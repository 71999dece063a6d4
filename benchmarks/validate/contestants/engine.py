"""Our engine; what it does not judge itself would go to frictionless, and stops the benchmark."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.validate.files.kinds import Task


def judge(task: Task) -> int:
    from pipelines.validate.engine import ForeignTable, validate_file

    foreign = {name: ForeignTable(_Keys(path)) for name, path in task.tables.items()}
    with tempfile.TemporaryDirectory() as work:
        report = validate_file(task.path, task.schema, encoding="utf-8", foreign=foreign, work=Path(work))
        if report.engine != "fast":
            raise SystemExit(f"not the fast engine: {report.reason}")
        return sum(1 for _ in report.errors)


class _Keys:
    """The keys of a code table, read as text."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, columns: tuple[str, ...]) -> Iterator[tuple[str | None, ...]]:
        with self._path.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream)
            places = [next(reader).index(name) for name in columns]
            for row in reader:
                yield tuple(row[place] for place in places)
