"""Frictionless's verdict on each row of a raw table, streamed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.records import CELLS_COLUMN, EXTRA_COLUMN, FILE_COLUMN, ROW_COLUMN, SHEET_COLUMN, RawTable
from pipelines.registry import Dataset
from pipelines.validate.references import ReferenceTable, with_lookups

if TYPE_CHECKING:
    from frictionless import Row

_BATCH = 8_192
#: Rows that frictionless counts before the first row of data.
HEADER_ROWS = 1


@dataclass(frozen=True)
class Arrangement:
    """How delivered columns meet the schema's fields, as frictionless's ``schema_sync`` does: order does not matter.

    ``columns`` gives, per schema field that was delivered, its position among the labels.
    """

    columns: Mapping[str, int]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    repeated: tuple[str, ...]


def arrange(labels: Sequence[str], dataset: Dataset) -> Arrangement:
    """Match labels to fields. Absent fields count as missing only when they are required or part of the key."""
    names = [spec.name for spec in dataset.fields]
    columns = {name: labels.index(name) for name in names if name in labels}
    needed = {spec.name for spec in dataset.fields if spec.constraints.required} | set(dataset.primary_key)
    return Arrangement(
        columns,
        missing=tuple(name for name in names if name not in columns and name in needed),
        extra=tuple(label for label in labels if not dataset.has_field(label)),
        repeated=tuple(sorted({name for name in names if labels.count(name) > 1})),
    )


@dataclass(frozen=True)
class JudgedRow:
    """A row with frictionless's verdict. ``ordinal`` counts the raw table's rows from 0."""

    ordinal: int
    file: str | None
    sheet: str | None
    row: int | None
    verdict: Row
    cells: Sequence[str | None]


class Coordinates:
    """Where rows of a raw table stand in what was delivered; read from disk once somebody asks."""

    def __init__(self, raw: RawTable) -> None:
        self._parquet = raw.parquet

    @cached_property
    def _table(self) -> pa.Table:
        columns = [FILE_COLUMN, SHEET_COLUMN, ROW_COLUMN]
        return pq.read_table(self._parquet, columns=columns, read_dictionary=columns[:2])

    def of(self, ordinal: int) -> tuple[str, int]:
        """File (and sheet) and row number of the raw table's row ``ordinal``, from 0."""
        file, sheet, row = (self._table.column(name)[ordinal].as_py() for name in self._table.column_names)
        return " ".join(part for part in (file, sheet) if part), row or 0


def judge(raw: RawTable, dataset: Dataset, arrangement: Arrangement,
          references: Mapping[str, ReferenceTable]) -> Iterator[JudgedRow]:  # fmt: skip
    """Run frictionless over the raw table, row by row.

    Foreign keys, the primary key and uniqueness are frictionless's own; header errors are told by
    :func:`arrange`, because departments order columns as they like.
    """
    from frictionless import Dialect, Package, Resource, Schema

    # Undeclared, frictionless guesses the header row by the rows' average width and takes rows of data for headers.
    dialect = {"dialect": Dialect(header=True, header_rows=[HEADER_ROWS]), "format": "inline"}
    schema, lookups = with_lookups(dataset, references)
    schema["fields"] = fields_by_label(raw.labels, schema["fields"])
    delivered = set(arrangement.columns)
    schema["foreignKeys"] = [key for key in schema.get("foreignKeys", []) if set(key["fields"]) <= delivered]
    places: list[tuple[str | None, str | None, int | None]] = []

    def records() -> Iterator[list[str | None]]:
        yield [field["name"] for field in schema["fields"]]
        for coordinates, cells in _stream(raw.parquet, len(raw.labels)):
            places.append(coordinates)
            yield cells

    table = Resource(name="delivery", data=records, schema=Schema.from_descriptor(schema), **dialect)
    others = [
        Resource(name=name, data=lookup["data"], schema=Schema.from_descriptor(lookup["schema"]), **dialect)
        for name, lookup in lookups.items()
    ]
    package = Package(resources=[*others, table])
    resource = package.get_table_resource("delivery")
    judged = 0
    with resource:
        for row in resource.row_stream:
            # Frictionless reads a few rows ahead (its sample); coordinates wait in the list for their row.
            ordinal = row.row_number - HEADER_ROWS - 1
            file, sheet, number = places[ordinal]
            places[ordinal] = (None, None, None)
            judged += 1
            yield JudgedRow(ordinal, file, sheet, number, row, row.cells)
    if judged != raw.rows:
        raise RowsLost(raw.rows, judged)


class RowsLost(RuntimeError):
    """A defect: rows were read that never got a verdict. The delivery must not pass."""

    def __init__(self, read: int, judged: int) -> None:
        super().__init__(f"{read} rows were read and {judged} judged")


def fields_by_label(labels: Sequence[str], fields: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fields in the order of the delivered columns; a column without a field takes any text (``schema_sync``)."""
    by_name = {field["name"]: field for field in fields}
    return [
        by_name.get(label, {"name": f"column-{position}", "type": "any"})
        for position, label in enumerate(labels, start=1)
    ]


def _stream(path: Path, labels: int) -> Iterator[tuple[tuple[str | None, str | None, int | None], list[str | None]]]:
    """Coordinates and cells of each row: short rows stay short, surplus cells follow at the end."""
    with pq.ParquetFile(path) as stored:
        # By row group: the readers bound a group's bytes, however long its cells are.
        groups = (stored.read_row_group(number) for number in range(stored.num_row_groups))
        for batch in (batch for group in groups for batch in group.to_batches(_BATCH)):
            columns = {name: batch.column(name).to_pylist() for name in batch.schema.names}
            data = [columns[f"c{position}"] for position in range(labels)]
            for index in range(batch.num_rows):
                cells: list[str | None] = [column[index] for column in data]
                cells = cells[: columns[CELLS_COLUMN][index]] + (columns[EXTRA_COLUMN][index] or [])
                yield (columns[FILE_COLUMN][index], columns[SHEET_COLUMN][index], columns[ROW_COLUMN][index]), cells


def error_fields(error: Any) -> tuple[str, ...]:
    """The fields an error is about (one for cell errors, several for keys, none for row errors)."""
    names = getattr(error, "field_names", None)
    if names:
        return tuple(names)
    name = getattr(error, "field_name", None)
    return (name,) if name else ()
