"""``gongkai trace``: where a published figure comes from, and why a row is not published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from typing import Annotated

import typer

from pipelines.cli.context import ANY, Json, Language, described, output, readable_errors
from pipelines.cli.output import EXIT_PROBLEMS, Output
from pipelines.cli.progress import delivery_progress
from pipelines.cli.summaries import verdict_id
from pipelines.core.paths import Workspace
from pipelines.core.records import Verdict
from pipelines.flow import open_installation
from pipelines.flow.tracing import Reason, Trace, Traced
from pipelines.flow.tracing import trace as find
from pipelines.flow.tracing.model import Cell, Handling


def trace(
    dataset: Annotated[str, typer.Argument(help=described("cli-trace-dataset-help"))],
    key: Annotated[list[str], typer.Argument(help=described("cli-trace-key-help"))],
    version: Annotated[str | None, typer.Option("--version", help=described("cli-trace-version-help"))] = None,
    as_of: Annotated[
        dt.datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help=described("cli-trace-as-of-help"))
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help=described("cli-trace-limit-help"))] = 20,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Show the file, sheet and row of published rows. Exit code 1 when no published row has the key."""
    out = output(as_json, language)
    name, _, pinned = dataset.partition("@")
    given = [each for each in (pinned, version, as_of.date() if as_of is not None else None) if each]
    if len(given) > 1:
        raise typer.BadParameter(out.text("trace-version-twice"))
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        with delivery_progress(out, name) as progress:
            found = find(inst, name, key, given[0] if given else None, limit, lambda done: progress(done, done))
        out.json(found.as_dict())
        _show(out, found)
    if not found.rows_published:
        raise typer.Exit(EXIT_PROBLEMS)


def _show(out: Output, found: Trace) -> None:
    if found.version is None:
        out.say("trace-not-released", dataset=found.dataset)
    else:
        out.say("trace-head", dataset=found.dataset, version=found.version.version, snapshot=found.version.snapshot,
                rows=found.rows_published)  # fmt: skip
    _show_rows(out, found.published)
    for deliveries, count in found.untraced.items():
        out.say("trace-untraced", deliveries=deliveries, rows=count)
    _say_rest(out, found.rows_published - len(found.published) - sum(found.untraced.values()))
    if found.rows_unpublished:
        out.say("trace-unpublished", rows=found.rows_unpublished)
    _show_rows(out, found.unpublished)
    _say_rest(out, found.rows_unpublished - len(found.unpublished))
    if not (found.rows_published or found.rows_unpublished):
        out.say("trace-unknown", fields=", ".join(found.fields))
        _show_unsearched(out, found)


def _show_unsearched(out: Output, found: Trace) -> None:
    """Told only where nothing is found: else every rejected file of the dataset would come with each answer."""
    for delivery in found.unsearched:
        reason = out.text(f"trace-unsearched-{delivery.reason.value}", rules=_listed(delivery.rules))
        out.say("trace-unsearched", delivery=delivery.source.delivery, reason=reason)


def _say_rest(out: Output, rows: int) -> None:
    if rows > 0:
        out.say("trace-rest", rows=rows)


def _show_rows(out: Output, rows: Sequence[Traced]) -> None:
    """Rows, and after those that have it in common how they came."""
    for _, together in groupby(rows, key=lambda row: (row.source, row.place.sha256, row.handling, row.segment)):
        shared = list(together)
        for row in shared:
            _show_row(out, row)
        _show_source(out, shared[0])


def _show_row(out: Output, row: Traced) -> None:
    place = [out.text("trace-file", file=row.place.file)]
    if row.place.sheet is not None:
        place.append(out.text("trace-sheet", sheet=row.place.sheet))
    place.append(out.text("cli-row", row=row.place.row))
    if row.place.column is not None:
        place.append(out.text("trace-column", column=row.place.column))
    out.say("trace-place", place=out.text("mark-comma").join(place))
    shown = [_cell_text(out, cell) for cell in row.cells if cell.columns]
    if shown:
        out.say("trace-cells", cells=out.text("mark-comma").join(shown))
    if row.key:
        out.say("trace-key", key=", ".join(f"{name}={value or ''}" for name, value in row.key.items()))
    if row.reason is not None:
        _show_reason(out, row, row.reason)


def _cell_text(out: Output, cell: Cell) -> str:
    places = cell.addresses or [
        out.text("trace-cell-column", column=column, label=label or "-")
        for column, label in zip(cell.columns, cell.labels, strict=True)
    ]
    told = "trace-cell-one-of" if cell.one_of else "trace-cell-filled" if cell.filled else "trace-cell"
    return out.text(told, field=cell.field, cells=", ".join(places))


def _show_source(out: Output, row: Traced) -> None:
    source = row.source
    out.say("trace-delivery", delivery=source.delivery, landed=source.landed, period=source.period,
            organisation=source.organisation)  # fmt: skip
    if row.place.sha256 is not None:
        out.say("trace-sha256", sha256=row.place.sha256)
    if row.place.origin is not None:
        origin = row.place.origin
        out.say("trace-origin", catalog=origin.catalog, catalog_address=origin.catalog_address, dataset=origin.dataset,
                address=origin.address, checksum=origin.checksum or "-", fetched=origin.fetched)  # fmt: skip
    if row.handling is not None:
        _show_handling(out, row.handling)
    if row.segment is not None:
        out.say("trace-segment", segment=row.segment)
    _show_standing(out, row)


def _show_reason(out: Output, row: Traced, reason: Reason) -> None:
    said = out.text(f"trace-{reason.value}", delivery=row.source.delivery, rules=_listed(row.rules),
                    by=row.replaced_by or "-")  # fmt: skip
    out.say("trace-reason", reason=said)


def _show_handling(out: Output, handling: Handling) -> None:
    out.say("trace-layout", layout=handling.layout, format=handling.format, encoding=handling.encoding or "-")
    if handling.unit is not None:
        out.say("trace-unit", unit=handling.unit)
    for scaling in handling.scaling:
        out.say("trace-scaling", unit=scaling.unit, factor=str(scaling.factor), columns=", ".join(scaling.columns))
    if handling.steps:
        steps = ", ".join(f"{name} × {count}" for name, count in handling.steps.items())
        out.say("trace-steps", steps=steps)


def _show_standing(out: Output, row: Traced) -> None:
    if row.held:
        out.say("trace-held", delivery=row.source.delivery)
    if row.newer is not None:
        verdict = verdict_id(Verdict(row.newer.verdict) if row.newer.verdict else None)
        out.say("trace-newer", delivery=row.newer.delivery, verdict=out.text(verdict))


def _listed(rules: tuple[str, ...]) -> str:
    return ", ".join(rules) or "-"
