"""Reading public Table Schemas: columns, their stored types, and which of several schemas is current."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.core.sql import identifier
from pipelines.registry import Dataset, published_name
from pipelines.registry.types import sql_type_of

#: Properties of a field that decide how its values are read.
_TYPE_PROPERTIES = ("type", "format", "decimals")


def columns(schema: Mapping[str, Any]) -> dict[str, str]:
    """Field name → DuckDB type, in the schema's order."""
    return {entry["name"]: sql_type_of(entry["type"], entry.get("decimals")) for entry in schema["fields"]}


def declared_type(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """What of a field decides how its values are read: type, format and decimals."""
    return tuple(entry.get(name) for name in _TYPE_PROPERTIES)


def primary_key(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the key fields; Table Schema allows a single name where it means a list of one."""
    key = schema.get("primaryKey") or ()
    return (key,) if isinstance(key, str) else tuple(key)


def select_list(schema: Mapping[str, Any], available: Sequence[str]) -> str:
    """The schema's columns for a SELECT, cast to their types; null where no column of that name is available."""
    names = set(available)
    return ", ".join(
        f"CAST({identifier(name) if name in names else 'NULL'} AS {kind}) AS {identifier(name)}"
        for name, kind in columns(schema).items()
    )


def current_schema(dataset: Dataset, schemas: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The schema to publish by, where tables cleared under an older descriptor stand beside newer ones.

    The last one that has exactly the fields the registry publishes now, else the last one. So a field that
    is no longer public is left out of older tables too.
    """
    public = {name for spec in dataset.fields if (name := published_name(spec)) is not None}
    fitting = [schema for schema in schemas if set(columns(schema)) == public]
    return (fitting or list(schemas))[-1]
