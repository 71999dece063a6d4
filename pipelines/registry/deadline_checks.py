"""Checks of ``deadlines:``: do names resolve, can the events be counted from, may they be public?"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field

from pipelines.core.errors import InvalidPeriod
from pipelines.core.messages import Parameter
from pipelines.core.periods import Period, PeriodClass
from pipelines.core.time_limits import Unit
from pipelines.registry.catalog import Dataset
from pipelines.registry.deadlines import PERIOD_END, PERIOD_START, DeadlineRule
from pipelines.registry.disclosures import Attribute

#: Types of fields whose values can be events.
_DAYS, _MOMENTS = "date", "datetime"


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
    is_of_periods = rule.event in {PERIOD_START, PERIOD_END} and kind is not PeriodClass.NONE
    if rule.from_date is not None and rule.from_period is None and not is_of_periods:
        return
    if kind is PeriodClass.NONE:
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
