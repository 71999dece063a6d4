"""Tables whose columns are texts, required or unique and nothing else: it is known what frictionless finds in them.

Most code lists are such tables. Opening each with frictionless takes 20 ms, and every command loads them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.registry.fields import TABLE_SCHEMA_PROFILE

_SCHEMA = {"$schema", "title", "description", "fields", "primaryKey"}
_FIELD = {"name", "type", "description", "constraints"}
_CONSTRAINTS = {"required", "unique"}


def is_plainly_valid(schema: Any, records: Sequence[Sequence[str]]) -> bool:
    """Tell whether a Table Schema and the records of its table, the header first, are valid for certain.

    Whatever is wrong, or says more than this knows, is for frictionless to judge.
    """
    if not _is_plain(schema) or not records:
        return False
    names = [field["name"] for field in schema["fields"]]
    # Frictionless has an error for rows without any text, too.
    if list(records[0]) != names or any(len(record) != len(names) or not any(record) for record in records):
        return False
    for field, column in zip(schema["fields"], zip(*records[1:], strict=True), strict=False):
        constraints = field.get("constraints", {})
        if constraints.get("required") and "" in column:
            return False
        # The only key there can be is one unique column; of absent cells several may be.
        if (constraints.get("unique") or field["name"] in schema.get("primaryKey", ())) and not _is_key(column):
            return False
    return True


def _is_key(column: Sequence[str]) -> bool:
    return "" not in column and len(set(column)) == len(column)


def _is_plain(schema: Any) -> bool:
    if not isinstance(schema, dict) or not schema.keys() <= _SCHEMA or schema.get("$schema") != TABLE_SCHEMA_PROFILE:
        return False
    if not all(isinstance(schema.get(name, ""), str) for name in ("title", "description")):
        return False
    fields, key = schema.get("fields"), schema.get("primaryKey", [])
    if not isinstance(fields, list) or not fields or not all(map(_is_plain_field, fields)):
        return False
    names = [field["name"] for field in fields]
    return len(set(names)) == len(names) and isinstance(key, list) and len(key) <= 1 and set(key) <= set(names)


def _is_plain_field(field: Any) -> bool:
    if not isinstance(field, dict) or not field.keys() <= _FIELD or field.get("type") != "string":
        return False
    constraints = field.get("constraints", {})
    return (
        isinstance(field.get("name"), str)
        and field["name"] != ""
        and isinstance(field.get("description", ""), str)
        and isinstance(constraints, dict)
        and constraints.keys() <= _CONSTRAINTS
        and all(isinstance(value, bool) for value in constraints.values())
    )
