"""Until when more of a dataset is to come: what its descriptor promises, the same on whichever day it is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.catalog.metadata.texts import Texts, long, short
from pipelines.core.errors import GongkaiError
from pipelines.core.messages import Message
from pipelines.core.periods import Period, PeriodClass
from pipelines.core.time_limits import TimeLimit, Unit, due
from pipelines.portal.places import LANGUAGES
from pipelines.registry import Catalog
from pipelines.registry.base import Bilingual
from pipelines.registry.calendars import working_calendar
from pipelines.registry.deadlines import PERIOD_END, PERIOD_START, DeadlineRule


@dataclass(frozen=True)
class Promise:
    """A time limit: what is to be published (``subject``) ``within`` how long ``after`` which event, by which calendar
    and on which ``basis``.

    ``period`` is the one that comes after the newest there is, and ``due`` the last day for it, where days off are
    announced that far.
    """

    subject: Texts
    within: Message
    after: Message
    calendar: Texts | None
    basis: Texts
    period: str | None
    due: str | None


def said(catalog: Catalog, dataset: str) -> list[Any]:
    """All of the registry that :func:`promises` depend on, as JSON."""
    known = catalog.datasets.get(dataset)
    rules = known.descriptor.deadlines if known else ()
    calendars = [catalog.calendars[rule.calendar].model_dump(mode="json") for rule in rules if rule.calendar]
    return [[rule.model_dump(mode="json") for rule in rules], calendars]


def promises(catalog: Catalog, dataset: str, period: PeriodClass, newest: str | None) -> tuple[Promise, ...]:
    """The time limits of a dataset.

    Args:
        catalog: the registry, which need not have the dataset any more.
        dataset: its identifier.
        period: its period class.
        newest: the last period that has been published; ``None``: none has.
    """
    known = catalog.datasets.get(dataset)
    following = Period.parse(newest, period).next() if newest is not None else None
    return tuple(_promises(catalog, known.descriptor.deadlines if known else (), following))


def _promises(catalog: Catalog, rules: tuple[DeadlineRule, ...], following: Period | None) -> Iterator[Promise]:
    for rule in rules:
        calendar = catalog.calendars[rule.calendar] if rule.calendar else None
        counts = rule.event in {PERIOD_START, PERIOD_END}
        yield Promise(
            subject=_texts(rule.subject, short),
            within=Message(f"portal-within-{rule.within.unit.value.replace('_', '-')}", {"count": rule.within.count}),
            after=_after(rule),
            calendar=_texts(calendar.title, short) if calendar else None,
            basis=_texts(rule.basis, long),
            period=str(following) if counts and following else None,
            due=_due(catalog, rule, following) if counts and following else None,
        )


def _after(rule: DeadlineRule) -> Message:
    if rule.event_field is not None:
        return Message("portal-after-field", {"field": rule.event_field})
    return Message(f"portal-after-{rule.event.replace('_', '-')}")


def _due(catalog: Catalog, rule: DeadlineRule, period: Period) -> str | None:
    """The last day for a period; ``None`` where it is not known yet."""
    if rule.within.unit is Unit.HOURS:
        return None
    calendar = catalog.calendars[rule.calendar] if rule.calendar else None
    zone = ZoneInfo(rule.time_zone or catalog.descriptor.time_zone)
    try:
        day = period.start if rule.event == PERIOD_START else period.end
        days = working_calendar(calendar) if calendar else None
        if day is None:
            return None
        end = due(day, TimeLimit(rule.within.unit, rule.within.count, zone, days))
    except (GongkaiError, OverflowError, ValueError):  # years end with 9999
        return None
    return None if end.is_uncertain else end.last_day.isoformat()


def _texts(text: Bilingual, bounded: Any) -> Texts:
    return {language: bounded(text.in_language(language)) for language in LANGUAGES}
