"""The whole inbox of the sample city, delivery by delivery."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pipelines.samples import budgets, projects, subsidies
from pipelines.samples.budget_files import write_budget
from pipelines.samples.flaws import Flaw, FlawKind, flaw_of
from pipelines.samples.ledger import ExpectedDelivery, SampleLedger
from pipelines.samples.project_files import DEPARTMENTS, paid_sum, write_projects
from pipelines.samples.registers import Register, RegisterDelivery, registers
from pipelines.samples.subsidy_files import write_subsidies

#: Called with the deliveries written so far and their number.
Progress = Callable[[int, int], None]

_BUDGET, _PROJECT, _SUBSIDY = "department_budget", "project_progress", "subsidy_distribution"
#: What a department might call its folder on a hurried afternoon.
_MISNAMED = "project_progres"


@dataclass(frozen=True)
class _Planned:
    dataset: str
    period: str
    organisation: str
    drawn: tuple[Register, RegisterDelivery] | None = None


@dataclass(frozen=True)
class _Written:
    amount_field: str | None
    rows: int
    amount: Decimal
    faulty: int = 0


def generate(into: Path, seed: int, scale: float, progress: Progress | None = None) -> SampleLedger:
    """Write the sample city's deliveries: ``<into>/<organisation>/<dataset>/<period>/<files>``.

    The same seed and scale give the same bytes. Budgets, projects and registers are those of one city whatever the
    scale; subsidy payments grow with it (6,200 at scale 1) and are written row by row.

    Args:
        into: The inbox; created when absent, files of the same name are replaced.
        seed: Chooses the city.
        scale: Subsidy payments relative to 6,200; more than 0.
        progress: Told after every delivery.

    Returns:
        What the deliveries must come to. It is not written into the inbox.

    Raises:
        ValueError: when ``scale`` is not a positive number.
    """
    if not 0 < scale < float("inf"):
        raise ValueError(f"scale is {scale}, expected a positive number")
    planned = sorted(_plan(), key=lambda each: (each.dataset, each.period, each.organisation))
    entries = []
    for count, each in enumerate(planned, 1):
        flaw = flaw_of(each.dataset, each.period, each.organisation)
        entries.append(_expected(each, flaw, _write(into, each, flaw, seed, scale)))
        if progress is not None:
            progress(count, len(planned))
    return SampleLedger(seed, scale, tuple(entries))


def _plan() -> Iterator[_Planned]:
    for period in budgets.PERIODS:
        for organisation in (*budgets.BOOKS, *budgets.EXPORTS):
            yield _Planned(_BUDGET, period, organisation)
    for period in projects.PERIODS:
        for organisation in DEPARTMENTS:
            yield _Planned(_PROJECT, period, organisation)
    for period in subsidies.PERIODS:
        for organisation in subsidies.PAYERS:
            yield _Planned(_SUBSIDY, period, organisation)
    for register in registers():
        for each in register.deliveries:
            yield _Planned(register.dataset, each.period, each.organisation, (register, each))


def _write(into: Path, each: _Planned, flaw: Flaw | None, seed: int, scale: float) -> _Written:
    kind = flaw.kind if flaw else None
    name = _MISNAMED if kind is FlawKind.MISNAMED_FOLDER else each.dataset
    folder = into / each.organisation / name / each.period
    if each.drawn is not None:
        register, delivery = each.drawn
        made = register.write(folder, seed, delivery)
        return _Written(register.amount.field if register.amount else None, made.rows, made.amount, made.faulty)
    if each.dataset == _BUDGET:
        lines = write_budget(folder, seed, each.organisation, each.period, kind)
        return _Written("amount", len(lines), Decimal(sum(line.amount for line in lines) * 100))
    if each.dataset == _PROJECT:
        reports = write_projects(folder, seed, each.organisation, each.period, kind)
        return _Written("paid_amount", sum(len(report.milestones) for report in reports), paid_sum(reports))
    total = write_subsidies(folder, seed, each.organisation, each.period, scale=scale, flaw=kind)
    return _Written("disbursed_amount", total.rows, total.amount, total.faulty)


def _expected(each: _Planned, flaw: Flaw | None, written: _Written) -> ExpectedDelivery:
    verdict = flaw.verdict if flaw else "accepted"
    published = verdict in {"accepted", "partly_accepted"}
    return ExpectedDelivery(
        dataset=each.dataset,
        period=each.period,
        organisation=each.organisation,
        verdict=verdict,
        rows=written.rows if published else 0,
        amount_field=written.amount_field,
        amount=written.amount if published else Decimal(0),
        rows_quarantined=written.faulty,
        flaw=flaw.kind.value if flaw else None,
        rule=flaw.rule if flaw else None,
    )
