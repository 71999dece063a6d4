"""Construction projects, and how far they have come by the end of each month."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import NamedTuple

from pipelines.core.periods import Period, PeriodClass
from pipelines.samples.streams import between, stream

PERIODS = ("2026-01", "2026-02", "2026-03", "2026-04")

#: Stage, and when it is due: as a share of the time between planned start and end (below 0: before the start).
_STAGES = (
    ("approval", -0.5), ("bidding", -0.2), ("land_expropriation", -0.05), ("construction_management", 0.1),
    ("contract_performance", 0.3), ("design_change", 0.45), ("quality_and_safety", 0.6), ("fund_management", 0.8),
    ("construction_progress", 0.95), ("acceptance", 1.0),
)  # fmt: skip


class _Plan(NamedTuple):
    """A row of ``projects.csv``. ``total`` is in 万元, ``start`` a month, ``months`` the time the works take."""

    organisation: str
    prefix: str
    title: str
    description: str
    sector: str
    kind: str
    district: str
    location: str
    function: str
    total: str
    start: str
    months: str


@dataclass(frozen=True)
class Project:
    """A project. Amounts are in yuan; ``pace`` is its works against plan, ``thrift`` its payments against works."""

    id: str
    code: str
    title: str
    description: str
    sector: str
    kind: str
    district: str
    location: str
    function: str
    budget: int
    contract: int
    approved_on: dt.date
    start: dt.date
    end: dt.date
    pace: float
    thrift: float
    modified: bool


@dataclass(frozen=True)
class Milestone:
    """One milestone of a project as of the end of a month."""

    id: str
    stage: str
    due: dt.date
    met: dt.date | None
    status: str


@dataclass(frozen=True)
class Progress:
    """One project as of the end of a month. Shares are in hundredths of a percent, amounts in yuan."""

    project: Project
    status: str
    contract: int
    paid: int
    physical: int
    financial: int
    decrease_reason: str
    milestones: tuple[Milestone, ...]


@cache
def _plans() -> tuple[_Plan, ...]:
    """``projects.csv``: what the departments plan to build."""
    text = (resources.files("pipelines.samples") / "projects.csv").read_text(encoding="utf-8")
    return tuple(_Plan(**row) for row in csv.DictReader(text.splitlines()))


@cache
def projects_of(seed: int, organisation: str) -> tuple[Project, ...]:
    """The projects of one department."""
    plans = [plan for plan in _plans() if plan.organisation == organisation]
    return tuple(_project(seed, count, plan) for count, plan in enumerate(plans, 1))


def _project(seed: int, count: int, plan: _Plan) -> Project:
    random = stream(seed, "project", plan.organisation, count)
    start = dt.date.fromisoformat(f"{plan.start}-01") + dt.timedelta(days=int(between(random, 0, 25)))
    end = start + dt.timedelta(days=int(plan.months) * 30 + int(between(random, 0, 25)))
    approved_on = start - dt.timedelta(days=int((end - start).days * 0.5))
    return Project(
        id=f"YC-{plan.prefix}-{start.year}-{count:03d}",
        code=f"{approved_on:%y%m}-{plan.district}-04-01-{int(random.random() * 10**6):06d}",
        title=plan.title,
        description=plan.description,
        sector=plan.sector,
        kind=plan.kind,
        district=plan.district,
        location=plan.location,
        function=plan.function,
        budget=int(plan.total) * 10_000,
        contract=int(int(plan.total) * between(random, 0.82, 0.96)) * 10_000,
        approved_on=approved_on,
        start=start,
        end=end,
        pace=between(random, 0.82, 1.02),
        # One project in eight is far behind with its payments: the gap that the checks warn about.
        thrift=between(random, 0.45, 0.6) if count % 8 == 3 else between(random, 0.82, 0.98),
        modified=count % 5 == 4,
    )


def progress(seed: int, project: Project, period: str) -> Progress:
    """How far ``project`` has come by the end of month ``period``."""
    month = Period.parse(period, PeriodClass.MONTHLY)
    today = dt.date(month.year, month.index, calendar.monthrange(month.year, month.index)[1])
    done = min(1.0, max(0.0, (today - project.start).days / (project.end - project.start).days * project.pace))
    # Works start slowly, run, and end slowly.
    physical = built = round(10_000 * done * done * (3 - 2 * done))
    reason = ""
    if period == "2026-03" and project.id.endswith("-002"):
        physical, reason = max(0, physical - 700), "监理复核后按实际完成工程量核减"
    contracted = today >= project.start - dt.timedelta(days=60)
    contract = project.contract if contracted else 0
    paid = int(contract * built * project.thrift / 1_000_000) * 100
    status = "preparation" if today < project.start else "completion" if done >= 1 else "implementation"
    financial = round(10_000 * paid / contract) if contract else 0
    milestones = tuple(_milestone(seed, project, count, today) for count in range(1, len(_STAGES) + 1))
    return Progress(project, status, contract, paid, physical, financial, reason, milestones)


def _milestone(seed: int, project: Project, count: int, today: dt.date) -> Milestone:
    stage, share = _STAGES[count - 1]
    random = stream(seed, "milestone", project.code, count)
    due = project.start + dt.timedelta(days=int((project.end - project.start).days * share))
    met = due + dt.timedelta(days=int(between(random, -12, 45)))
    partly = random.random() < 0.2
    if met <= today:
        return Milestone(f"M{count:02d}", stage, due, met, "met")
    if due > today:
        return Milestone(f"M{count:02d}", stage, due, None, "scheduled")
    if partly:
        return Milestone(f"M{count:02d}", stage, due, due, "partiallyMet")
    return Milestone(f"M{count:02d}", stage, due, None, "notMet")
