"""``deadlines:`` of a dataset: until when it is to be published, counted from which event."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from pipelines.core.time_limits import Unit
from pipelines.registry.base import Bilingual, Descriptor, Identifier, Text

PERIOD_START, PERIOD_END, LANDED, FIELD = "period_start", "period_end", "landed", "field:"


def _is_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError; a folder's name an OSError
        raise ValueError(
            f"there is no time zone {name!a}; write one of the IANA database, such as Asia/Shanghai"
        ) from None
    return name


ZoneName = Annotated[str, AfterValidator(_is_zone)]


class Within(Descriptor):
    """How long: exactly one of the three."""

    working_days: Annotated[int, Field(ge=1, le=1000)] | None = None
    calendar_days: Annotated[int, Field(ge=1, le=3660)] | None = None
    hours: Annotated[int, Field(ge=1, le=8784)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Within:
        if len(self._given) != 1:
            raise ValueError("give exactly one of working_days, calendar_days and hours")
        return self

    @property
    def _given(self) -> list[tuple[Unit, int]]:
        return [(unit, count) for unit in Unit if (count := getattr(self, unit.value)) is not None]

    @property
    def unit(self) -> Unit:
        """What is counted."""
        return self._given[0][0]

    @property
    def count(self) -> int:
        """How many of them."""
        return self._given[0][1]


class DeadlineRule(Descriptor):
    """One time limit of a dataset."""

    id: Identifier
    subject: Bilingual
    """What is to be published by then."""
    event: Annotated[str, Field(pattern=r"^(period_start|period_end|landed|field:[a-z][a-z0-9_]{0,62})$")]
    """What the time is counted from: the period's first or last day, the date in a field of each row, or the landing of
    a delivery."""
    within: Within
    calendar: Identifier | None = None
    """Calendar of working days; with it, calendar days do not end on a day off either."""
    time_zone: ZoneName | None = None
    """By which clock days begin and end; absent: the catalog's."""
    departments: tuple[Identifier, ...] = ()
    """Publishers that it is for; none named: all of them."""
    responsible: Identifier | None = None
    """Who is told when it is overdue; absent: the department that delivers."""
    from_period: Text | None = None
    """The first period that it is for (datasets with periods)."""
    from_date: dt.date | None = None
    """Earlier events do not count (datasets without periods; landings and dates in rows of those that have some)."""
    basis: Bilingual

    @property
    def event_field(self) -> str | None:
        """The field with the date of the event."""
        return self.event.removeprefix(FIELD) if self.event.startswith(FIELD) else None
