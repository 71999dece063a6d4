"""Rules of Table Schema v2 that frictionless 5.21 does not check: ``uniqueKeys``, ``categories``, ``jsonSchema``.

The first two it ignores; a schema with the third it refuses, so it gets the schema without.
Our errors follow frictionless's in each row and carry the tag ``#gongkai``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.registry.table_schemas import json_validator

TAG = "#gongkai"


@dataclass(frozen=True)
class OwnError:
    """An error of ours, with the attributes and the descriptor form of frictionless's errors."""

    type: str
    note: str
    row_number: int
    cells: Sequence[str]
    field_names: tuple[str, ...]
    tags: tuple[str, ...] = ("#table", "#row", TAG)

    def to_descriptor(self) -> dict[str, Any]:
        """The descriptor, in the shape of frictionless's row errors."""
        title = self.type.replace("-", " ").title()
        return {
            "type": self.type,
            "title": title,
            "description": title,
            "message": f'Row at position "{self.row_number}": {self.note}',
            "tags": list(self.tags),
            "note": self.note,
            "cells": list(self.cells),
            "rowNumber": self.row_number,
            "fieldNames": list(self.field_names),
        }


@dataclass(frozen=True)
class CellRule:
    """A rule about one cell. ``holds`` gets the cast value, which is not ``None``."""

    type: str
    note: str
    holds: Callable[[Any], bool]


@dataclass(frozen=True)
class OwnRules:
    """The rules of one table: by field, and keys whose values must be unique."""

    cells: Mapping[str, tuple[CellRule, ...]] = field(default_factory=dict)
    keys: tuple[tuple[str, ...], ...] = ()

    def check(self, name: str) -> Callable[[Any], bool] | None:
        """One function for all rules about a field, or ``None`` if it has none."""
        rules = self.cells.get(name, ())
        return (lambda value: all(rule.holds(value) for rule in rules)) if rules else None

    def errors(self, row: Any, own_keys: Mapping[int, int]) -> list[OwnError]:
        """The errors of a frictionless ``Row``; ``own_keys``: earlier rows with the same key, by key."""
        found = []
        cells = ["" if cell is None else str(cell) for cell in row.cells]
        for name, rules in self.cells.items():
            value = row[name]
            if value is None:
                continue
            found += [OwnError(rule.type, rule.note, row.row_number, cells, (name,))
                      for rule in rules if not rule.holds(value)]  # fmt: skip
        for position, earlier in sorted(own_keys.items()):
            note = f"the same as in the row at position {earlier}"
            found.append(OwnError("unique-key", note, row.row_number, cells, self.keys[position]))
        return found


def own_rules(descriptor: Mapping[str, Any], expected: Collection[str]) -> OwnRules:
    """The rules of a Table Schema descriptor that are ours to check, for the fields that are expected."""
    cells = {}
    for spec in descriptor.get("fields") or ():
        rules = _cell_rules(spec)
        if rules and spec.get("name") in expected:
            cells[spec["name"]] = rules
    keys = [(key,) if isinstance(key, str) else tuple(key) for key in descriptor.get("uniqueKeys") or ()]
    return OwnRules(cells, tuple(key for key in keys if key and set(key) <= set(expected)))


def _cell_rules(spec: Mapping[str, Any]) -> tuple[CellRule, ...]:
    rules = []
    if spec.get("categories") and spec.get("type") in {"string", "integer"}:
        entries = [entry["value"] if isinstance(entry, Mapping) else entry for entry in spec["categories"]]
        allowed = frozenset(entries)
        rules.append(CellRule("category", f'categories are "{entries}"', lambda value: value in allowed))
    profile = (spec.get("constraints") or {}).get("jsonSchema")
    if isinstance(profile, dict) and spec.get("type") in {"object", "array", "geojson"}:
        rules.append(CellRule("json-schema", 'constraint "jsonSchema" does not hold', json_validator(profile)))
    return tuple(rules)
