"""A Table Schema as the checks that validators of data frames know."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.validate.files.kinds import Task

#: The texts that Table Schema takes as booleans.
_BOOLEANS = ["true", "True", "TRUE", "1", "false", "False", "FALSE", "0"]
_FORMATS = {
    "uuid": "[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "email": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+",
}

_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
#: Types as regular expressions; the day of the month is not compared with the month.
TYPES = {
    "integer": "^[+-]?[0-9]+$",
    "number": r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$",
    "year": "^[0-9]{4}$",
    "date": f"^{_DAY}$",
    "datetime": f"^{_DAY}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$",
}


@dataclass(frozen=True)
class Column:
    """What one column has to be.

    Attributes:
        required: no cell may be empty; so it is for the primary key.
        unique: no value may come twice; so it is for the primary key.
        pattern: what a whole cell has to match.
        known: the only values there are, from the schema or from the table that a foreign key refers to.
    """

    name: str
    type: str
    required: bool
    unique: bool
    pattern: str | None
    known: list[str] | None
    minimum: Any
    maximum: Any
    longest: int | None


def columns_of(task: Task) -> Iterator[Column]:
    """The columns of a task's file."""
    primary = task.schema["primaryKey"]
    foreign = {key["fields"][0]: key["reference"]["resource"] for key in task.schema.get("foreignKeys", ())}
    for field in task.schema["fields"]:
        name, rules = field["name"], field.get("constraints", {})
        pattern = rules.get("pattern", _FORMATS.get(field.get("format", "")))
        yield Column(
            name,
            field["type"],
            rules.get("required", False) or name in primary,
            rules.get("unique", False) or name in primary,
            None if pattern is None else f"^(?:{pattern})$",
            _keys(task, foreign[name]) if name in foreign else _known(field),
            rules.get("minimum"),
            rules.get("maximum"),
            rules.get("maxLength"),
        )


def _known(field: Mapping[str, Any]) -> list[str] | None:
    return _BOOLEANS if field["type"] == "boolean" else field.get("constraints", {}).get("enum")


def _keys(task: Task, table: str) -> list[str]:
    with task.tables[table].open(encoding="utf-8", newline="") as stream:
        return [row["id"] for row in csv.DictReader(stream)]
