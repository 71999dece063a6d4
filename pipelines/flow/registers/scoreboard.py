"""The departments' scoreboard: on time, complete, valid, open corrections; a month each.

A month counts what fell due and what was landed in it, as things stood at its end (the current one: as they stand).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pipelines.core.records import DeliveryKey, Verdict
from pipelines.flow.deadlines import Obligation, obligations, on_time
from pipelines.flow.installation import Installation
from pipelines.flow.lookups import is_stored
from pipelines.flow.outcomes import load_result
from pipelines.flow.results import DeliveryResult
from pipelines.registry import Dataset


def scoreboard(inst: Installation, dataset: Dataset, at: dt.datetime) -> Mapping[str, list[dict[str, object]]]:
    """Rows of this month and of the last one, whose end may not have been seen by a run."""
    del dataset
    zone = ZoneInfo(inst.catalog.descriptor.time_zone)
    this = at.astimezone(zone).date().replace(day=1)
    last = (this - dt.timedelta(days=1)).replace(day=1)
    known = list(_landed(inst, zone))
    if not known:
        return {}
    first = min(entry.day for entry in known).replace(day=1)
    return {f"{month:%Y-%m}": _month(inst, month, at, zone, known) for month in (last, this) if month >= first}


@dataclass(frozen=True)
class _Landed:
    """A delivery that a department made: its place, and the day it was landed."""

    day: dt.date
    key: DeliveryKey
    delivery: str


def _landed(inst: Installation, zone: ZoneInfo) -> Iterator[_Landed]:
    """Deliveries of departments, newest first."""
    for entry in inst.ledger.deliveries():
        dataset = inst.catalog.datasets.get(entry.key.dataset)
        if dataset is not None and dataset.descriptor.register_of is None:
            yield _Landed(dt.datetime.fromisoformat(entry.landed).astimezone(zone).date(), entry.key, entry.id)


def _month(inst: Installation, month: dt.date, at: dt.datetime, zone: ZoneInfo,
           known: list[_Landed]) -> list[dict[str, object]]:  # fmt: skip
    following = (month + dt.timedelta(days=31)).replace(day=1)
    moment = min(at, dt.datetime.combine(following, dt.time(), zone))
    due: dict[str, list[Obligation]] = {}
    for entry in obligations(inst, moment):
        if month <= entry.due.last_day < following:
            due.setdefault(entry.responsible, []).append(entry)
    until = [entry for entry in known if entry.day < following]
    newest = {entry.key: entry for entry in reversed(until)}.values()
    departments = sorted({*due, *(entry.key.organisation for entry in until)})
    return [
        _row(inst, department, due.get(department, []), moment,
             [entry for entry in until if entry.key.organisation == department and entry.day >= month],
             [entry for entry in newest if entry.key.organisation == department])
        for department in departments
    ]  # fmt: skip


def _row(inst: Installation, department: str, owed: list[Obligation], moment: dt.datetime, landed: list[_Landed],
         newest: list[_Landed]) -> dict[str, object]:  # fmt: skip
    kept = on_time(owed, moment)
    met, late, overdue, uncertain = (sum(getattr(entry, name) for entry in kept)
                                     for name in ("met", "late", "overdue", "uncertain"))  # fmt: skip
    results = _results(inst, landed, moment)
    delivered = sum(result.rows_accepted + result.rows_quarantined for result in results)
    accepted = sum(result.rows_accepted for result in results)
    name = inst.catalog.organisations.get(department)
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
        "deliveries": len(results),
        "deliveries_rejected": sum(result.verdict is Verdict.REJECTED for result in results),
        "rows_delivered": delivered,
        "rows_accepted": accepted,
        "validity_rate": _share(accepted, delivered),
        "open_corrections": sum(entry.verdict is not Verdict.ACCEPTED for entry in _results(inst, newest, moment)),
    }


def _results(inst: Installation, landed: list[_Landed], moment: dt.datetime) -> list[DeliveryResult]:
    """What stood decided about deliveries at a time; those without an outcome then are left out."""
    time = moment.astimezone(dt.UTC).isoformat(timespec="microseconds")
    stored = (inst.ledger.outcome_at(entry.delivery, time) for entry in landed)
    return [load_result(inst, outcome) for outcome in stored if outcome is not None and is_stored(inst, outcome)]


def _share(part: int, whole: int) -> str:
    """A share to four decimals; empty of nothing."""
    return f"{part / whole:.4f}" if whole else ""
