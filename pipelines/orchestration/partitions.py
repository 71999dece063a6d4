"""Partitions: one shared definition per period class, because a Dagster job cannot mix definitions.

Partition keys of months and years are the periods as they are written; a quarter's key is the month it begins
with (``2026-Q2`` is ``2026-04``), since ``strftime`` knows no quarters.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

import dagster as dg

from pipelines.core.periods import Period, PeriodClass

#: Civil time of the departments: when a period begins and when schedules tick.
TIMEZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class _Grid:
    cron: str
    fmt: str
    ahead: int
    """Partitions beyond the last ended period. Budgets are delivered up to a year before their year begins."""


_GRIDS = {
    PeriodClass.MONTHLY: _Grid("0 0 1 * *", "%Y-%m", 13),
    PeriodClass.QUARTERLY: _Grid("0 0 1 1,4,7,10 *", "%Y-%m", 5),
    PeriodClass.YEARLY: _Grid("0 0 1 1 *", "%Y", 2),
}


@cache
def partitions_for(kind: PeriodClass, first_year: int) -> dg.TimeWindowPartitionsDefinition | None:
    """The one partitions definition of a period class; ``None`` for datasets without periods."""
    if kind is PeriodClass.NONE:
        return None
    grid = _GRIDS[kind]
    start = dt.date(first_year, 1, 1).strftime(grid.fmt)
    return dg.TimeWindowPartitionsDefinition(
        start=start, fmt=grid.fmt, cron_schedule=grid.cron, timezone=TIMEZONE, end_offset=grid.ahead
    )


def partition_key(period: Period) -> str | None:
    """The partition key of a period; ``None`` for ``all``."""
    start = period.start
    return None if start is None else start.strftime(_GRIDS[period.kind].fmt)


def period_text(kind: PeriodClass, key: str | None) -> str:
    """The period of class ``kind`` that a partition key stands for, as periods are written."""
    if kind is PeriodClass.NONE or key is None:
        return "all"
    first_day = dt.datetime.strptime(key, _GRIDS[kind].fmt).date()
    return str(Period.containing(first_day, kind))
