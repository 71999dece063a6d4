"""``gongkai run`` and ``gongkai ui``: the main job in a terminal, and the Dagster UI over the same state."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from traceback import format_tb
from typing import Annotated, Any

import typer

from pipelines.cli.context import ANY, Json, Language, described, log_to_file, output, program, readable_errors
from pipelines.cli.downloads import downloads_row, show_failed_downloads
from pipelines.cli.output import EXIT_PROBLEMS, EXIT_UNFINISHED, Output
from pipelines.cli.portal import portal_row, show_failed_pages
from pipelines.cli.progress import dataset_steps_progress, work_progress
from pipelines.cli.summaries import delivery_row, show_deliveries, show_held, show_unplaced, show_versions, show_waiting
from pipelines.core.errors import GongkaiError, InvalidPeriod
from pipelines.core.messages import Message
from pipelines.core.paths import Workspace
from pipelines.core.periods import is_period
from pipelines.core.records import Verdict
from pipelines.flow import (
    Derived,
    Installation,
    PeriodResult,
    ReleaseResult,
    Work,
    in_order,
    open_installation,
    pending,
    process,
    refresh_derived,
    release,
    require_catalog,
)
from pipelines.flow.registers import try_registers
from pipelines.ingest import Unplaced, scan_inbox
from pipelines.registry import Catalog

_logger = logging.getLogger(__name__)

Datasets = Annotated[list[str] | None, typer.Argument(help=described("cli-run-datasets-help"))]
Period = Annotated[str | None, typer.Option("--period", help=described("cli-run-period-help"))]
Strict = Annotated[bool, typer.Option("--strict", help=described("cli-run-strict-help"))]


@dataclass(frozen=True)
class _Run:
    """What a run did."""

    results: tuple[PeriodResult, ...]
    release: ReleaseResult
    unplaced: tuple[Unplaced, ...]
    unfinished: tuple[str, ...]
    """Deliveries, or datasets and periods, that memory did not suffice for."""
    refused: Mapping[Work, Message]
    """Datasets and periods that could not be brought up to date, and why."""
    registers: Message | None
    """Why registers could not be told."""
    derived: Derived
    """Files for download and pages that were made and could not be; rules that metadata do not keep (the earlier ones
    stay)."""


def run(
    datasets: Datasets = None,
    period: Period = None,
    strict: Strict = False,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Land, validate, clear, publish and release whatever is new."""
    out = output(as_json, language)
    workspace = Workspace.default()
    with readable_errors(out), open_installation(workspace) as inst:
        log_to_file(workspace)
        done = _run(inst, out, datasets or [], period)
        _show(out, inst, done)
    if done.unfinished or done.refused or done.registers or done.derived.downloads.failed or done.derived.portal.failed:
        raise typer.Exit(EXIT_UNFINISHED)
    rejected = any(result.verdict is Verdict.REJECTED for period_result in done.results
                   for result in period_result.processed)  # fmt: skip
    if strict and (rejected or done.unplaced):
        raise typer.Exit(EXIT_PROBLEMS)


def _run(inst: Installation, out: Output, datasets: list[str], period: str | None) -> _Run:
    require_catalog(inst)
    require_known(inst.catalog, datasets, period)
    scan = scan_inbox(inst.workspace, inst.catalog)
    works = [
        work
        for work in pending(inst, scan)
        if (not datasets or work.dataset in datasets) and (period is None or work.period == period)
    ]
    unfinished: list[str] = []
    refused: dict[Work, Message] = {}
    results = _processed(inst, out, works, unfinished, refused)
    released = release(inst)
    registers = try_registers(inst, dt.datetime.now(dt.UTC))
    if registers.works:
        results += _processed(inst, out, registers.works, unfinished, refused)
        released = released.followed_by(release(inst))
    with dataset_steps_progress(out) as step:
        derived = refresh_derived(inst, step(out.text("cli-downloads-progress")), step(out.text("cli-portal-progress")))
    _tell_dagster(inst, out, results, released, refused, registers.failure)
    unplaced = (*scan.unplaced, *(entry for result in results for entry in result.not_landed))
    unfinished += [delivery for result in results for delivery in result.unfinished]
    return _Run(tuple(results), released, unplaced, tuple(unfinished), refused, registers.failure,
                derived)  # fmt: skip


def _processed(inst: Installation, out: Output, works: Collection[Work], unfinished: list[str],
               refused: dict[Work, Message]) -> list[PeriodResult]:  # fmt: skip
    """Process datasets and periods; what memory did not suffice for, and what could not be done, is added to both."""
    results: list[PeriodResult] = []
    with work_progress(out, len(works)) as progress:
        for work in works:
            try:
                results.append(process(inst, work, progress.begin(f"{work.dataset} {work.period}")))
            except MemoryError:
                # One that does not fit into memory keeps no other from being published.
                unfinished.append(f"{work.dataset} {work.period}")
            except GongkaiError as problem:
                refused[work] = problem.message
            progress.end()
    return results


def require_known(catalog: Catalog, datasets: list[str], period: str | None) -> None:
    """Refuse datasets that cannot be used, and periods that none of them has."""
    chosen = [catalog.dataset(dataset) for dataset in datasets] or list(catalog.datasets.values())
    classes = {dataset.period_class for dataset in chosen}
    if period is not None and not any(is_period(period, kind) for kind in classes):
        raise InvalidPeriod(period, " / ".join(sorted(kind.value for kind in classes)))


