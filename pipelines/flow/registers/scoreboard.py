"""The departments' scoreboard: on time, complete, valid, open corrections; a month each.

A month counts what fell due and what was landed in it, as things stood at its end (the current one: as they stand).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pipelines.core.records import Verdict
from pipelines.flow.deadlines import Obligation, obligations, on_time
from pipelines.flow.installation import Installation
from pipelines.flow.lookups import stored_outcome
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
    first = min(entry.landed for entry in known).replace(day=1)
    return {f"{month:%Y-%m}": _month(inst, month, at, zone, known) for month in (last, this) if month >= first}


@dataclass(frozen=True)
class _Landed:
    """A delivery that departments made: the day it was landed, and whether no newer one has taken its place."""

    landed: dt.date
    organisation: str
    dataset: str
    delivery: str
    is_newest: bool


def _landed(inst: Installation, zone: ZoneInfo) -> Iterator[_Landed]:
    seen: set[tuple[str, str, str]] = set()
    for entry in inst.ledger.deliveries():
        dataset = inst.catalog.datasets.get(entry.key.dataset)
        if dataset is None or dataset.descriptor.register_of is not None:
            continue
        place = (entry.key.dataset, entry.key.period, entry.key.organisation)
        day = dt.datetime.fromisoformat(entry.landed).astimezone(zone).date()
        # Newest first.
        yield _Landed(day, entry.key.organisation, entry.key.dataset, entry.id, place not in seen)
        seen.add(place)


def _month(inst: Installation, month: dt.date, at: dt.datetime, zone: ZoneInfo,
           known: list[_Landed]) -> list[dict[str, object]]:  # fmt: skip
    following = (month + dt.timedelta(days=31)).replace(day=1)
    moment = min(at, dt.datetime.combine(following, dt.time(), zone))
    due: dict[str, list[Obligation]] = {}
    for entry in obligations(inst, moment):
        if month <= entry.due.last_day < following:
            due.setdefault(entry.responsible, []).append(entry)
    landed = [entry for entry in known if month <= entry.landed < following]
    open_now = [entry for entry in known if entry.is_newest and entry.landed < following]
    departments = sorted({*due, *(entry.organisation for entry in landed), *(e.organisation for e in open_now)})
    return [
        _row(inst, department, due.get(department, []), moment,
             [entry for entry in landed if entry.organisation == department],
             [entry for entry in open_now if entry.organisation == department])
        for department in departments
    ]  # fmt: skip


def _row(inst: Installation, department: str, owed: list[Obligation], moment: dt.datetime, landed: list[_Landed],
         newest: list[_Landed]) -> dict[str, object]:  # fmt: skip
    kept = on_time(owed, moment)
    met, late, overdue, uncertain = (sum(getattr(entry, name) for entry in kept)
                                     for name in ("met", "late", "overdue", "uncertain"))  # fmt: skip
    results = [result for entry in landed if (result := _result(inst, entry)) is not None]
    delivered = sum(result.rows_accepted + result.rows_quarantined for result in results)
    accepted = sum(result.rows_accepted for result in results)
    standing = [result for entry in newest if (result := _result(inst, entry)) is not None]
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
        "open_corrections": sum(result.verdict is not Verdict.ACCEPTED for result in standing),
    }


def _result(inst: Installation, entry: _Landed) -> DeliveryResult | None:
    """The delivery's outcome; ``None`` while it has none."""
    stored = stored_outcome(inst, entry.dataset, entry.delivery)
    return None if stored is None else load_result(inst, stored)


def _share(part: int, whole: int) -> str:
    """A share to four decimals; empty of nothing."""
    return f"{part / whole:.4f}" if whole else ""
