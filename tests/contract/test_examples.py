"""Every dataset's examples: the valid one passes, each invalid one fails with exactly the error type in its name."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from support import delivery, raw_table

from pipelines.core.errors import DeliveryRejected
from pipelines.core.findings import Check, Severity
from pipelines.registry import Catalog, Dataset, load_catalog
from pipelines.validate import FindingLog, ReferenceTable, Validation, read_findings, validate
from pipelines.validate.references import Record

REGISTRY = Path(__file__).parents[2] / "catalog_schema"
CATALOG = load_catalog(REGISTRY)
EXAMPLES = sorted(REGISTRY.glob("datasets/*/*/examples/*.csv"))


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def lookup(rows: Iterable[dict[str, str]]) -> Callable[[tuple[str, ...]], Iterable[Record]]:
    kept = list(rows)
    return lambda columns: [tuple(row[column] for column in columns) for row in kept]


def references(dataset: Dataset, catalog: Catalog) -> dict[str, ReferenceTable]:
    """Code lists as they are, other datasets by their valid examples."""
    tables = {}
    for key in dataset.foreign_keys:
        name = key.reference.resource
        table = catalog.table(name)
        if table is not None:
            tables[name] = ReferenceTable(lookup(dict(row) for row in table.rows))
        else:
            header, *rows = rows_of(catalog.datasets[name].folder / "examples" / "valid.csv")
            tables[name] = ReferenceTable(lookup(dict(zip(header, row, strict=True)) for row in rows))
    return tables


def test_every_shipped_descriptor_is_usable() -> None:
    assert CATALOG.problems == ()
    assert CATALOG.datasets.keys() == {"department_budget", "project_progress", "subsidy_distribution"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_an_example_gets_the_verdict_in_its_name(path: Path, tmp_path: Path) -> None:
    dataset = CATALOG.datasets[path.parent.parent.name]
    header, *rows = rows_of(path)
    raw = raw_table(tmp_path / "raw.parquet", header, rows, delivery(dataset.id))
    with FindingLog(tmp_path) as log:
        try:
            validate(raw, Validation(dataset, CATALOG, references(dataset, CATALOG), None), log, tmp_path)
        except DeliveryRejected as rejected:
            log.extend(rejected.findings)
    found = {
        finding.rule
        for finding in read_findings(tmp_path)
        if finding.check is Check.TABLE_SCHEMA and finding.severity is Severity.ERROR
    } - {"faulty-rows", "too-many-faulty-rows"}
    expected = path.stem.removeprefix("invalid_")
    assert found == (set() if path.stem == "valid" else {expected})


def test_every_dataset_has_examples_that_fail() -> None:
    for dataset in CATALOG.datasets.values():
        assert len(list((dataset.folder / "examples").glob("invalid_*.csv"))) >= 5
