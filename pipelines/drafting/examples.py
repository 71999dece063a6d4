"""Examples of a draft: first rows of the file with made-up values where fields are not public, and faulty variants.

A faulty variant is kept when it fails with exactly the error type in its name, as ``gongkai check`` asks.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.core.records import FILE_COLUMN, ROW_COLUMN, SHEET_COLUMN, RawTable, ValidatedTable
from pipelines.drafting.refusals import cannot
from pipelines.registry import Catalog, Dataset
from pipelines.registry.disclosures import Attribute
from pipelines.validate.examples import Example, found_error_types

_ROWS = 5
_COORDINATES = [FILE_COLUMN, SHEET_COLUMN, ROW_COLUMN]
_NOT_TYPED = {"string", "any"}
_FORMULA = re.compile(r"[=+@\t\r]|-[^0-9]")

Rows = list[list[str]]


def write_examples(dataset: Dataset, catalog: Catalog, raw: RawTable, accepted: ValidatedTable) -> list[str]:
    """Write ``valid.csv`` and the faulty variants that fail as they should; returns the files' names.

    Raises:
        CannotDraft: the first rows of the file do not pass by themselves.
    """
    header = [spec.name for spec in dataset.fields]
    rows = _valid_rows(dataset, raw, accepted)
    folder = dataset.folder / "examples"
    written = []
    for kind, table in ((None, [header, *rows]), *_variants(dataset, header, rows)):
        path = folder / ("valid.csv" if kind is None else f"invalid_{kind}.csv")
        _write(path, table)
        with tempfile.TemporaryDirectory() as work:
            found = found_error_types(Example(path, kind), dataset, catalog, Path(work))
        if found == ({kind} if kind is not None else set()):
            written.append(path.name)
        elif kind is None:
            raise cannot("example", rules=", ".join(sorted(found)))
        else:
            path.unlink()
    return written


def _valid_rows(dataset: Dataset, raw: RawTable, accepted: ValidatedTable) -> Rows:
    """The first rows that were accepted, as text."""
    with pq.ParquetFile(accepted.parquet) as stored:
        first = next(stored.iter_batches(batch_size=_ROWS, columns=_COORDINATES)).slice(0, _ROWS)
    wanted = {tuple(row.values()) for row in first.to_pylist()}
    numbers = first.column(ROW_COLUMN)
    rows: Rows = []
    with pq.ParquetFile(raw.parquet) as stored:
        for batch in stored.iter_batches():
            near = batch.filter(pc.is_in(batch.column(ROW_COLUMN), value_set=numbers))
            for row in near.to_pylist():
                if tuple(row[name] for name in _COORDINATES) in wanted:
                    rows.append(_row(dataset, raw, row, len(rows) + 1))
            if len(rows) >= len(wanted):
                break
    return rows


def _row(dataset: Dataset, raw: RawTable, row: dict[str, str | None], number: int) -> list[str]:
    cells = []
    for spec in dataset.fields:
        cell = row[f"c{raw.labels.index(spec.name)}"] or ""
        is_free = spec.type == "string" and not spec.constraints.enum and spec.codelist is None
        # Made up so that nobody takes it for a value of the file; nor may a spreadsheet take it for a formula.
        if cell and (spec.disclosure.attribute is not Attribute.ACTIVE or (is_free and _FORMULA.match(cell))):
            cell = f"example {number}"
        cells.append(cell)
    return cells


def _variants(dataset: Dataset, header: list[str], rows: Rows) -> Iterator[tuple[str, Rows]]:
    """One table per main rule, as (error type, table)."""
    first, others = rows[0], rows[1:]
    places = {spec.name: place for place, spec in enumerate(dataset.fields)}
    typed = [spec.name for spec in dataset.fields if spec.type not in _NOT_TYPED]
    key = set(dataset.primary_key)
    plain = [name for name in typed if name not in key] or typed
    if plain:
        yield "type-error", [header, _with(first, places[plain[0]], "not a value"), *others]
    for spec in dataset.fields:
        if spec.constraints.enum:
            yield "constraint-error", [header, _with(first, places[spec.name], "not in the list"), *others]
            break
    else:
        needed = [spec.name for spec in dataset.fields if spec.constraints.required and spec.name not in key]
        needed = needed or [name for name in dataset.primary_key if len(key) > 1]
        if needed:
            yield "constraint-error", [header, _with(first, places[needed[0]], ""), *others]
    yield "primary-key", [header, first, first, *others]
    yield "extra-cell", [header, [*first, "more"], *others]
    last = places[dataset.primary_key[0]]
    yield "missing-label", [_without(header, last), *(_without(row, last) for row in rows)]


def _with(row: Sequence[str], place: int, cell: str) -> list[str]:
    return [*row[:place], cell, *row[place + 1 :]]


def _without(row: Sequence[str], place: int) -> list[str]:
    return [*row[:place], *row[place + 1 :]]


def _write(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        # Unquoted, a carriage return inside a cell would end the row for readers.
        breaks = any("\r" in cell for row in rows for cell in row)
        quoting: Literal[0, 1] = csv.QUOTE_ALL if breaks else csv.QUOTE_MINIMAL
        csv.writer(stream, lineterminator="\n", quoting=quoting).writerows(rows)
