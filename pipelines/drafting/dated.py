"""Columns of dates: in which formats they are written, and what is doubtful about them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.core.messages import Message
from pipelines.drafting.labels import names_date
from pipelines.drafting.profiles import Profile
from pipelines.drafting.shapes import DATES, DAY_FIRST, MONTH_FIRST, MONTHS, TIMES, WORDED, WORDED_MONTHS

_SPAN = re.compile(r"[0-9]{2}([0-9]{2})[-/]([0-9]{2})")
_TWO_DIGITS = "%d-%b-%y"


def dated(label: str, profile: Profile) -> tuple[str, tuple[str, ...]] | None:
    """Type and ``strptime`` formats of a column of dates; no formats where it is written as Table Schema has it."""
    shapes = profile.shapes
    if (shapes.holds("%Y%m%d") and not names_date(label)) or _are_years(profile):
        return None
    for kind, formats, standard in (
        ("date", DATES | WORDED, "%Y-%m-%d"),
        ("yearmonth", MONTHS | WORDED_MONTHS, "%Y-%m"),
        ("datetime", TIMES, "%Y-%m-%dT%H:%M:%S"),
    ):
        if shapes.holds(*formats):
            used = tuple(name for name in formats if shapes.has(name))
            if used == (standard,):
                return kind, ()
            # The step writes a month as its first day.
            return ("date" if kind == "yearmonth" else kind), used
    for wanted, other in ((DAY_FIRST, MONTH_FIRST), (MONTH_FIRST, DAY_FIRST)):
        for name, swapped in zip(wanted, other, strict=True):
            if shapes.holds(name) and not shapes.holds(swapped):
                return "date", (name,)
    return None


def date_remarks(name: str, formats: tuple[str, ...]) -> Iterator[Message]:
    """What people should know of a column of dates."""
    if _TWO_DIGITS in formats:
        yield Message("draft-two-digit-years", {"field": name})


def date_doubts(name: str, profile: Profile) -> tuple[Message, ...]:
    """Columns that nearly are dates: kept as text, and told."""
    shapes = profile.shapes
    if _are_years(profile):
        return (Message("draft-month-or-years", {"field": name}),)
    for first, second in zip(DAY_FIRST, MONTH_FIRST, strict=True):
        if shapes.holds(first) and shapes.holds(second):
            return (Message("draft-day-or-month", {"field": name}),)
    return ()


def _are_years(profile: Profile) -> bool:
    """Whether all values may be two years in a row (2009-10, 2010-11), as school and fiscal years are written."""
    values = [value for value in profile.values or () if value not in profile.marked]
    spans = [_SPAN.fullmatch(value) for value in values]
    return bool(values) and all(span and int(span[2]) == (int(span[1]) + 1) % 100 for span in spans)
