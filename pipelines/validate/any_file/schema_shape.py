"""What is wrong with a schema that frictionless refuses: by key, with a remedy."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.registry.field_checks import BOUNDS
from pipelines.validate.any_file.refusals import Complaint, complaint


def misshapen(schema: Mapping[str, Any]) -> Iterator[Complaint]:
    """What is wrong with a schema that frictionless refuses, by key."""
    fields = schema.get("fields")
    if not isinstance(fields, list):
        yield complaint("fields-not-a-list", "fields")
        return
    for place, field in enumerate(fields):
        key = f"fields[{place}]"
        if not isinstance(field, Mapping) or not isinstance(field.get("name"), str) or not field["name"]:
            yield complaint("field-unnamed", key)
            continue
        yield from _field(field, key)
    names = [field["name"] for field in fields if isinstance(field, Mapping) and isinstance(field.get("name"), str)]
    for name, count in Counter(names).items():
        if count > 1:
            yield complaint("field-twice", "fields", field=name)
    yield from _keys(schema, set(names))


def _field(field: Mapping[str, Any], key: str) -> Iterator[Complaint]:
    from frictionless import system

    kind = field.get("type", "any")
    try:
        supported = {*system.select_field_class(kind).supported_constraints, "unique", "jsonSchema"}
    except Exception:  # whatever it raises, it does not know the type
        yield complaint("unknown-type", f"{key}.type", field=field["name"], type=str(kind))
        return
    constraints = field.get("constraints") or {}
    if not isinstance(constraints, Mapping):
        yield complaint("constraints-not-an-object", f"{key}.constraints", field=field["name"])
        return
    for name in constraints:
        if name not in supported:
            yield complaint("unknown-constraint", f"{key}.constraints.{name}", constraint=name, type=str(kind))
    if "pattern" in constraints:
        yield from _pattern(constraints["pattern"], f"{key}.constraints.pattern")
    yield from _values(field, constraints, key)


def _pattern(pattern: Any, key: str) -> Iterator[Complaint]:
    try:
        re.compile(f"^{pattern}$")
    except (re.error, RecursionError, OverflowError) as problem:
        reason = str(problem) if isinstance(problem, re.error) else type(problem).__name__
        yield complaint("bad-pattern", key, reason=reason)


def _values(field: Mapping[str, Any], constraints: Mapping[str, Any], key: str) -> Iterator[Complaint]:
    """Bounds and enumerated values that are not of the field's type."""
    from frictionless import Field

    try:
        plain = {name: value for name, value in field.items() if name != "constraints"}
        read = Field.from_descriptor(plain).read_cell
    except Exception:  # the field's other keys are at fault, and told
        return
    for name in (*BOUNDS, "enum"):
        values = constraints.get(name)
        for value in values if name == "enum" and isinstance(values, list) else [values]:
            if name in constraints and (read(value)[1] or (name == "enum" and not isinstance(values, list))):
                yield complaint("value-of-other-type", f"{key}.constraints.{name}", type=str(field.get("type", "any")))
                break


def _keys(schema: Mapping[str, Any], names: set[str]) -> Iterator[Complaint]:
    primary = schema.get("primaryKey") or []
    for name in [primary] if isinstance(primary, str) else primary if isinstance(primary, list) else []:
        if name not in names:
            yield complaint("key-without-field", "primaryKey", field=str(name))
    keys = schema.get("foreignKeys") or []
    for place, key in enumerate(keys if isinstance(keys, list) else []):
        fields = key.get("fields", []) if isinstance(key, Mapping) else []
        for name in [fields] if isinstance(fields, str) else fields if isinstance(fields, list) else []:
            if name not in names:
                yield complaint("key-without-field", f"foreignKeys[{place}].fields", field=str(name))
