"""The examples of a dataset: ``valid.csv`` passes, ``invalid_<error type>.csv`` fails with exactly that error type."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.errors import DeliveryRejected
from pipelines.core.findings import Check, Severity
from pipelines.core.messages import Message
from pipelines.core.records import (
    CELLS_COLUMN,
    EXTRA_COLUMN,
    FILE_COLUMN,
    ROW_COLUMN,
    SHEET_COLUMN,
    Delivery,
    DeliveryKey,
    RawTable,
    SourceReading,
)
from pipelines.registry import Catalog, Dataset, Problem
from pipelines.validate.engine import ForeignTable
from pipelines.validate.engine.foreign import Record
from pipelines.validate.quarantine import Quarantine
from pipelines.validate.report import FindingLog, read_findings
from pipelines.validate.row_verdicts import RowVerdicts
from pipelines.validate.validation import Validation, judge_table

VALID = "valid"
_INVALID = "invalid_"


@dataclass(frozen=True)
class Example:
    """One example file and the error type it is to fail with (``None``: it passes)."""

    path: Path
    expected: str | None


def examples(dataset: Dataset) -> Iterator[Example]:
    """The examples of a dataset, by name."""
    for path in sorted((dataset.folder / "examples").glob("*.csv")):
        if path.stem == VALID:
            yield Example(path, None)
        elif path.stem.startswith(_INVALID):
            yield Example(path, path.stem.removeprefix(_INVALID))


def found_error_types(example: Example, dataset: Dataset, catalog: Catalog, work: Path) -> set[str]:
    """Error types of the table schema check that an example gets; ``work`` is an empty folder."""
    raw = _raw_table(example.path, dataset, work)
    # Error types are the table schema's business: what becomes of the table as a whole is not looked at.
    with FindingLog(work) as log:
        try:
            validation = Validation(dataset, catalog, _references(dataset, catalog), None)
            verdicts = RowVerdicts(log, Quarantine(work), work / "typed.parquet")
            judge_table(raw, validation, verdicts, work)
        except DeliveryRejected as rejected:
            log.extend(rejected.findings)
    wanted = (Check.TABLE_SCHEMA, Severity.ERROR)
    return {finding.rule for finding in read_findings(work) if (finding.check, finding.severity) == wanted}


def example_problems(dataset: Dataset, catalog: Catalog, root: Path, work: Path) -> list[Problem]:
    """Examples that do not get the verdict in their name. ``root``: the registry's folder, for messages."""
    problems = []
    for position, example in enumerate(examples(dataset)):
        folder = work / str(position)
        folder.mkdir(parents=True)
        found = found_error_types(example, dataset, catalog, folder)
        if found != ({example.expected} if example.expected else set()):
            told = Message(
                "check-example", {"expected": example.expected or "-", "found": ", ".join(sorted(found)) or "-"}
            )
            file = example.path.relative_to(root).as_posix()
            problems.append(Problem(file, told, Message("check-example-remedy"), dataset=dataset.id))
    return problems


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def _raw_table(path: Path, dataset: Dataset, work: Path) -> RawTable:
    header, *rows = _rows(path) or [[]]
    columns: dict[str, pa.Array] = {
        FILE_COLUMN: pa.array([path.name] * len(rows), pa.string()),
        SHEET_COLUMN: pa.nulls(len(rows), pa.string()),
        ROW_COLUMN: pa.array(range(2, len(rows) + 2), pa.int64()),
        CELLS_COLUMN: pa.array([len(row) for row in rows], pa.int32()),
        EXTRA_COLUMN: pa.array([row[len(header) :] for row in rows], pa.list_(pa.string())),
    }
    for place in range(len(header)):
        columns[f"c{place}"] = pa.array([row[place] if place < len(row) else None for row in rows], pa.string())
    parquet = work / "raw.parquet"
    pq.write_table(pa.table(columns), parquet)
    delivery = Delivery(DeliveryKey(dataset.id, "example", dataset.descriptor.publishers[0]), 1, "0" * 64, ())
    reading = SourceReading(path.name, None, "csv", "utf-8", "example", 1, None)
    return RawTable(delivery, parquet, tuple(header), len(rows), len(rows) + 1, {"header": 1}, {}, (reading,), ())


def _references(dataset: Dataset, catalog: Catalog) -> dict[str, ForeignTable]:
    """Code lists as they are, other datasets by their valid examples."""
    tables = {}
    for key in dataset.foreign_keys:
        name = key.reference.resource
        table = catalog.table(name)
        if table is not None:
            tables[name] = ForeignTable.of_records(_lookup(table.rows))
        elif name in catalog.datasets and name != dataset.id:
            header, *rows = _rows(catalog.datasets[name].folder / "examples" / "valid.csv") or [[]]
            tables[name] = ForeignTable.of_records(_lookup([dict(zip(header, row, strict=False)) for row in rows]))
    return tables


def _lookup(rows: Iterable[Mapping[str, str]]) -> Callable[[tuple[str, ...]], Iterable[Record]]:
    kept = list(rows)
    return lambda columns: [tuple(row.get(column) for column in columns) for row in kept]
