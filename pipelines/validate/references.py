"""What the foreign keys of a dataset are looked up in: code lists, organisations, and other datasets' accepted rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pipelines.registry import Dataset
from pipelines.validate.engine import ForeignTable
from pipelines.validate.engine.foreign import NOT_READING


def with_lookups(dataset: Dataset,
                 references: Mapping[str, ForeignTable]) -> tuple[dict[str, Any], dict[str, ForeignTable]]:  # fmt: skip
    """The Table Schema with foreign keys into look-up tables, and these by name.

    Frictionless compares *cast* values, and a look-up's columns are read as the fields that refer to them, unless the
    table says how it is written. So fields that are read differently get look-ups of their own into the same table.

    Returns:
        A Table Schema descriptor without the keys into tables that are not given, and the tables that it refers to.
    """
    schema = dict(dataset.table_schema)
    fields = {field["name"]: field for field in schema["fields"]}
    names: dict[tuple[Any, ...], str] = {}
    lookups: dict[str, ForeignTable] = {}
    keys = []
    for key in dataset.foreign_keys:
        table = references.get(key.reference.resource)
        if table is None:
            continue
        target = list(key.reference.fields)
        place = (key.reference.resource, *target, *(_reading(fields[field]) for field in key.fields))
        name = names.setdefault(place, f"lookup-{len(names)}")
        lookups[name] = _comparable(table, zip(target, (fields[field] for field in key.fields), strict=True))
        keys.append({"fields": list(key.fields), "reference": {"resource": name, "fields": target}})
    schema["foreignKeys"] = keys
    return schema, lookups


def _reading(field: Mapping[str, Any]) -> str:
    """Everything that how a field's cells are read depends on."""
    parts = {name: value for name, value in field.items() if name != "name" and name not in NOT_READING}
    return json.dumps(parts, sort_keys=True, ensure_ascii=False)


def _comparable(table: ForeignTable, referring: Iterable[tuple[str, Mapping[str, Any]]]) -> ForeignTable:
    """The table with its own descriptors only where the values compare with those of the referring field.

    Elsewhere the text is read as the referring field's: texts that are codes are numbers to a field of numbers. Floats
    compare with floats only.
    """
    described = {}
    for column, field in referring:
        own = table.fields.get(column)
        if own is None or not (own["type"] == field["type"] or {own["type"], field["type"]} <= _NUMBERS):
            continue
        floats = own["type"] == "number" and field.get("floatNumber", False)
        described[column] = {**own, "floatNumber": True} if floats else own
    return replace(table, fields=described)


_NUMBERS = {"number", "integer", "year"}
