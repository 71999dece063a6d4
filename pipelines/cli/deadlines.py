"""``gongkai deadlines``: what is owed until when, what is overdue, and telling those who have to answer for it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from pipelines.cli.context import ANY, Json, Language, described, log_to_file, output, readable_errors
from pipelines.cli.output import EXIT_PROBLEMS, Output
from pipelines.core.paths import Workspace
from pipelines.flow import Installation, open_installation
from pipelines.registry.calendars import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from pipelines.flow.deadlines import Obligation, OnTime
    from pipelines.flow.escalation import Escalated, Waiting

app = typer.Typer(invoke_without_command=True, pretty_exceptions_enable=False)

At = Annotated[str | None, typer.Option("--at", help=described("cli-deadlines-at-help"), metavar="TIME")]
Datasets = Annotated[list[str] | None, typer.Option("--dataset", help=described("cli-deadlines-dataset-help"))]
Departments = Annotated[list[str] | None, typer.Option("--department", help=described("cli-deadlines-department-help"))]
Overdue = Annotated[bool, typer.Option("--overdue", help=described("cli-deadlines-overdue-help"))]
All = Annotated[bool, typer.Option("--all", help=described("cli-deadlines-all-help"))]


@app.callback()
def deadlines(
    context: typer.Context,
    at: At = None,
    overdue: Overdue = False,
    show_all: All = False,
    datasets: Datasets = None,
    departments: Departments = None,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Show deadlines. Exit code 1 when something is overdue."""
    if context.invoked_subcommand is not None:
        if any((at, overdue, show_all, datasets, departments, as_json, language)):
            raise typer.BadParameter(described("cli-deadlines-misplaced"))
        return
    from pipelines.flow.deadlines import State, obligations, on_time
    from pipelines.flow.escalation import failed_before

    out = output(as_json, language)
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        for dataset in datasets or []:
            inst.catalog.dataset(dataset)
        for department in departments or []:
            if department not in inst.catalog.organisations:
                raise typer.BadParameter(out.text("cli-deadlines-department-unknown", department=department))
        moment = _moment(out, inst, at)
        found = [
            entry
            for entry in obligations(inst, moment, datasets, open_only=overdue)
            if (not departments or entry.department in departments)
            and (not overdue or entry.state(moment) is State.OVERDUE)
        ]
        rates = [] if overdue else on_time(found, moment)
        waiting = failed_before(inst)
        _show(out, inst, moment, found, rates, waiting, show_all=show_all or overdue)
    if any(entry.state(moment) is State.OVERDUE for entry in found):
        raise typer.Exit(EXIT_PROBLEMS)


def _show(out: Output, inst: Installation, at: dt.datetime, found: Sequence[Obligation], rates: Sequence[OnTime],
          waiting: Sequence[Waiting], *, show_all: bool) -> None:  # fmt: skip
    from pipelines.flow.deadlines import State

    states = Counter(entry.state(at) for entry in found)
    out.json({
        "at": at.isoformat(),
        "states": {state.value: states[state] for state in State},
        "deadlines": [entry.row(at) for entry in found],
        "on_time": [rate.row() for rate in rates],
        "waiting": [_waiting_row(entry) for entry in waiting],
    })  # fmt: skip
    if not any(dataset.descriptor.deadlines for dataset in inst.catalog.datasets.values()):
        out.say("cli-deadlines-none")
        return
    shown = [entry for entry in found if show_all or entry.state(at) not in {State.MET, State.LATE, State.DUE}]
    _table(out, at, shown)
    if rates:
        counted = ("met", "late", "overdue", "uncertain")
        columns = ["cli-deadlines-department", *(f"cli-deadlines-{name}" for name in (*counted, "rate"))]
        rows = [(rate.department, *(getattr(rate, name) for name in counted), _percent(rate.rate)) for rate in rates]
        out.table(columns, rows, right=columns[1:])
    out.say("cli-deadlines-summary", at=at.isoformat(timespec="minutes"),
            **{state.value: states[state] for state in State})  # fmt: skip
    for entry in waiting:
        if entry.failure is not None:
            out.say("cli-deadlines-waiting", way=entry.way, receiver=entry.receiver, tries=entry.tries,
                    reason=out.of(entry.failure))  # fmt: skip


