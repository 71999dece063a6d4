"""Which fields two versions can be compared by.

A field is compared where both versions have it with the same type. One whose type has changed is compared only
where values of the old type have exactly one form in the new: numbers with declared decimals, integers and years
whose decimals do not become fewer (by value), and integers, years and dates that became text (as text).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.publish.clearances import declared_meaning
from pipelines.publish.schemas import columns, declared_type, primary_key

_DECIMAL = re.compile(r"DECIMAL\([0-9]+, ([0-9]+)\)")
_WHOLE = ("BIGINT", "INTEGER")
#: The digits of a whole number with those of a decimal.
_MAX_PRECISION = 38


@dataclass(frozen=True)
class ComparedField:
    """A field of both versions: its DuckDB type in either, and the one it is compared in."""

    name: str
    old: str
    new: str
    kind: str

    @property
    def retyped(self) -> bool:
        """Whether its values are read differently by the two versions."""
        return self.old != self.new


@dataclass(frozen=True)
class Retyped:
    """A field whose type has changed; ``old`` and ``new`` as declared (type, format, decimals)."""

    name: str
    old: str
    new: str
    compared: bool

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return dict(vars(self))


@dataclass(frozen=True)
class FieldChanges:
    """What became of the fields and the key, and how rows are compared.

    ``redefined`` fields have another unit, code list or treatment: their values are compared, but mean something else.
    ``key`` is the key that rows are told by: the new version's, if both versions have its fields; empty where rows
    are told by all their compared fields.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    retyped: tuple[Retyped, ...]
    redefined: tuple[str, ...]
    old_key: tuple[str, ...]
    new_key: tuple[str, ...]
    compared: tuple[ComparedField, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the fields that rows are told by."""
        return self.new_key if set(self.new_key) <= {entry.name for entry in self.compared} else ()

    @property
    def keys(self) -> tuple[ComparedField, ...]:
        """The key's fields, in its order."""
        known = {entry.name: entry for entry in self.compared}
        return tuple(known[name] for name in self.key)

    @property
    def values(self) -> tuple[ComparedField, ...]:
        """The other compared fields, in the new schema's order."""
        return tuple(entry for entry in self.compared if entry.name not in self.key)

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "added": list(self.added),
            "removed": list(self.removed),
            "retyped": [entry.as_dict() for entry in self.retyped],
            "redefined": list(self.redefined),
            "old_key": list(self.old_key),
            "new_key": list(self.new_key),
            "compared": [entry.name for entry in self.compared],
            "compared_by": list(self.key),
        }


def compare_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> FieldChanges:
    """Compare two public Table Schemas."""
    before, after = columns(old), columns(new)
    compared = []
    for name, kind in after.items():
        common = common_kind(before[name], kind) if name in before else None
        if common is not None:
            compared.append(ComparedField(name, before[name], kind, common))
    entries = [{entry["name"]: entry for entry in schema["fields"]} for schema in (old, new)]
    both = [(name, entries[0][name], entry) for name, entry in entries[1].items() if name in entries[0]]
    names = {entry.name for entry in compared}
    return FieldChanges(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        retyped=tuple(
            Retyped(name, _said(one), _said(other), name in names)
            for name, one, other in both
            if declared_type(one) != declared_type(other)
        ),
        redefined=tuple(name for name, one, other in both if declared_meaning(one) != declared_meaning(other)),
        old_key=primary_key(old),
        new_key=primary_key(new),
        compared=tuple(compared),
    )


def common_kind(old: str, new: str) -> str | None:
    """The DuckDB type in which values of two types are compared; ``None`` where they cannot be."""
    if old == new:
        return old
    if new == "VARCHAR":
        return new if old in {*_WHOLE, "DATE"} else None
    before, after = _decimals(old), _decimals(new)
    if before is None or after is None or after < before:
        return None
    return f"DECIMAL({_MAX_PRECISION}, {after})"


def _decimals(kind: str) -> int | None:
    match = _DECIMAL.fullmatch(kind)
    return int(match[1]) if match else 0 if kind in _WHOLE else None


def _said(entry: Mapping[str, Any]) -> str:
    return " ".join(str(part) for part in declared_type(entry) if part is not None)
