"""``gongkai rebuild``: what is published, made again from the landed bytes and compared byte for byte."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pipelines.cli.context import ANY, Json, Language, described, log_to_file, output, readable_errors
from pipelines.cli.output import EXIT_PROBLEMS, Output
from pipelines.cli.progress import work_progress
from pipelines.core.paths import Workspace
from pipelines.flow import open_installation
from pipelines.flow.rebuilding import Comparison, Rebuilding, RebuiltSegment, rebuilding


def rebuild(
    datasets: Annotated[list[str] | None, typer.Argument(help=described("cli-rebuild-datasets-help"))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=described("cli-rebuild-dry-run-help"))] = False,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Make published segments again; put back missing and damaged ones. Exit code 1 where something is not as it was
    published."""
    out = output(as_json, language)
    workspace = Workspace.default()
    with readable_errors(out), open_installation(workspace) as inst, rebuilding(inst, datasets or ()) as job:
        log_to_file(workspace)
        with work_progress(out, len(job.steps)) as progress:
            for step in job.steps:
                rows = progress.begin(f"{step.work.dataset} {step.work.period}")
                job.take(step, dry_run=dry_run, progress=rows)
                progress.end()
        _show(out, job, dry_run)
        if not job.sound:
            raise typer.Exit(EXIT_PROBLEMS)


def _show(out: Output, job: Rebuilding, dry_run: bool) -> None:
    out.json(
        {
            "dry_run": dry_run,
            "segments": [_as_json(segment) for segment in job.segments],
            "problems": [{"dataset": each.dataset, "message": each.message.as_dict()} for each in job.troubles],
        }
    )
    by_dataset: dict[str, list[RebuiltSegment]] = {}
    for segment in job.segments:
        by_dataset.setdefault(segment.dataset, []).append(segment)
    columns = ["cli-dataset", *map(_comparison_id, Comparison), "cli-rebuild-damaged", "cli-rebuild-restored"]
    rows = [
        (
            dataset,
            *(sum(segment.comparison is comparison for segment in group) for comparison in Comparison),
            sum(len(segment.damaged) for segment in group),
            sum(len(segment.restored) for segment in group),
        )
        for dataset, group in by_dataset.items()
    ]
    out.table(columns, rows, right=columns[1:])
    for segment in job.segments:
        _explain(out, segment)
    for each in job.troubles:
        out.say("cli-rebuild-trouble", dataset=each.dataset, reason=out.of(each.message))
    if job.sound:
        out.say("cli-rebuild-sound")


def _as_json(segment: RebuiltSegment) -> dict[str, Any]:
    return {
        "dataset": segment.dataset,
        "period": segment.period,
        "version": segment.version,
        "comparison": segment.comparison.value,
        "reasons": [reason.as_dict() for reason in segment.reasons],
        "damaged": list(segment.damaged),
        "restored": list(segment.restored),
    }


def _explain(out: Output, segment: RebuiltSegment) -> None:
    """What is not as it was published, and why."""
    if segment.sound and not segment.damaged:
        return
    comparison = out.text(_comparison_id(segment.comparison))
    out.say("cli-rebuild-segment", dataset=segment.dataset, period=segment.period, version=segment.version,
            comparison=comparison)  # fmt: skip
    for reason in segment.reasons if not out.as_json else ():
        out.console.print(f"  {out.of(reason)}", soft_wrap=True)
    for path in segment.damaged:
        out.say("cli-rebuild-file", path=path, restored=str(path in segment.restored).lower())


def _comparison_id(comparison: Comparison) -> str:
    return f"cli-rebuild-{comparison.value.replace('_', '-')}"
