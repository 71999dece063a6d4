"""Columns of dates: in which formats they are written, and what is doubtful about them."""

from __future__ import annotations

from pipelines.core.messages import Message
from pipelines.drafting.labels import names_date
from pipelines.drafting.shapes import DATES, DAY_FIRST, MONTH_FIRST, MONTHS, TIMES, WORDED, WORDED_MONTHS, Shapes


def dated(label: str, shapes: Shapes) -> tuple[str, tuple[str, ...]] | None:
    """Type and ``strptime`` formats of a column of dates; no formats where it is written as Table Schema has it."""
    if shapes.holds("%Y%m%d") and not names_date(label):
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


def date_doubts(name: str, shapes: Shapes) -> tuple[Message, ...]:
    """Columns that nearly are dates: kept as text, and told."""
    for first, second in zip(DAY_FIRST, MONTH_FIRST, strict=True):
        if shapes.holds(first) and shapes.holds(second):
            return (Message("draft-day-or-month", {"field": name}),)
    return ()
