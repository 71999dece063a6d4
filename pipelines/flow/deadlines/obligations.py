"""Obligations: what a department owes for a period or an event, until when, and whether it was met."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from pipelines.core.time_limits import Due, local_day
from pipelines.registry.deadlines import DeadlineRule

#: An obligation that ends within this time is due soon.
SOON = dt.timedelta(days=3)


class State(StrEnum):
    """Where an obligation stands at some time."""

    DUE = "due"
    """Its time runs."""
    DUE_SOON = "due_soon"
    """It is over within three days."""
    UNCERTAIN = "uncertain"
    """Whether its time is over depends on days of which nobody knows yet whether they are worked."""
    OVERDUE = "overdue"
    """Its time is over and nothing has been published."""
    MET = "met"
    LATE = "late"
    """It was met after its time was over."""


@dataclass(frozen=True)
class Obligation:
    """One of them.

    ``event`` is a day or a UTC time, ISO 8601; ``released`` when a release first showed what is owed, if any has.
    ``zone``: by which clock days begin and end.
    """

    dataset: str
    rule: DeadlineRule
    period: str
    department: str
    event: str
    due: Due
    released: dt.datetime | None
    zone: ZoneInfo

    @property
    def key(self) -> str:
        """The same for the same obligation, at any time."""
        return "/".join((self.dataset, self.rule.id, self.period, self.department, self.event))

    @property
    def responsible(self) -> str:
        """The organisation that has to answer for it."""
        return self.rule.responsible or self.department

    def published(self, at: dt.datetime) -> dt.datetime | None:
        """When it was published, as far as it was at that time."""
        return self.released if self.released is not None and self.released <= at else None

    def state(self, at: dt.datetime) -> State:
        """Where it stands at a time."""
        published = self.published(at)
        moment = at if published is None else published
        if self.due.earliest <= moment < self.due.latest:
            return State.UNCERTAIN
        is_over = moment >= self.due.latest
        if published is not None:
            return State.LATE if is_over else State.MET
        if is_over:
            return State.OVERDUE
        return State.DUE_SOON if self.due.earliest - at <= SOON else State.DUE

    def days_overdue(self, at: dt.datetime) -> int:
        """How many days after the due date it is, or was when it was published; 0: it is not overdue."""
        if self.state(at) not in {State.OVERDUE, State.LATE}:
            return 0
        return (local_day(self.published(at) or at, self.zone) - self.due.last_day).days

    def row(self, at: dt.datetime) -> dict[str, str | int | bool | None]:
        """What is said of it at a time: names, dates and counts, nothing that was delivered."""
        published = self.published(at)
        return {
            "dataset": self.dataset,
            "deadline": self.rule.id,
            "period": self.period,
            "department": self.department,
            "responsible": self.responsible,
            "event": self.event,
            "due_date": self.due.last_day.isoformat(),
            "due_date_earliest": self.due.first_day.isoformat(),
            "due": self.due.latest.isoformat(),
            "uncertain": self.due.is_uncertain,
            "state": self.state(at).value,
            "days_overdue": self.days_overdue(at),
            "published": None if published is None else published.isoformat(),
        }


@dataclass(frozen=True)
class OnTime:
    """How a department has kept its deadlines. ``uncertain`` ones are in neither count."""

    department: str
    met: int
    late: int
    overdue: int
    uncertain: int

    @property
    def rate(self) -> float | None:
        """The share that was met, of all whose time is over or that were met before; ``None`` where there are none."""
        judged = self.met + self.late + self.overdue
        return self.met / judged if judged else None

    def row(self) -> dict[str, str | int | float | None]:
        """As a row; the rate to four decimals."""
        return {**vars(self), "rate": None if self.rate is None else round(self.rate, 4)}


def on_time(obligations: Iterable[Obligation], at: dt.datetime) -> list[OnTime]:
    """Per department, how it has kept its deadlines until a time."""
    counts: dict[str, dict[State, int]] = {}
    for obligation in obligations:
        states = counts.setdefault(obligation.department, dict.fromkeys(State, 0))
        states[obligation.state(at)] += 1
    return [
        OnTime(department, *(states[state] for state in (State.MET, State.LATE, State.OVERDUE, State.UNCERTAIN)))
        for department, states in sorted(counts.items())
    ]
