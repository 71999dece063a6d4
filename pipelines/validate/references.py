"""What foreign keys are looked up in: code lists, organisations, and other datasets' accepted rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.registry import Dataset

Record = tuple[str | None, ...]


@dataclass(frozen=True)
class ReferenceTable:
    """A table that foreign keys point into. ``keys(columns)`` gives its distinct keys, as text."""

    keys: Callable[[tuple[str, ...]], Iterable[Record]]


def with_lookups(dataset: Dataset, references: Mapping[str, ReferenceTable]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The Table Schema with one foreign key per reference, and the lookup resources those keys name.

    Frictionless compares *cast* values, so a lookup's fields have the types of the fields that refer to them.

    Returns:
        A Table Schema descriptor and, by resource name, inline resource arguments (``data``, ``schema``).
    """
    schema = dict(dataset.table_schema)
    lookups: dict[str, Any] = {}
    keys = []
    types = {field["name"]: field for field in schema["fields"]}
    for position, key in enumerate(dataset.foreign_keys):
        table = references.get(key.reference.resource)
        if table is None:
            continue
        name = lookup_name(position)
        target = key.reference.fields
        keys.append({"fields": list(key.fields), "reference": {"resource": name, "fields": list(target)}})
        lookups[name] = {
            "data": [list(target), *(list(record) for record in table.keys(target))],
            "schema": {
                "fields": [
                    {**{k: v for k, v in types[source].items() if k != "constraints"}, "name": field}
                    for source, field in zip(key.fields, target, strict=True)
                ],
                "missingValues": schema["missingValues"],
            },
        }
    if keys:
        schema["foreignKeys"] = keys
    return schema, lookups


def lookup_name(position: int) -> str:
    """Resource name of the lookup of the foreign key at ``position``."""
    return f"lookup-{position}"
