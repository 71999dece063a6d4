"""What a field asks of its values, as sentences, and as the checks that a spreadsheet program makes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from pipelines.core.messages import Message
from pipelines.registry import Dataset
from pipelines.registry.fields import Constraints
from pipelines.templates.columns import Column, Kind

Operator = Literal["between", "greaterThan", "greaterThanOrEqual", "lessThan", "lessThanOrEqual"]
_LISTED = 30
#: Excel's days begin here; a date without bounds is checked to be one at all.
_FIRST_DAY = "DATE(1900,1,1)"
#: Numbers that a spreadsheet program holds to the last digit.
_LEAST, _MOST = "-999999999999999", "999999999999999"


@dataclass(frozen=True)
class Check:
    """A check as Excel knows it: kind of value, comparison, and one or two bounds as formulas."""

    kind: Literal["whole", "decimal", "date", "textLength"]
    operator: Operator
    first: str
    second: str | None = None


def conditions(column: Column, dataset: Dataset) -> Iterator[Message]:
    """What is allowed, in the order in which people ask."""
    yield from _list_condition(column)
    constraints = column.spec.constraints
    for name, bound in _bounds(constraints):
        yield Message(f"template-{name}", {"bound": str(bound)})
    if constraints.minLength is not None:
        yield Message("template-min-length", {"bound": constraints.minLength})
    if constraints.maxLength is not None:
        yield Message("template-max-length", {"bound": constraints.maxLength})
    if constraints.pattern is not None:
        yield Message("template-pattern", {"pattern": constraints.pattern})
    for key in dataset.foreign_keys:
        if column.spec.name in key.fields and column.choices is None:
            yield Message("template-reference", {"dataset": key.reference.resource})
    if constraints.unique or dataset.primary_key == (column.spec.name,):
        yield Message("template-unique")
    elif column.spec.name in dataset.primary_key:
        yield Message("template-part-of-key", {"fields": ", ".join(dataset.primary_key)})


def check_of(column: Column) -> Check | None:
    """The check that a spreadsheet program makes while somebody types; ``None`` where it has none for the field."""
    constraints = column.spec.constraints
    if column.kind is Kind.TEXT:
        return _length_check(constraints.minLength, constraints.maxLength)
    kind: Literal["whole", "decimal", "date"] = (
        "date" if column.kind is Kind.DATE else "whole" if column.kind is Kind.WHOLE else "decimal"
    )
    bounds = {name: formula for name, bound in _bounds(constraints) if (formula := _formula(bound, column.kind))}
    lower, upper = bounds.get("minimum"), bounds.get("maximum")
    above, below = bounds.get("exclusive-minimum"), bounds.get("exclusive-maximum")
    if (lower or above) and (upper or below):
        return Check(kind, "between", lower or above or "", upper or below)
    for bound, operator in ((lower, "greaterThanOrEqual"), (above, "greaterThan"), (upper, "lessThanOrEqual"),
                            (below, "lessThan")):  # fmt: skip
        if bound:
            return Check(kind, operator, bound)  # type: ignore[arg-type]
    return Check(kind, "greaterThanOrEqual", _FIRST_DAY) if kind == "date" else Check(kind, "between", _LEAST, _MOST)


def _list_condition(column: Column) -> Iterator[Message]:
    if column.choices is None:
        return
    if column.choices.codelist is None:
        values = [choice.value for choice in column.choices.entries]
        more = " …" if len(values) > _LISTED else ""
        yield Message("template-one-of", {"values": ", ".join(values[:_LISTED]) + more})
    else:
        yield Message("template-code-of", {"codelist": column.choices.codelist})


def _bounds(constraints: Constraints) -> Iterator[tuple[str, str | int | float]]:
    for name, bound in (
        ("minimum", constraints.minimum),
        ("exclusive-minimum", constraints.exclusiveMinimum),
        ("maximum", constraints.maximum),
        ("exclusive-maximum", constraints.exclusiveMaximum),
    ):
        if bound is not None:
            yield name, bound


def _formula(bound: str | int | float, kind: Kind) -> str | None:
    """A bound as a formula; one that is no value of its kind has none, and is left to validation."""
    try:
        if kind is Kind.DATE:
            day = dt.date.fromisoformat(str(bound))
            return f"DATE({day.year},{day.month},{day.day})" if day.year >= 1900 else None
        number = Decimal(str(bound))
    except (ValueError, InvalidOperation):
        return None
    return format(number, "f") if number.is_finite() else None


def _length_check(least: int | None, most: int | None) -> Check | None:
    if least is not None and most is not None:
        return Check("textLength", "between", str(least), str(most))
    if most is not None:
        return Check("textLength", "lessThanOrEqual", str(most))
    return Check("textLength", "greaterThanOrEqual", str(least)) if least is not None else None
