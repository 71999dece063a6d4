"""``gongkai report``: what is wrong with a delivery, grouped by rule, most frequent first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.context import ANY, Json, Language, described, output, readable_errors
from pipelines.cli.layouts import accept_layouts, plan_as_dict, show_plan
from pipelines.cli.output import EXIT_PROBLEMS, Output
from pipelines.cli.progress import delivery_progress
from pipelines.cli.summaries import show_groups, verdict_id
from pipelines.core.errors import UnknownDelivery
from pipelines.core.files import replace_file
from pipelines.core.messages import Message
from pipelines.core.paths import Workspace
from pipelines.core.records import Verdict
from pipelines.flow import Installation, open_installation
from pipelines.flow.lookups import outcome_document, stored_outcome
from pipelines.ingest import load_delivery
from pipelines.validate import read_findings
from pipelines.validate.annotate import AnnotatedFile, annotate
from pipelines.validate.page import report_page
from pipelines.validate.summary import FindingGroup, finding_groups


def report(
    delivery: Annotated[str, typer.Argument(help=described("cli-report-delivery-help"))],
    html: Annotated[Path | None, typer.Option("--html", help=described("cli-report-html-help"))] = None,
    annotated: Annotated[Path | None, typer.Option("--annotate", help=described("cli-report-annotate-help"))] = None,
    accept: Annotated[bool, typer.Option("--accept-layout", help=described("cli-report-accept-layout-help"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=described("cli-report-dry-run-help"))] = False,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Show what is wrong with a delivery. Exit code 1 when it was rejected."""
    out = output(as_json, language)
    if dry_run and not accept:
        raise typer.BadParameter(out.text("cli-report-dry-run-alone"))
    workspace = Workspace.default()
    with readable_errors(out), open_installation(workspace) as inst:
        folder = _folder(inst, out, delivery)
        outcome = outcome_document(folder)
        groups = finding_groups(folder)
        copies = _annotate(inst, out, outcome, folder, annotated) if annotated is not None else ()
        plan = accept_layouts(inst, outcome["delivery"], dry_run) if accept else None
        if as_json:
            findings = [finding.as_dict() for finding in read_findings(folder)]
            grouped = [group.as_dict() for group in groups]
            made: dict[str, Any] = {"annotated": [copy.as_dict() for copy in copies]} if annotated is not None else {}
            if plan is not None:
                made |= plan_as_dict(plan, outcome["delivery"], dry_run)
            out.json({**outcome, "folder": str(folder), "groups": grouped, "findings": findings, **made})
        _show(out, outcome, groups, folder)
        if html is not None:
            _write_page(inst, out, outcome, groups, html)
        _show_copies(out, copies)
        if plan is not None:
            show_plan(out, plan, outcome["delivery"], dry_run)
    if outcome["verdict"] == Verdict.REJECTED.value or any(copy.path is None for copy in copies):
        raise typer.Exit(EXIT_PROBLEMS)


def _folder(inst: Installation, out: Output, name: str) -> Path:
    landed = inst.ledger.newest(name)
    if landed is None:
        raise UnknownDelivery(name)
    outcome = stored_outcome(inst, landed.key.dataset, landed.id)
    if outcome is None:
        out.error(out.text("cli-report-undecided", delivery=landed.id))
        raise typer.Exit(EXIT_PROBLEMS)
    return inst.workspace.outcomes / outcome.folder


def _show(out: Output, outcome: dict[str, Any], groups: tuple[FindingGroup, ...], folder: Path) -> None:
    verdict = out.text(verdict_id(Verdict(outcome["verdict"])))
    out.say("cli-report-head", delivery=outcome["delivery"], verdict=verdict, rows=outcome["rows_in_files"],
            accepted=outcome["rows_accepted"], quarantined=outcome["rows_quarantined"])  # fmt: skip
    excluded = ", ".join(f"{reason} {count}" for reason, count in outcome["rows_excluded"].items() if count)
    if excluded:
        out.say("cli-report-excluded", excluded=excluded)
    if outcome["engine"]["reason"] is not None:
        out.say("cli-report-engine", reason=out.of(Message.from_dict(outcome["engine"]["reason"])))
    show_groups(out, groups)
    out.say("cli-report-folder", folder=str(folder))


def _annotate(
    inst: Installation, out: Output, outcome: dict[str, Any], folder: Path, target: Path
) -> tuple[AnnotatedFile, ...]:
    delivery = load_delivery(inst.workspace, outcome["delivery"])
    dataset = inst.catalog.datasets[delivery.key.dataset]
    with inst.scratch(delivery.id) as scratch, delivery_progress(out, out.text("cli-report-annotating")) as progress:
        return annotate(delivery, dataset, outcome, folder, target, out.language, scratch, progress)


def _show_copies(out: Output, copies: tuple[AnnotatedFile, ...]) -> None:
    for copy in copies:
        if copy.reason is not None:
            out.error(out.text("annotate-not-made", file=copy.file, reason=out.of(copy.reason)))
            continue
        out.say("cli-report-annotated", path=str(copy.path), marked=copy.marked)
        for note in copy.notes:
            out.say(note.id, **note.params)


def _write_page(
    inst: Installation, out: Output, outcome: dict[str, Any], groups: tuple[FindingGroup, ...], target: Path
) -> None:
    dataset = inst.catalog.datasets[outcome["delivery"].partition(".")[0]].descriptor
    page = report_page(outcome, dataset.title.in_language(out.language), groups, out.language)
    replace_file(target, page.encode(), mode=0o600)
    out.say("cli-report-page", path=str(target))
