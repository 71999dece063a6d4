"""Errors grouped by type, rule and field, most frequent first; memory grows with the groups, not with the errors."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.core.messages import Message
from pipelines.validate.any_file.places import Place, Places
from pipelines.validate.any_file.told import Told

EXAMPLES = 5
#: Beyond so many groups, errors of one type share a group.
_MOST_GROUPS = 2_000


@dataclass
class Example:
    """One error of a group. ``row``: as frictionless counts; the places are filled in at the end."""

    row: int | None
    number: int | None
    told: Told
    place: Place | None = None
    same_as: Place | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "rowNumber": self.row,
            "place": None if self.place is None else {self.place.unit: self.place.number, "cell": self.place.cell},
            "sameAs": None if self.same_as is None else self.same_as.number,
            "value": self.told.value,
            "message": self.told.message.as_dict(),
        }


@dataclass
class Group:
    """All errors of one type and rule in one field; ``field`` is empty where they are in several or in none."""

    told: Told
    field: str
    rule: str
    count: int = 0
    examples: list[Example] = dataclasses.field(default_factory=list)

    @property
    def kind(self) -> str:
        """The error type, with the constraint where it is about one."""
        return (
            f"{self.told.type} ({self.rule})" if self.told.type == "constraint-error" and self.rule else self.told.type
        )

    @property
    def expected(self) -> Message | None:
        """What was expected instead."""
        return self.told.expected if self.field else None

    def as_dict(self) -> dict[str, Any]:
        """JSON form, both languages included."""
        return {
            "type": self.told.type,
            "rule": self.rule or None,
            "field": self.field or None,
            "errors": self.count,
            "message": self.told.message.as_dict(),
            "expected": None if self.expected is None else self.expected.as_dict(),
            "remedy": self.told.remedy.as_dict(),
            "examples": [example.as_dict() for example in self.examples],
        }


class Grouping:
    """Takes in errors one by one."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str, str], Group] = {}
        self.errors = 0

    def add(self, told: Told, error: Mapping[str, Any]) -> None:
        """Count one error."""
        self.errors += 1
        key = (told.type, told.rule, told.field)
        if key not in self._groups and len(self._groups) >= _MOST_GROUPS:
            key = (told.type, "", "")
        group = self._groups.setdefault(key, Group(told, key[2], key[1]))
        group.count += 1
        if len(group.examples) < EXAMPLES:
            group.examples.append(Example(error.get("rowNumber"), error.get("fieldNumber"), told))

    def groups(self, places: Places) -> list[Group]:
        """The groups, most frequent first, with the places of their examples."""
        ordered = sorted(self._groups.values(), key=lambda group: -group.count)
        examples = [example for group in ordered for example in group.examples]
        rows = {row for example in examples for row in (example.row, example.told.same_as) if row}
        # In ascending order the file is read at most once.
        found = {row: places.of(row) for row in sorted(rows)}
        for example in examples:
            if example.row:
                example.place = found[example.row] if places.left is None else places.at(example.row, example.number)
            if example.told.same_as:
                example.same_as = found[example.told.same_as]
        return ordered
