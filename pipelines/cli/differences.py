"""``gongkai diff``: what separates two versions of a dataset, in the terminal or as a file."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.catalog import open_workspace_catalog
from pipelines.cli.context import ANY, Json, Language, described, output, readable_errors
from pipelines.cli.output import Output, default_language
from pipelines.cli.progress import row_progress, work_progress
from pipelines.core.messages import translate
from pipelines.core.paths import Workspace
from pipelines.publish.diff import FORMATS, FieldChanges, Form, PeriodChanges, VersionDiff, write_diff


def _checked(target: Path | None) -> Path | None:
    if target is not None and target.suffix.lower() not in FORMATS:
        raise typer.BadParameter(translate("cli-diff-suffix", default_language(), suffixes=", ".join(sorted(FORMATS))))
    return target


def diff(
    dataset: Annotated[str, typer.Argument(help=described("cli-dataset-help"))],
    old: Annotated[str | None, typer.Argument(metavar="A", help=described("cli-diff-old-help"))] = None,
    new: Annotated[str | None, typer.Argument(metavar="B", help=described("cli-diff-new-help"))] = None,
    target: Annotated[Path | None, typer.Option("--to", help=described("cli-diff-to-help"), callback=_checked)] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help=described("cli-diff-limit-help"))] = 20,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Show or write the rows that were added, removed and changed between two versions."""
    out = output(as_json, language)
    with readable_errors(out), open_workspace_catalog(Workspace.default()) as catalog:
        found = catalog.diff(dataset, old, new)
        counts = _counted(out, found) if target is None else _written(out, found, target)
        rows = list(itertools.islice(_rows(found), limit + 1)) if target is None and counts else []
        out.json({
            "dataset": found.dataset,
            "from": found.old,
            "to": found.new,
            "fields": found.fields.as_dict(),
            "periods": [entry.as_dict() for entry in counts],
            **({"changes": rows[:limit]} if target is None else {"path": str(target)}),
        })  # fmt: skip
        _show(out, found, counts)
        _show_rows(out, rows[:limit])
        if len(rows) > limit:
            out.error(out.text("cli-diff-cut", limit=limit))
        if target is not None:
            out.say("cli-diff-written", path=str(target))


def _counted(out: Output, found: VersionDiff) -> tuple[PeriodChanges, ...]:
    counts, counting = [], found.counts()
    with work_progress(out, len(found.periods)) as progress:
        for period in found.periods:
            progress.begin(period.period)
            counts.append(next(counting))
            progress.end()
    return tuple(entry for entry in counts if entry.any)


def _written(out: Output, found: VersionDiff, target: Path) -> tuple[PeriodChanges, ...]:
    with row_progress(out, str(target)) as advance:
        return write_diff(found, target, lambda _, rows: advance(rows))


def _rows(found: VersionDiff) -> Iterator[dict[str, Any]]:
    for batch in found.batches(Form.JSON):
        yield from map(json.loads, batch.column(0).to_pylist())


def _show(out: Output, found: VersionDiff, counts: Sequence[PeriodChanges]) -> None:
    out.say("cli-diff-head", dataset=found.dataset, old=found.old, new=found.new)
    _show_fields(out, found.fields)
    if not counts:
        out.say("cli-diff-none")
        return
    columns = ["cli-period", "cli-diff-added", "cli-diff-removed", "cli-diff-changed"]
    rows = [(entry.period, entry.added, entry.removed, entry.changed) for entry in counts]
    out.table(columns, rows, right=columns[1:])


def _show_fields(out: Output, fields: FieldChanges) -> None:
    if fields.added:
        out.say("cli-diff-fields-added", fields=", ".join(fields.added))
    if fields.removed:
        out.say("cli-diff-fields-removed", fields=", ".join(fields.removed))
    for entry in fields.retyped:
        message = "cli-diff-retyped" if entry.compared else "cli-diff-retyped-apart"
        out.say(message, field=entry.name, old=entry.old, new=entry.new)
    if fields.redefined:
        out.say("cli-diff-redefined", fields=", ".join(fields.redefined))
    if fields.old_key != fields.new_key:
        out.say("cli-diff-key", old=", ".join(fields.old_key) or "-", new=", ".join(fields.new_key) or "-")
    if not fields.key:
        out.say("cli-diff-no-key")


def _show_rows(out: Output, rows: Sequence[Mapping[str, Any]]) -> None:
    """One line for each field that has changed, or for a row that was added or removed."""
    lines = []
    for row in rows:
        old, new = row.get("old"), row.get("new")
        head = (row["period"], out.text(f"cli-diff-{row['change']}"), _members(row.get("key", {})))
        if old is not None and new is not None:
            lines += [(*head, name, old[name], new[name]) for name in new]
        else:
            lines.append((*head, "", _members(old), _members(new)))
    columns = ["cli-period", "cli-diff-change", "cli-diff-row", "cli-validate-field", "cli-diff-old", "cli-diff-new"]
    if lines:
        out.table(columns, lines)


def _members(values: Mapping[str, Any] | None) -> str:
    return ", ".join(f"{name}={value}" for name, value in (values or {}).items() if value is not None)
