"""Time limits: from an event, so many working days, calendar days or hours, to the moment when they are over.

Days are counted by the Civil Code of the People's Republic of China, articles 201 and 203, beside which administrative
law has no general rule of its own: the day of the event is not counted; the last day ends at 24:00; where it is a
statutory day off, the period ends with the first day after it that is none. Limits in working days count working days
alone (as the Administrative Licence Law, article 82, says of its own). Hours run from the event, day and night.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from pipelines.core.working_days import Bound, WorkingCalendar

_DAY = dt.timedelta(days=1)


class Unit(StrEnum):
    """What a limit counts."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"


@dataclass(frozen=True)
class TimeLimit:
    """So many of a unit, by the days of ``zone``.

    ``calendar`` is needed for working days; with it, calendar days do not end on a day off.
    """

    unit: Unit
    count: int
    zone: ZoneInfo
    calendar: WorkingCalendar | None = None


@dataclass(frozen=True, order=True)
class Due:
    """When a period is over: from ``earliest`` on it may be, from ``latest`` on it surely is. UTC times.

    ``first_day`` and ``last_day`` are the last days of the period that these times end, by the clock of its zone. Both
    are the same unless a day counts of which nobody knows yet whether it is worked.
    """

    earliest: dt.datetime
    latest: dt.datetime
    first_day: dt.date
    last_day: dt.date

    @property
    def is_uncertain(self) -> bool:
        """Whether the end is not known yet."""
        return self.earliest != self.latest


Event = dt.date | dt.datetime
"""A day, or a moment with its time zone."""


def due(event: Event, limit: TimeLimit) -> Due:
    """When the period that begins with ``event`` is over.

    Raises:
        ValueError: for hours after a day without time, or working days without a calendar.
        OverflowError: beyond the years that dates can have.
    """
    if limit.unit is Unit.HOURS:
        if not isinstance(event, dt.datetime):
            raise ValueError("hours are counted from a moment")
        end = event.astimezone(dt.UTC) + dt.timedelta(hours=limit.count)
        day = end.astimezone(limit.zone).date()
        return Due(end, end, day, day)
    day = local_day(event, limit.zone)
    first, last = (_last_day(day, limit, bound) for bound in Bound)
    return Due(end_of(first, limit.zone), end_of(last, limit.zone), first, last)


def local_day(event: Event, zone: ZoneInfo) -> dt.date:
    """The day of an event: 23:30 UTC is the next day in Shanghai."""
    return event.astimezone(zone).date() if isinstance(event, dt.datetime) else event


def end_of(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """24:00 of a day, in UTC."""
    return dt.datetime.combine(day + _DAY, dt.time.min, zone).astimezone(dt.UTC)


def _last_day(day: dt.date, limit: TimeLimit, bound: Bound) -> dt.date:
    if limit.unit is Unit.CALENDAR_DAYS:
        last = day + _DAY * limit.count
        return last if limit.calendar is None else limit.calendar.next_from(last, bound)
    if limit.calendar is None:
        raise ValueError("working days need a calendar")
    return limit.calendar.nth_after(day, limit.count, bound)
