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
from pipelines.flow.deadlines.learned import Learned, learned
from pipelines.flow.deadlines.obligations import Obligation, State
from pipelines.flow.installation import Installation
from pipelines.flow.releasing import require_releases
from pipelines.registry import Dataset
from pipelines.registry.calendars import working_calendar
from pipelines.registry.deadlines import LANDED, PERIOD_START, DeadlineRule
from pipelines.registry.disclosures import Attribute

_DAY = dt.timedelta(days=1)


def obligations(inst: Installation, at: dt.datetime, datasets: Collection[str] | None = None, *,
                open_only: bool = False) -> Iterator[Obligation]:  # fmt: skip
    """Obligations whose event lies before a time, by dataset, rule, and in the order of their events.

    Args:
        inst: the installation.
        at: the time, with its zone. What happened later counts for nothing.
        datasets: only these; ``None``: all.
        open_only: only what had not been published then. It costs no more than what is open.

    Raises:
        CatalogMissing: the catalog lacks releases, so that what they showed would be told as overdue.
        CorruptStore: the catalog cannot be read.
        CalendarUnusable: a calendar's country is not known.
    """
    wanted = [entry for name, entry in inst.catalog.datasets.items() if datasets is None or name in datasets]
    if not any(dataset.descriptor.deadlines for dataset in wanted):
        return
    require_releases(inst)
    with learned(inst.workspace, inst.store) as index:
        for dataset in wanted:
            for rule in dataset.descriptor.deadlines:
                found = _Rule(inst, index, dataset, rule, at).obligations(open_only=open_only)
                yield from (entry for entry in found if not open_only or entry.published(at) is None)


def overdue_rows(inst: Installation, at: dt.datetime) -> list[dict[str, str | int | bool | None]]:
    """The overdue list as it may be published: what datasets that are disclosed actively owe, longest overdue first."""
    public = {name for name, dataset in inst.catalog.datasets.items()
              if dataset.descriptor.disclosure.attribute is Attribute.ACTIVE}  # fmt: skip
    late = [entry for entry in obligations(inst, at, public, open_only=True) if entry.state(at) is State.OVERDUE]
    return [entry.row(at) for entry in sorted(late, key=lambda entry: (entry.due, entry.key))]


@dataclass(frozen=True)
class _Rule:
    """One rule of a dataset at a time."""

    inst: Installation
    learned: Learned
    dataset: Dataset
    rule: DeadlineRule
    at: dt.datetime

    def obligations(self, *, open_only: bool) -> Iterator[Obligation]:
        if self.rule.event == LANDED:
            return self._of_landings()
        if self.rule.event_field is not None:
            return self._of_fields(self.rule.event_field, open_only=open_only)
        return self._of_periods(open_only=open_only)

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
        """``None`` where there are no such days: dates in rows can be anything."""
        try:
            return due(event, self._limit)
        except OverflowError:
            return None

    def _obligation(self, period: str, department: str, event: str, end: Due,
                    released: dt.datetime | None) -> Obligation:  # fmt: skip
        return Obligation(self.dataset.id, self.rule, period, department, event, end, released, self._zone)

    # Events that the calendar brings

    def _of_periods(self, *, open_only: bool) -> Iterator[Obligation]:
        # Settled are periods as of the newest release; who asks for an earlier time is told what was open then.
        until = self.learned.until
        remembers = open_only and (until is None or self.at >= until)
        place = (self.dataset.id, self.rule.id, json.dumps(self._departments))
        settled = self.learned.settled(*place) if remembers else set()
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
            if remembers and shown.keys() >= {*self._departments}:
                now_settled.append(text)
        self.learned.settle(*place, now_settled)

    def _periods(self) -> Iterator[tuple[Period, Event]]:
        """Periods from the rule's first until the time, each with its event."""
        period: Period | None = self.dataset.period(self.rule.from_period or "")
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
        shown = self.learned.shown(self.dataset.id)
        released: dict[tuple[str, str], dt.datetime] = {}
        # Newest first: a delivery that was replaced before it was released is met by the one that replaced it.
        for landed in self.inst.ledger.deliveries(dataset=self.dataset.id):
            key = (landed.key.period, landed.key.organisation)
            if landed.id in shown:
                released[key] = min(shown[landed.id], released.get(key, shown[landed.id]))
            event = dt.datetime.fromisoformat(landed.landed)
            end = self._due(event) if self._counts(*key, event) else None
            if end is not None:
                yield self._obligation(*key, event.isoformat(), end, released.get(key))

    def _of_fields(self, field: str, *, open_only: bool) -> Iterator[Obligation]:
        events = FieldEvents(self.inst, self.learned, self.dataset, field, self._zone)
        for key, found in events.by_key(open_only=open_only):
            for text, released in sorted(found.items()):
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
