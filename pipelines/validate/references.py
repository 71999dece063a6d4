"""What the foreign keys of a dataset are looked up in: code lists, organisations, and other datasets' accepted rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.registry import Dataset
from pipelines.validate.engine import ForeignTable


def with_lookups(dataset: Dataset,
                 references: Mapping[str, ForeignTable]) -> tuple[dict[str, Any], dict[str, ForeignTable]]:  # fmt: skip
    """The Table Schema with foreign keys into look-up tables, and these by name.

    Frictionless compares *cast* values, and a look-up's columns have the types of the fields that refer to them. So
    fields of different types get look-ups of their own into the same table.

    Returns:
        A Table Schema descriptor without the keys into tables that are not given, and the tables that it refers to.
    """
    schema = dict(dataset.table_schema)
    types = {field["name"]: (field["type"], field.get("format")) for field in schema["fields"]}
    names: dict[tuple[Any, ...], str] = {}
    lookups: dict[str, ForeignTable] = {}
    keys = []
    for key in dataset.foreign_keys:
        table = references.get(key.reference.resource)
        if table is None:
            continue
        target = list(key.reference.fields)
        place = (key.reference.resource, *target, *(types[field] for field in key.fields))
        name = names.setdefault(place, f"lookup-{len(names)}")
        lookups[name] = table
        keys.append({"fields": list(key.fields), "reference": {"resource": name, "fields": target}})
    schema["foreignKeys"] = keys
    return schema, lookups
