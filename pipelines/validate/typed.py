"""Accepted rows as typed Parquet: Table Schema casts, stored exactly or not at all."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message
from pipelines.core.records import FILE_COLUMN, ROW_COLUMN, SHEET_COLUMN
from pipelines.registry import Dataset, FieldSpec
from pipelines.registry.types import DECIMAL_PRECISION, arrow_type
from pipelines.validate.rows import JudgedRow

ORDINAL_COLUMN = "_ordinal"
_BATCH = 8_192
_INT64 = range(-(2**63), 2**63)


class Unstorable(Exception):
    """A value that the schema's type admits but the stored type cannot hold exactly."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.id)


def typed_schema(dataset: Dataset) -> pa.Schema:
    """Arrow schema of accepted rows: source coordinates, then every field of the Table Schema."""
    coordinates = [
        (ORDINAL_COLUMN, pa.int64()),
        (FILE_COLUMN, pa.string()),
        (SHEET_COLUMN, pa.string()),
        (ROW_COLUMN, pa.int64()),
    ]
    return pa.schema([*coordinates, *((spec.name, arrow_type(spec)) for spec in dataset.fields)])


class TypedWriter:
    """Writes accepted rows in batches. A context manager."""

    def __init__(self, path: Path, dataset: Dataset, fields: Mapping[str, Any]) -> None:
        self._dataset = dataset
        self._casts = {spec.name: _cast(spec, fields.get(spec.name)) for spec in dataset.fields}
        self._schema = typed_schema(dataset)
        self._columns: list[list[Any]] = [[] for _ in self._schema]
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self.rows = 0

    def __enter__(self) -> TypedWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self._flush()
        self._writer.close()

    def add(self, row: JudgedRow) -> list[Finding]:
        """Store a row; what cannot be stored exactly is told instead, and the row is not stored."""
        values: list[Any] = [row.ordinal, row.file, row.sheet, row.row]
        findings = []
        for name, cast in self._casts.items():
            value = row.verdict.get(name)
            try:
                values.append(None if value is None else cast(value))
            except Unstorable as problem:
                place = Location(row.file, row.sheet, row.row, name)
                remedy = Message("validate-unstorable-remedy")
                findings.append(
                    Finding(Check.TABLE_SCHEMA, "type-error", Severity.ERROR, problem.message, remedy, place)
                )
        if findings:
            return findings
        for column, value in zip(self._columns, values, strict=True):
            column.append(value)
        self.rows += 1
        if len(self._columns[0]) >= _BATCH:
            self._flush()
        return []

    def _flush(self) -> None:
        if self._columns[0]:
            arrays = [pa.array(column, kind.type) for column, kind in zip(self._columns, self._schema, strict=True)]
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
            self._columns = [[] for _ in self._schema]


def _cast(spec: FieldSpec, field: Any) -> Callable[[Any], Any]:
    """How a cell that frictionless has read becomes a stored value. ``field``: frictionless's field, for text forms."""
    if spec.type == "number":
        return _float(spec) if spec.decimals is None else _decimal(spec, spec.decimals)
    if spec.type == "integer":
        return _integer(spec)
    if spec.type == "datetime":
        return _utc
    if spec.type == "time":
        return lambda value: value.replace(tzinfo=None)
    if spec.type in {"boolean", "date", "year"}:
        return lambda value: value
    if spec.type == "string" and spec.format != "binary":
        return str
    return lambda value: str(field.write_cell(value)[0]) if field is not None else str(value)


def _utc(value: dt.datetime) -> dt.datetime:
    return value if value.tzinfo is None else value.astimezone(dt.UTC).replace(tzinfo=None)


def _integer(spec: FieldSpec) -> Callable[[Any], Any]:
    def cast(value: Any) -> int:
        if int(value) not in _INT64:
            raise Unstorable(Message("validate-integer-range", {"field": spec.name}))
        return int(value)

    return cast


def _float(spec: FieldSpec) -> Callable[[Any], Any]:
    def cast(value: Any) -> float:
        number = float(value)
        if not math.isfinite(number):
            raise Unstorable(Message("validate-not-finite", {"field": spec.name}))
        return number

    return cast


def _decimal(spec: FieldSpec, decimals: int) -> Callable[[Any], Any]:
    step, limit = Decimal(1).scaleb(-decimals), Decimal(10) ** (DECIMAL_PRECISION - decimals)

    def cast(value: Any) -> Decimal:
        number = Decimal(value)
        if not number.is_finite():
            raise Unstorable(Message("validate-not-finite", {"field": spec.name}))
        try:
            exact = number.quantize(step) if abs(number) < limit else None
        except InvalidOperation:  # more digits than the decimal context computes with
            exact = None
        if exact is None:
            raise Unstorable(Message("validate-number-range", {"field": spec.name, "digits": DECIMAL_PRECISION}))
        if exact != number:
            raise Unstorable(Message("validate-decimals", {"field": spec.name, "decimals": decimals}))
        # Stored decimals have no negative zero.
        return exact if exact else abs(exact)

    return cast
