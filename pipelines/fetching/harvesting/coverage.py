"""The reporting period that a dataset elsewhere is about, by what its catalog says of its time (dct:temporal)."""

from __future__ import annotations

import datetime as dt

from pipelines.core.errors import InvalidPeriod
from pipelines.core.periods import Period, PeriodClass

_YEAR, _MONTH, _DAY = len("2026"), len("2026-03"), len("2026-03-01")


def covered_period(starts: str, ends: str, kind: PeriodClass, until: dt.date) -> Period | None:
    """The period that begins with one time and ends with another, both as ISO 8601 writes them, in any precision.

    Args:
        starts: the first day, month or year.
        ends: the last one, which is included.
        kind: what periods there are.
        until: a period that begins later is none: nothing is known of it yet.

    Returns:
        ``None`` where they are no such times, or those of a part of a period or of more than one.
    """
    try:
        first, last = _days(starts)[0], _days(ends)[1]
        period = Period.containing(first, kind)
        return period if first <= until and (period.start, period.end) == (first, last) else None
    except (InvalidPeriod, ValueError):
        return None


def _days(text: str) -> tuple[dt.date, dt.date]:
    """The first and the last day of a year, a month or a day; of a time its day.

    Raises:
        InvalidPeriod, ValueError: when it is none, or the calendar does not reach so far.
    """
    if len(text) not in {_YEAR, _MONTH}:
        day = dt.date.fromisoformat(text[:_DAY])
        return day, day
    period = Period.parse(text, PeriodClass.YEARLY if len(text) == _YEAR else PeriodClass.MONTHLY)
    first, last = period.start, period.end
    if first is None or last is None:
        raise ValueError(text)
    return first, last