def _tell_dagster(inst: Installation, out: Output, results: list[PeriodResult], released: ReleaseResult,
                  refused: Collection[Work], registers: Message | None) -> None:  # fmt: skip
    """Show in Dagster what this run did, and what an earlier run that was killed did not come to show."""
    known = {*(result.work for result in results), *refused}
    forgotten = [work for work in in_order(inst, inst.ledger.unreported()) if work not in known]
    if not results and not forgotten and not released.versions and not released.withdrawn and registers is None:
        return
    from pipelines.orchestration.reporting import report_run

    try:
        shown = [*results, *(process(inst, work) for work in forgotten)]
        report_run(inst.workspace, inst.catalog, shown, released, registers)
    except Exception as problem:
        # The catalog is released by now, and its truth lies outside Dagster: the next run shows what is missing.
        _logger.error("reporting to Dagster: %s\n%s", type(problem).__name__, "".join(format_tb(problem.__traceback__)))
        out.error(out.text("cli-dagster-failed", reason=type(problem).__name__))
        return
    inst.ledger.mark_reported([result.work for result in shown])


def _show(out: Output, inst: Installation, done: _Run) -> None:
    processed = [result for period_result in done.results for result in period_result.processed]
    catalog = f"{inst.store.address}/catalog.duckdb"
    out.json(
        {
            "deliveries": [delivery_row(result) for result in processed],
            "unplaced": [_unplaced(entry) for entry in done.unplaced],
            "problems": [problem.as_dict() for problem in inst.catalog.problems],
            "held": _held(done),
            "unfinished": list(done.unfinished),
            "refused": [{**vars(work), "message": reason.as_dict()} for work, reason in done.refused.items()],
            "registers_failure": done.registers.as_dict() if done.registers else None,
            "withdrawn": list(done.release.withdrawn),
            "notices": [notice.as_dict() for notice in done.release.notices],
            "waiting": [vars(entry) for entry in done.release.waiting],
            "metadata": [problem.as_dict() for problem in done.derived.metadata.problems],
            "snapshot": done.release.snapshot,
            "versions": [{**vars(version), "public_schema": None} for version in done.release.versions],
            "downloads": downloads_row(done.derived.downloads),
            "portal": portal_row(done.derived.portal),
            "catalog": catalog,
        }
    )
    if inst.catalog.broken:
        out.say("cli-run-broken", datasets=", ".join(sorted(inst.catalog.broken)))
    show_unplaced(out, done.unplaced)
    if processed:
        show_deliveries(out, processed)
    show_versions(out, done.release)
    show_held(out, _held(done))
    for notice in done.release.notices:
        out.say("cli-run-notice", notice=out.of(notice))
    show_waiting(out, done.release.waiting)
    for problem in done.derived.metadata.problems:
        out.error(out.of(problem.message))
    for name in done.unfinished:
        out.error(out.text("cli-run-unfinished", name=name))
    for work, reason in done.refused.items():
        out.error(out.text("cli-run-refused", name=f"{work.dataset} {work.period}", reason=out.of(reason)))
    if done.registers is not None:
        out.error(out.text("cli-run-registers", reason=out.of(done.registers)))
    show_failed_downloads(out, done.derived.downloads)
    show_failed_pages(out, done.derived.portal)
    waiting = done.unfinished or done.refused or any(result.not_landed for result in done.results)
    if not processed and not done.release.versions and not done.release.withdrawn and not waiting:
        out.say("cli-run-unchanged", snapshot=done.release.snapshot or 0)
        rejected = inst.ledger.rejected()
        if rejected:
            out.say("cli-run-rejected-stand", deliveries=rejected)
    _next_steps(out, [result for result in processed if result.verdict is not Verdict.ACCEPTED], catalog)


def _held(done: _Run) -> list[str]:
    """Rejected deliveries whose departments' rows are still shown after the release."""
    shown = [result for result in done.results if result.work.dataset not in done.release.withdrawn]
    return [delivery for result in shown for delivery in result.held]


def _unplaced(entry: Unplaced) -> dict[str, Any]:
    return {"path": entry.path, "message": entry.message.as_dict(), "remedy": entry.remedy.as_dict()}


def _next_steps(out: Output, faulty: list[Any], catalog: str) -> None:
    out.say("cli-run-catalog", catalog=catalog)
    if faulty:
        out.say("cli-run-next-report", program=program(), delivery=faulty[0].delivery.id)
    out.say("cli-run-next-query", program=program())
    out.say("cli-run-next-portal", program=program())
    out.say("cli-run-next-ui")


def ui(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help=described("cli-ui-port-help"))] = 3000,
    language: Language = ANY,
) -> None:
    """Open Dagster's UI on the state that ``gongkai run`` wrote."""
    out = output(as_json=False, language=language)
    workspace = Workspace.default()
    with readable_errors(out):
        with open_installation(workspace):
            pass
        out.say("cli-ui-starting", address=f"http://127.0.0.1:{port}")
        from pipelines.orchestration.home import run_ui

        run_ui(workspace, port)
