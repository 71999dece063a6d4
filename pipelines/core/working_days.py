"""Calendars of working days, with what nobody knows yet: a year whose days off have not been announced.

In China the statutory festivals are fixed by decree, but which weekdays around them are days off, and which Saturdays
and Sundays are worked instead, the State Council announces year by year. Until then a day near a festival may be
either, and whatever is counted over it has an earliest and a latest result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

_DAY = dt.timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class YearOfDays:
    """How the days of one year differ from Monday to Friday.

    ``off``: weekdays (and any other days) that are surely not worked; ``worked``: Saturdays and Sundays that surely
    are; ``open``: days of which it is not known.
    """

    off: frozenset[dt.date] = frozenset()
    worked: frozenset[dt.date] = frozenset()
    open: frozenset[dt.date] = frozenset()


class Bound(Enum):
    """Which way days are taken of which nothing is known: as worked (``EARLIEST`` end of a period) or not."""

    EARLIEST = "earliest"
    LATEST = "latest"


@dataclass(frozen=True)
class WorkingCalendar:
    """A calendar: ``year`` gives the days of a year (called often: it should remember)."""

    year: Callable[[int], YearOfDays]

    def is_working(self, day: dt.date, bound: Bound) -> bool:
        """Whether a day is worked; where nobody knows, as the bound takes it."""
        known = self.year(day.year)
        if day in known.open:
            return bound is Bound.EARLIEST
        if day.weekday() >= _SATURDAY:
            return day in known.worked
        return day not in known.off

    def nth_after(self, day: dt.date, count: int, bound: Bound) -> dt.date:
        """The ``count``-th working day after ``day``, which is not counted itself.

        Raises:
            OverflowError: when it lies beyond the year 9999.
        """
        while count:
            day += _DAY
            count -= self.is_working(day, bound)
        return day

    def next_from(self, day: dt.date, bound: Bound) -> dt.date:
        """The day itself if it is worked, else the first one after it that is."""
        return day if self.is_working(day, bound) else self.nth_after(day, 1, bound)


#: Days off that were announced lay at most 2 days from a festival, worked Saturdays and Sundays at most 8 (China,
#: 2001 to 2026); one day more, to be sure.
_OFF_WITHIN, _WORKED_WITHIN = 3, 9
#: What is announced for a year begins in the last days of the one before (29 December 2018 was worked for 31 December).
_BEFORE_NEW_YEAR = 25


def not_announced(year: int, festivals: frozenset[dt.date]) -> YearOfDays:
    """The days of a year of which only the festivals are known: what lies near them is open.

    Args:
        year: it.
        festivals: statutory ones, those of the year before and after among them.
    """
    span = range(-_WORKED_WITHIN, _WORKED_WITHIN + 1)
    near = {(festival + _DAY * distance, abs(distance)) for festival in festivals for distance in span}
    open_days = {day for day, distance in near
                 if distance <= (_WORKED_WITHIN if day.weekday() >= _SATURDAY else _OFF_WITHIN)}  # fmt: skip
    return YearOfDays(festivals, frozenset(), frozenset(day for day in open_days - festivals if day.year == year))


def until_next_announcement(year: int, known: YearOfDays) -> YearOfDays:
    """The same while the year after is not announced: its announcement may still move the last days of this one."""
    last = frozenset(dt.date(year, 12, day) for day in range(_BEFORE_NEW_YEAR, 32)) - known.off - known.worked
    return YearOfDays(known.off, known.worked, known.open | last)
