"""Which obligations there are: every rule, department and period (or event) until a time."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from pipelines.core.errors import InvalidPeriod
from pipelines.core.periods import Period
from pipelines.core.time_limits import Due, Event, TimeLimit, Unit, due, end_of, local_day
from pipelines.flow.deadlines.events import FieldEvents
from pipelines.flow.deadlines.learned import ALL, Learned, Span, learned
from pipelines.flow.deadlines.obligations import Obligation, State
from pipelines.flow.installation import Installation
from pipelines.flow.releasing import require_releases
from pipelines.registry import Dataset
from pipelines.registry.calendars import working_calendar
from pipelines.registry.deadlines import LANDED, PERIOD_START, DeadlineRule

_DAY = dt.timedelta(days=1)

Days = tuple[dt.date, dt.date]
"""From one day to before another."""


def obligations(inst: Installation, at: dt.datetime, datasets: Collection[str] | None = None, *,
                open_only: bool = False, due: Days | None = None) -> Iterator[Obligation]:  # fmt: skip
    """Obligations whose event lies before a time, by dataset, rule, and in the order of their events.

    What the negative list bars as a whole is owed to nobody.

    Args:
        inst: the installation.
        at: the time, with its zone. What happened later counts for nothing.
        datasets: only these; ``None``: all.
        open_only: only what had not been published then. It costs no more than what is open.
        due: only what ends on one of these days, at the latest. It costs no more than the events that lead there.

    Raises:
        CatalogMissing: the catalog lacks releases, so that what they showed would be told as overdue.
        CorruptStore: the catalog cannot be read.
        CalendarUnusable: a calendar's country is not known.
    """
    wanted = [entry for name, entry in inst.catalog.datasets.items()
              if (datasets is None or name in datasets) and None not in entry.barred]  # fmt: skip
    if not any(dataset.descriptor.deadlines for dataset in wanted):
        return
    require_releases(inst)
    with learned(inst.workspace, inst.store, inst.ledger) as index:
        for dataset in wanted:
            for rule in dataset.descriptor.deadlines:
                found = _Rule(inst, index, dataset, rule, at, open_only, due).obligations()
                yield from (entry for entry in found if not open_only or entry.published(at) is None)


def overdue_rows(inst: Installation, at: dt.datetime) -> list[dict[str, str | int | bool | None]]:
    """The overdue list as it may be published: what datasets that are disclosed actively owe, longest overdue first.

    Events in rows are no part of it while nobody has approved that the dataset's rows are shown.
    """
    public = {name for name, dataset in inst.catalog.datasets.items() if dataset.is_disclosed}
    reviews = inst.reviews
    unseen = {name for name in public if not reviews.is_plan_cleared(inst.catalog.datasets[name])}
    late = [
        entry
        for entry in obligations(inst, at, public, open_only=True)
        if entry.state(at) is State.OVERDUE and (entry.rule.event_field is None or entry.dataset not in unseen)
    ]
    return [entry.row(at) for entry in sorted(late, key=lambda entry: (entry.due, entry.key))]


@dataclass(frozen=True)
class _Rule:
    """One rule of a dataset at a time."""

    inst: Installation
    learned: Learned
    dataset: Dataset
    rule: DeadlineRule
    at: dt.datetime
    open_only: bool
    due: Days | None

    def obligations(self) -> Iterator[Obligation]:
        if self.rule.event == LANDED:
            return self._of_landings()
        if self.rule.event_field is not None:
            return self._of_fields(self.rule.event_field)
        return self._of_periods()

    @property
    def _remembers(self) -> bool:
        """Whether what the index holds as open is what was: who asks for an earlier time is told of that time."""
        return self.open_only and (self.learned.until is None or self.at >= self.learned.until)

    @cached_property
    def _first_event(self) -> dt.date | None:
        """A day before which no event ends on the days that are asked for; ``None``: there is no such day.

        Of five days in a row one is worked or they are one of the festivals, which never take thirty.
        """
        if self.due is None:
            return None
        count = self.rule.within.count
        days = {Unit.WORKING_DAYS: 5 * count, Unit.CALENDAR_DAYS: count, Unit.HOURS: count // 24}
        return self.due[0] - _DAY * (days[self.rule.within.unit] + 30)

    @property
    def _span(self) -> Span:
        """Where the texts of events lie. Times are UTC, days those of a zone: a day more to either side."""
        if self._first_event is None or self.due is None:
            return ALL
        return (self._first_event - _DAY).isoformat(), (self.due[1] + _DAY).isoformat()

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.rule.time_zone or self.inst.catalog.descriptor.time_zone)

    @cached_property
    def _limit(self) -> TimeLimit:
        calendar = self.inst.catalog.calendars[self.rule.calendar] if self.rule.calendar is not None else None
        within = self.rule.within
        return TimeLimit(
            within.unit, within.count, self._zone, None if calendar is None else working_calendar(calendar)
        )

    @cached_property
    def _departments(self) -> tuple[str, ...]:
        return self.rule.departments or self.dataset.descriptor.publishers

    def _due(self, event: Event) -> Due | None:
        """``None`` where there are no such days (dates in rows can be anything), or it is not asked for."""
        try:
            end = due(event, self._limit)
        except OverflowError:
            return None
        return end if self.due is None or self.due[0] <= end.last_day < self.due[1] else None

    def _obligation(self, period: str, department: str, event: str, end: Due,
                    released: dt.datetime | None) -> Obligation:  # fmt: skip
        return Obligation(self.dataset.id, self.rule, period, department, event, end, released, self._zone)

    # Events that the calendar brings

    def _of_periods(self) -> Iterator[Obligation]:
        place = (self.dataset.id, self.rule.id, json.dumps(self._departments))
        settled = self.learned.settled(*place) if self._remembers else set()
        now_settled: list[str] = []
        for period, event in self._periods():
            text = str(period)
            end = None if text in settled else self._due(event)
            if end is None:
                continue
            shown = self.learned.first_shown(self.dataset.id, text)
            day = local_day(event, self._zone) if self.rule.event == PERIOD_START else period.end or dt.date.max
            for department in self._departments:
                yield self._obligation(text, department, day.isoformat(), end, shown.get(department))
            if self._remembers and shown.keys() >= {*self._departments}:
                now_settled.append(text)
        self.learned.settle(*place, now_settled)

    def _periods(self) -> Iterator[tuple[Period, Event]]:
        """Periods from the rule's first, or the first that is asked for, until the time, each with its event."""
        period: Period | None = self.dataset.period(self.rule.from_period or "")
        if period is not None and self._first_event is not None:
            period = max(period, Period.containing(self._first_event, self.dataset.period_class))
        while period is not None and period.start is not None and period.end is not None:
            before = period.start - _DAY if self.rule.event == PERIOD_START else period.end
            moment = end_of(before, self._zone)
            if moment > self.at:
                return
            if self._limit.unit is Unit.HOURS:
                yield period, moment
            else:
                yield period, period.start if self.rule.event == PERIOD_START else period.end
            period = period.next()

    # Events that deliveries bring

    def _of_landings(self) -> Iterator[Obligation]:
        name = self.dataset.id
        found = self.learned.open_landings(name) if self._remembers else self.learned.landings(name, self._span)
        for landing in found:
            key, event = landing.key, landing.landed
            end = self._due(event) if self._counts(key.period, key.organisation, event) else None
            if end is not None:
                # A delivery that was replaced before it was released is met by the one that replaced it.
                yield self._obligation(key.period, key.organisation, event.isoformat(), end, landing.released)

    def _of_fields(self, field: str) -> Iterator[Obligation]:
        events = FieldEvents(self.inst, self.learned, self.dataset, field, self._zone)
        for key, text, released in events.open() if self._remembers else events.all(self._span):
            event: Event = dt.datetime.fromisoformat(text) if "T" in text else dt.date.fromisoformat(text)
            end = self._due(event) if self._counts(key.period, key.organisation, event) else None
            if end is not None:
                yield self._obligation(key.period, key.organisation, text, end, released)

    def _counts(self, period: str, department: str, event: Event) -> bool:
        """Whether the rule is for an event of a period and department, and the event has come."""
        if department not in self._departments or not self._has_come(event):
            return False
        if self.rule.from_date is not None and local_day(event, self._zone) < self.rule.from_date:
            return False
        try:
            read = self.dataset.period(period)
        except InvalidPeriod:  # delivered before the dataset got another period class
            return False
        return self.rule.from_period is None or read >= self.dataset.period(self.rule.from_period)

    def _has_come(self, event: Event) -> bool:
        if isinstance(event, dt.datetime):
            return event <= self.at
        return event <= local_day(self.at, self._zone)
