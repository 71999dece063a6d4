"""The departments' scoreboard: on time, complete, valid, open corrections; a month each.

A month counts what fell due and what was landed in it, as things stood at its end (the current one: as they stand).
Outcomes are opened once, when they are new; after that their figures are added up in the ledger.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from zoneinfo import ZoneInfo

from pipelines.flow.counts import Figures, Landed, Uncounted
from pipelines.flow.deadlines import Obligation, obligations, on_time
from pipelines.flow.installation import Installation
from pipelines.flow.lookups import OUTCOME_FILE, outcome_document
from pipelines.flow.registers.telling import Told
from pipelines.registry import Dataset

#: Outcomes whose figures are remembered in one transaction.
_BATCH = 500


def scoreboard(inst: Installation, dataset: Dataset, at: dt.datetime) -> Told:
    """Rows of this month and of the last one, whose end may not have been seen by a run.

    Raises:
        DamagedOutcome: a stored outcome does not say what was decided.
    """
    del dataset
    count_outcomes(inst)
    zone = ZoneInfo(inst.catalog.descriptor.time_zone)
    names = [name for name, entry in inst.catalog.datasets.items() if entry.descriptor.register_of is None]
    landed = inst.ledger.counts.first_landed(names)
    if landed is None:
        return Told({})
    first = dt.datetime.fromisoformat(landed).astimezone(zone).date().replace(day=1)
    this = at.astimezone(zone).date().replace(day=1)
    last = (this - dt.timedelta(days=1)).replace(day=1)
    months = [month for month in (last, this) if month >= first]
    return Told({f"{month:%Y-%m}": _Month(inst, month, at, zone, names).rows() for month in months})


def count_outcomes(inst: Installation) -> None:
    """Have the ledger know the figures of outcomes that were recorded since the last time."""
    waiting = iter(inst.ledger.counts.uncounted())
    while batch := list(islice(waiting, _BATCH)):
        inst.ledger.counts.count(_figures(inst, batch))


def _figures(inst: Installation, outcomes: Iterable[Uncounted]) -> Iterable[Figures]:
    """Figures of outcomes; the folder of one may have been lost or removed."""
    for outcome in outcomes:
        folder = inst.workspace.outcomes / outcome.folder
        if (folder / OUTCOME_FILE).is_file():
            said = outcome_document(folder)
            yield Figures(outcome, said["rows_accepted"], said["rows_quarantined"])


@dataclass(frozen=True)
class _Month:
    """A month of the scoreboard, told at a time."""

    inst: Installation
    first_day: dt.date
    at: dt.datetime
    zone: ZoneInfo
    datasets: list[str]

    def rows(self) -> list[dict[str, object]]:
        following = (self.first_day + dt.timedelta(days=31)).replace(day=1)
        end = dt.datetime.combine(following, dt.time(), self.zone)
        moment = min(self.at, end)
        due: dict[str, list[Obligation]] = {}
        for entry in obligations(self.inst, moment, due=(self.first_day, following)):
            due.setdefault(entry.responsible, []).append(entry)
        counts, until = self.inst.ledger.counts, _utc(end)
        landed = counts.landed(self.datasets, _utc(dt.datetime.combine(self.first_day, dt.time(), self.zone)), until,
                               _utc(moment))  # fmt: skip
        to_correct = counts.to_correct(self.datasets, until, _utc(moment))
        departments = sorted({*due, *counts.organisations(self.datasets, until)})
        return [
            self._row(name, due.get(name, []), moment, landed.get(name, Landed()), to_correct.get(name, 0))
            for name in departments
        ]

    def _row(self, department: str, owed: list[Obligation], moment: dt.datetime, landed: Landed,
             to_correct: int) -> dict[str, object]:  # fmt: skip
        kept = on_time(owed, moment)
        met, late, overdue, uncertain = (sum(getattr(entry, name) for entry in kept)
                                         for name in ("met", "late", "overdue", "uncertain"))  # fmt: skip
        delivered = landed.rows_accepted + landed.rows_quarantined
        name = self.inst.catalog.organisations.get(department)
        return {
            "department": department,
            "department_name_zh": name.name_zh if name else department,
            "department_name_en": name.name_en if name else department,
            "due": met + late + overdue + uncertain,
            "met": met,
            "late": late,
            "overdue": overdue,
            "uncertain": uncertain,
            "on_time_rate": _share(met, met + late + overdue),
            "completeness_rate": _share(met + late, met + late + overdue),
            "deliveries": landed.deliveries,
            "deliveries_rejected": landed.rejected,
            "rows_delivered": delivered,
            "rows_accepted": landed.rows_accepted,
            "validity_rate": _share(landed.rows_accepted, delivered),
            "open_corrections": to_correct,
        }


def _utc(moment: dt.datetime) -> str:
    """A time as the ledger writes it."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _share(part: int, whole: int) -> str:
    """A share to four decimals; empty of nothing."""
    return f"{part / whole:.4f}" if whole else ""
