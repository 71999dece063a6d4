"""``gongkai disclosure``: the negative list, what it bars, and what adjusting it would do."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer

from pipelines.cli.context import ANY, Json, Language, described, output, program, readable_errors
from pipelines.cli.output import Output
from pipelines.core.paths import Workspace
from pipelines.disclose.negative_list import Unlisted, missing, unlisted
from pipelines.flow import open_installation
from pipelines.flow.impact import Impact, assess
from pipelines.flow.installation import local_today
from pipelines.registry.negative_list import NegativeEntry, Scope

app = typer.Typer(help=described("cli-disclosure-help"), no_args_is_help=True)

At = Annotated[dt.datetime | None, typer.Option("--at", formats=["%Y-%m-%d"], help=described("cli-disclosure-at-help"))]


@app.command("list", help=described("cli-disclosure-list-help"))
def list_(at: At = None, as_json: Json = False, language: Language = ANY) -> None:
    """The negative list in force, and what is withheld without being on it."""
    out = output(as_json, language)
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        day = at.date() if at is not None else local_today(inst.catalog)
        entries = inst.negative_list.in_force(day)
        free = unlisted(inst.catalog, inst.negative_list, day)
        gone = missing(inst.catalog, entries)
        due = [(name, field, date) for name, field, date in _review_dates(inst.catalog.datasets) if date <= day]
        due += [(entry.id, None, entry.review_date) for entry in entries if entry.review_date <= day]
        out.json({
            "day": day.isoformat(), "digest": inst.negative_list.digest,
            "entries": [entry.model_dump(mode="json") for entry in entries],
            "unlisted": [vars(entry) for entry in free],
            "missing": [vars(entry) for entry in gone],
            "review_due": [
                {"subject": name, "field": field, "review_date": date.isoformat()} for name, field, date in due
            ],
        })  # fmt: skip
        for entry in entries:
            _show_entry(out, entry)
        for lost in gone:
            kind = "dataset" if lost.field is None else "field"
            out.say(f"cli-disclosure-missing-{kind}", entry=lost.entry, dataset=lost.dataset, field=lost.field or "-")
        for each in free:
            out.say("cli-disclosure-unlisted", place=_place(each))
        for name, field, date in due:
            out.say("cli-disclosure-review-due", place=f"{name}.{field}" if field else name, date=date.isoformat())


@app.command("impact", help=described("cli-disclosure-impact-help"))
def impact(at: At = None, as_json: Json = False, language: Language = ANY) -> None:
    """What the registry's negative list would do to what is published."""
    out = output(as_json, language)
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        today = local_today(inst.catalog)
        found = assess(inst, at.date() if at is not None else today, today)
        out.json({
            "day": found.day.isoformat(), "adjusted": found.is_adjusted,
            "impacts": [_impact(each) for each in found.impacts],
            "unlisted": [vars(each) for each in found.unlisted],
        })  # fmt: skip
        columns = ("cli-dataset", "cli-review-field", "cli-disclosure-entry", "cli-disclosure-consequence",
                   "cli-version", "cli-rows", "cli-periods")  # fmt: skip
        rows = [
            (each.dataset, each.field or "*", each.entry, out.text(f"cli-disclosure-{each.consequence}"),
             each.version or "", each.rows or "", ", ".join(each.periods))
            for each in found.impacts
        ]  # fmt: skip
        if rows:
            out.table(columns, rows, right=("cli-rows",))
        else:
            out.say("cli-disclosure-no-impact-adjusted" if found.is_adjusted else "cli-disclosure-no-impact")
        for free in found.unlisted:
            out.say("cli-disclosure-unlisted", place=_place(free))
        if found.is_adjusted:
            out.say("cli-disclosure-adjusted", program=program())


def _show_entry(out: Output, entry: NegativeEntry) -> None:
    """An entry with a line per dataset: scopes are too long for the cells of a table."""
    out.say("cli-disclosure-item", entry=entry.id, matter=entry.matter.in_language(out.language))
    out.say("cli-disclosure-item-dates", since=entry.valid_from.isoformat(), review=entry.review_date.isoformat(),
            until=entry.valid_to.isoformat() if entry.valid_to is not None else "…")  # fmt: skip
    out.say("cli-disclosure-item-basis", basis=entry.basis)
    for scope in entry.scope:
        out.say("cli-disclosure-item-scope", scope=_scope(scope))


def _review_dates(datasets: Any) -> Any:
    for dataset_id, dataset in sorted(datasets.items()):
        yield dataset_id, None, dataset.descriptor.disclosure.review_date
        for spec in dataset.fields:
            if spec.disclosure.review_date is not None:
                yield dataset_id, spec.name, spec.disclosure.review_date


def _scope(scope: Scope) -> str:
    rows = ", ".join(f"{field} = {' | '.join(values)}" for field, values in scope.when.items())
    return f"{scope.dataset}: {', '.join(scope.fields) or '*'}" + (f" ({rows})" if rows else "")


def _place(entry: Unlisted) -> str:
    return f"{entry.dataset}.{entry.field}" if entry.field else entry.dataset


def _impact(entry: Impact) -> dict[str, Any]:
    return {**vars(entry), "consequence": entry.consequence.value, "periods": list(entry.periods)}
