"""``deadlines:`` of a dataset: until when it is to be published, counted from which event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from pipelines.core.errors import InvalidPeriod
from pipelines.core.messages import Parameter
from pipelines.core.periods import Period, PeriodClass
from pipelines.core.time_limits import Unit
from pipelines.registry.base import Bilingual, Descriptor, Identifier, Text
from pipelines.registry.disclosures import Attribute

if TYPE_CHECKING:
    from collections.abc import Container

    from pipelines.registry.catalog import Dataset

PERIOD_START, PERIOD_END, LANDED, FIELD = "period_start", "period_end", "landed", "field:"
#: Types of fields whose values can be events.
_DAYS, _MOMENTS = "date", "datetime"


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
    """Earlier events do not count (datasets without periods)."""
    basis: Bilingual

    @property
    def event_field(self) -> str | None:
        """The field with the date of the event."""
        return self.event.removeprefix(FIELD) if self.event.startswith(FIELD) else None


@dataclass(frozen=True)
class UnusableDeadline:
    """What is wrong with a rule: ``key`` leads to it from the list of rules."""

    key: tuple[str | int, ...]
    kind: str
    params: Mapping[str, Parameter] = field(default_factory=dict)


def unusable_deadlines(dataset: Dataset, organisations: Container[str], calendars: Container[str],
                       first_year: int) -> Iterator[UnusableDeadline]:  # fmt: skip
    """Everything that is wrong with the deadlines of a dataset, in their order."""
    names: set[str] = set()
    for position, rule in enumerate(dataset.descriptor.deadlines):
        if rule.id in names:
            yield UnusableDeadline((position, "id"), "check-deadline-twice", {"id": rule.id})
        names.add(rule.id)
        yield from _event(position, rule, dataset)
        if rule.calendar is None and rule.within.unit is Unit.WORKING_DAYS:
            yield UnusableDeadline((position, "within"), "check-deadline-no-calendar")
        if rule.calendar is not None and rule.calendar not in calendars:
            yield UnusableDeadline((position, "calendar"), "check-deadline-calendar", {"calendar": rule.calendar})
        if rule.responsible is not None and rule.responsible not in organisations:
            yield UnusableDeadline((position, "responsible"), "check-unknown-organisation",
                                   {"organisation": rule.responsible})  # fmt: skip
        for place, department in enumerate(rule.departments):
            if department not in dataset.descriptor.publishers:
                yield UnusableDeadline((position, "departments", place), "check-deadline-department",
                                       {"organisation": department})  # fmt: skip
        yield from _beginning(position, rule, dataset.period_class, first_year)


def _event(position: int, rule: DeadlineRule, dataset: Dataset) -> Iterator[UnusableDeadline]:
    key = (position, "event")
    if rule.event in {PERIOD_START, PERIOD_END} and dataset.period_class is PeriodClass.NONE:
        yield UnusableDeadline(key, "check-deadline-no-periods", {"event": rule.event})
    name = rule.event_field
    if name is None:
        return
    if not dataset.has_field(name):
        yield UnusableDeadline(key, "check-unknown-field", {"field": name})
        return
    spec = dataset.field(name)
    if spec.type not in {_DAYS, _MOMENTS}:
        yield UnusableDeadline(key, "check-deadline-field-type", {"field": name, "type": spec.type})
    elif rule.within.unit is Unit.HOURS and spec.type == _DAYS:
        yield UnusableDeadline(key, "check-deadline-hours", {"field": name})
    # Due dates are public, so they may not tell the value of a field that is not.
    if spec.disclosure.attribute is not Attribute.ACTIVE or spec.disclosure.treatment is not None:
        yield UnusableDeadline(key, "check-deadline-not-public", {"field": name})


def _beginning(position: int, rule: DeadlineRule, kind: PeriodClass, first_year: int) -> Iterator[UnusableDeadline]:
    if kind is PeriodClass.NONE:
        if rule.from_date is None or rule.from_period is not None:
            yield UnusableDeadline((position,), "check-deadline-from-date")
        return
    if rule.from_period is None or rule.from_date is not None:
        yield UnusableDeadline((position,), "check-deadline-from-period")
        return
    try:
        period = Period.parse(rule.from_period, kind)
    except InvalidPeriod:
        yield UnusableDeadline((position, "from_period"), "check-source-period",
                               {"period": rule.from_period, "period_class": kind.value})  # fmt: skip
        return
    if period.year < first_year:
        yield UnusableDeadline((position, "from_period"), "check-source-too-early",
                               {"period": rule.from_period, "first_year": first_year})  # fmt: skip