def _table(out: Output, at: dt.datetime, shown: Sequence[Obligation]) -> None:
    rows = []
    for entry in sorted(shown, key=lambda entry: (entry.due, entry.key)):
        due = entry.due.last_day.isoformat()
        if entry.due.is_uncertain:
            due = f"{entry.due.first_day.isoformat()} – {due}"
        rows.append((entry.dataset, entry.rule.subject.in_language(out.language), entry.period, entry.department,
                     entry.event, due, out.text(f"cli-deadlines-state-{entry.state(at).value.replace('_', '-')}"),
                     entry.days_overdue(at) or "", entry.responsible))  # fmt: skip
    if rows:
        out.table(
            ("cli-dataset", "cli-deadlines-subject", "cli-period", "cli-deadlines-department", "cli-deadlines-event",
             "cli-deadlines-due", "cli-deadlines-state", "cli-deadlines-days", "cli-deadlines-responsible"),
            rows, right=("cli-deadlines-days",),
        )  # fmt: skip


@app.command("escalate", help=described("cli-escalate-help"))
def escalate(
    at: At = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=described("cli-escalate-dry-run-help"))] = False,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Tell those who have to answer for what is overdue. Exit code 1 when somebody could not be told."""
    from pipelines.flow import escalation

    out = output(as_json, language)
    if at is not None and not dry_run:
        # At another time, people would be told what is not so, and not be told of it again when it is.
        raise typer.BadParameter(out.text("cli-escalate-at-now"))
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        moment = _moment(out, inst, at)
        if inst.catalog.escalation is None:
            out.json({"messages": []})
            out.say("cli-escalate-off")
            return
        log_to_file(inst.workspace)
        results: Sequence[Escalated | Waiting]
        results = escalation.to_escalate(inst, moment) if dry_run else escalation.escalate(inst, moment)
        failed = _show_messages(out, results, dry_run=dry_run)
    if failed:
        raise typer.Exit(EXIT_PROBLEMS)


def _show_messages(out: Output, results: Sequence[Escalated | Waiting], *, dry_run: bool) -> int:
    """Print what became of messages; give how many could not be handed over."""
    from pipelines.flow.escalation import Escalated

    failures = [entry for entry in results if isinstance(entry, Escalated) and entry.message is not None]
    out.json({"messages": [_message_row(entry) for entry in results]})
    outcome = "cli-escalate-would" if dry_run else "cli-escalate-told"
    out.table(
        ("cli-escalate-way", "cli-escalate-receiver", "cli-escalate-entries", "cli-escalate-outcome"),
        [(entry.way, entry.receiver, len(entry.notice.entries),
          out.text("cli-escalate-failed" if entry in failures else outcome)) for entry in results],
        right=("cli-escalate-entries",),
    )  # fmt: skip
    for entry in failures:
        if entry.message is not None and entry.remedy is not None and not out.as_json:
            out.error(f"{entry.way} {entry.receiver}: {out.of(entry.message)}")
            out.error(f"  → {out.of(entry.remedy)}")
    out.say("cli-escalate-summary", messages=len(results), failed=len(failures))
    return len(failures)


def _message_row(entry: Escalated | Waiting) -> dict[str, Any]:
    from pipelines.flow.escalation import Escalated

    told = isinstance(entry, Escalated)
    message = entry.message if isinstance(entry, Escalated) else entry.failure
    return {
        "id": entry.notice.id,
        "way": entry.way,
        "receiver": entry.receiver,
        "told": told and message is None,
        "failure": message.as_dict() if message is not None else None,
        "entries": [vars(item) for item in entry.notice.entries],
    }


def _waiting_row(entry: Waiting) -> dict[str, Any]:
    failure = entry.failure.as_dict() if entry.failure is not None else None
    return {
        "id": entry.notice.id,
        "way": entry.way,
        "receiver": entry.receiver,
        "tries": entry.tries,
        "failure": failure,
    }


def _moment(out: Output, inst: Installation, text: str | None) -> dt.datetime:
    """The time that is asked for, by the catalog's clock where it names no other; a day stands for its last second.

    Raises:
        typer.BadParameter: when it is neither, or in a year that calendars know nothing of.
    """
    zone = ZoneInfo(inst.catalog.descriptor.time_zone)
    if text is None:
        return dt.datetime.now(zone)
    try:
        if len(text) <= len("2026-03-31"):
            moment = dt.datetime.combine(dt.date.fromisoformat(text), dt.time(23, 59, 59), zone)
        else:
            moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(out.text("cli-deadlines-at-wrong")) from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise typer.BadParameter(out.text("cli-deadlines-at-year", first=FIRST_YEAR, last=LAST_YEAR))
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _percent(rate: float | None) -> str:
    return "" if rate is None else f"{rate:.1%}"
