"""Whether values can be read with the fields of a Table Schema: frictionless takes it without trying any."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pipelines.core.messages import Parameter

BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
#: Reading it must not raise, whether it is a value of the field or not.
_HARMLESS = "0"


@dataclass(frozen=True)
class UnusableField:
    """What is wrong with a field: the message's identifier and parameters; ``key`` leads to it from the field."""

    key: tuple[str, ...]
    kind: str
    params: Mapping[str, Parameter] = field(default_factory=dict)


def unusable_parts(made: Any) -> list[UnusableField]:
    """Why values cannot be read with a field of frictionless."""
    try:
        reader = made.create_value_reader()
    except Exception as problem:  # formats that need a package which is not there
        return [UnusableField((), "check-unusable-field", _params(made, problem))]
    return list(_unreadable(made, reader)) or list(_trial(made))


def _unreadable(made: Any, reader: Callable[[Any], Any]) -> Iterator[UnusableField]:
    params = {"field": made.name, "type": made.type}
    for name in BOUNDS:
        bound = made.constraints.get(name)
        if bound is not None and not _readable(reader, bound):
            yield UnusableField(("constraints", name), "check-unreadable-bound", {**params, "constraint": name})
    if any(not _readable(reader, entry) for entry in made.constraints.get("enum") or ()):
        yield UnusableField(("constraints", "enum"), "check-unreadable-bound", {**params, "constraint": "enum"})


def _readable(reader: Callable[[Any], Any], value: Any) -> bool:
    """Whether it is a value of the field; NaN can be compared with nothing."""
    try:
        read = reader(value)
        return read is not None and not (isinstance(read, (float, Decimal)) and math.isnan(read))
    except Exception:
        return False


def _trial(made: Any) -> Iterator[UnusableField]:
    """Read a harmless text, and each bound by the others: times with and without an offset cannot be compared."""
    bounds = [made.constraints[name] for name in BOUNDS if made.constraints.get(name) is not None]
    try:
        reader = made.create_cell_reader()
        for value in (_HARMLESS, *bounds):
            reader(value)
    except Exception as problem:
        yield UnusableField(("constraints",), "check-unusable-field", _params(made, problem))


def _params(made: Any, problem: Exception) -> dict[str, Parameter]:
    return {"field": made.name, "reason": str(problem) or type(problem).__name__}
