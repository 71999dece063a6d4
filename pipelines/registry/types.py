"""How Table Schema types are stored: in Arrow and Parquet, and in DuckDB's SQL.

Quantities with declared ``decimals`` are DECIMAL(18, decimals), so sums are exact. Types without a
counterpart (``object``, ``array``, ``geojson``, ``duration``, ``yearmonth`` …) are kept as text.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from pipelines.registry.fields import FieldSpec

DECIMAL_PRECISION = 18

_ARROW: dict[str, pa.DataType] = {
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "datetime": pa.timestamp("us"),
    "year": pa.int32(),
}
_SQL = {
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "time": "TIME",
    "datetime": "TIMESTAMP",
    "year": "INTEGER",
}


def arrow_type_of(type_name: str, decimals: int | None) -> pa.DataType:
    """The Arrow type of a Table Schema type; ``decimals`` as declared for a ``number``."""
    if type_name == "number":
        return pa.float64() if decimals is None else pa.decimal128(DECIMAL_PRECISION, decimals)
    return _ARROW.get(type_name, pa.string())


def arrow_type(spec: FieldSpec) -> pa.DataType:
    """The Arrow type a field is stored in."""
    return arrow_type_of(spec.type, spec.decimals)


def stored_descriptor(spec: FieldSpec) -> dict[str, Any]:
    """The Table Schema descriptor of a field's stored values written as text.

    What has a counterpart is written plainly, whatever form it was delivered in; the rest is stored as it was written.
    """
    plain: dict[str, Any] = {"name": spec.name, "type": spec.type, "missingValues": [""]}
    if spec.type in {"string", "number"} or spec.type in _ARROW:
        return plain
    return {**spec.model_dump(mode="json", exclude_none=True, include=_WRITTEN), **plain}


#: What the text of a field without counterpart depends on.
_WRITTEN = {"format", "delimiter", "itemType", "arrayItem"}


def sql_type_of(type_name: str, decimals: int | None) -> str:
    """The DuckDB type of a Table Schema type; ``decimals`` as declared for a ``number``."""
    if type_name == "number":
        return "DOUBLE" if decimals is None else f"DECIMAL({DECIMAL_PRECISION}, {decimals})"
    return _SQL.get(type_name, "VARCHAR")


def sql_type(spec: FieldSpec) -> str:
    """The DuckDB type of the same field."""
    return sql_type_of(spec.type, spec.decimals)
