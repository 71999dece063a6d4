"""The checks of a column that pandera writes alike for pandas and polars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.validate.contestants.declared import Column


def checks_of(column: Column, check: Any, date: Callable[[str], Any]) -> list[Any]:
    """The checks of a column; ``check``: pandera's class of them, ``date``: what a bound of dates is to be."""

    def bound(value: Any) -> Any:
        return date(value) if column.type == "date" else value

    wanted = [
        (column.pattern, check.str_matches),
        (column.known, check.isin),
        (column.longest, lambda longest: check.str_length(max_value=longest)),
        (column.minimum, lambda least: check.ge(bound(least))),
        (column.maximum, lambda most: check.le(bound(most))),
    ]
    return [make(value) for value, make in wanted if value is not None]
