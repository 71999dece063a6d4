"""Reporting periods: the month, quarter or year that a delivery is about.

Written as ISO 8601 writes months and years (``2026-03``, ``2026``), quarters as ``2026-Q1``;
a dataset without periods has the single period ``all``.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from pipelines.core.errors import InvalidPeriod


class PeriodClass(StrEnum):
    """How often a dataset is delivered; each class shares one Dagster partitions definition."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    NONE = "none"


_PATTERNS = {
    PeriodClass.MONTHLY: re.compile(r"(?P<year>[0-9]{4})-(?P<index>0[1-9]|1[0-2])"),
    PeriodClass.QUARTERLY: re.compile(r"(?P<year>[0-9]{4})-Q(?P<index>[1-4])"),
    PeriodClass.YEARLY: re.compile(r"(?P<year>[0-9]{4})"),
    PeriodClass.NONE: re.compile(r"all"),
}
_PER_YEAR = {PeriodClass.MONTHLY: 12, PeriodClass.QUARTERLY: 4, PeriodClass.YEARLY: 1}


def is_period(text: str, kind: PeriodClass) -> bool:
    """Tell whether ``text`` is written as ``kind`` writes its periods."""
    return _PATTERNS[kind].fullmatch(text) is not None


@dataclass(frozen=True, order=True)
class Period:
    """One reporting period. ``index`` counts from 1 within the year (0 for ``all``)."""

    year: int
    index: int
    kind: PeriodClass

    @classmethod
    def parse(cls, text: str, kind: PeriodClass) -> Period:
        """Read ``text`` as a period of class ``kind``.

        Raises:
            InvalidPeriod: when the text is not written as that class writes its periods.
        """
        match = _PATTERNS[kind].fullmatch(text)
        if match is None or match.groupdict().get("year") == "0000":
            raise InvalidPeriod(text, kind.value)
        if kind is PeriodClass.NONE:
            return cls(0, 0, kind)
        return cls(int(match["year"]), int(match.groupdict().get("index") or 1), kind)

    @classmethod
    def containing(cls, day: dt.date, kind: PeriodClass) -> Period:
        """The period of class ``kind`` in which ``day`` lies."""
        if kind is PeriodClass.NONE:
            return cls(0, 0, kind)
        months = 12 // _PER_YEAR[kind]
        return cls(day.year, (day.month - 1) // months + 1, kind)

    def __str__(self) -> str:
        if self.kind is PeriodClass.NONE:
            return "all"
        if self.kind is PeriodClass.MONTHLY:
            return f"{self.year:04d}-{self.index:02d}"
        if self.kind is PeriodClass.QUARTERLY:
            return f"{self.year:04d}-Q{self.index}"
        return f"{self.year:04d}"

    @property
    def start(self) -> dt.date | None:
        """First day of the period, or ``None`` for ``all``."""
        if self.kind is PeriodClass.NONE:
            return None
        months = 12 // _PER_YEAR[self.kind]
        return dt.date(self.year, (self.index - 1) * months + 1, 1)

    @property
    def end(self) -> dt.date | None:
        """Last day of the period, or ``None`` for ``all``."""
        following = self.next()
        if following is None or following.start is None:
            return None
        return following.start - dt.timedelta(days=1)

    def next(self) -> Period | None:
        """The period after this one, or ``None`` for ``all``."""
        return self._shifted(1)

    def previous(self) -> Period | None:
        """The period before this one, or ``None`` for ``all``."""
        return self._shifted(-1)

    def _shifted(self, by: int) -> Period | None:
        if self.kind is PeriodClass.NONE:
            return None
        per_year = _PER_YEAR[self.kind]
        ordinal = self.year * per_year + self.index - 1 + by
        return Period(ordinal // per_year, ordinal % per_year + 1, self.kind)
