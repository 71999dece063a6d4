"""``gongkai status``, ``report``, ``versions`` and ``query``: looking at what there is."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from pipelines.catalog import open_catalog
from pipelines.cli.context import ANY, Json, Language, described, output, readable_errors
from pipelines.cli.output import EXIT_PROBLEMS, Output
from pipelines.cli.summaries import show_findings, verdict_id
from pipelines.core.errors import UnknownDelivery
from pipelines.core.paths import Workspace
from pipelines.core.records import Verdict
from pipelines.flow import Installation, open_installation, pending
from pipelines.flow.ledger import LandedDelivery
from pipelines.flow.outcomes import load_result
from pipelines.ingest import scan_inbox
from pipelines.publish import latest_snapshot
from pipelines.validate import read_findings

_ROWS_SHOWN = 50

Dataset = Annotated[str, typer.Argument(help=described("cli-dataset-help"))]


def status(as_json: Json = False, language: Language = ANY) -> None:
    """Show deliveries, what waits, and what is released."""
    out = output(as_json, language)
    workspace = Workspace.default()
    with readable_errors(out), open_installation(workspace) as inst:
        scan = scan_inbox(workspace, inst.catalog)
        waiting = pending(inst, scan)
        snapshot = latest_snapshot(workspace.catalog)
        deliveries = [_delivery(inst, landed) for landed in inst.ledger.deliveries()]
        released = {dataset: entry.version for dataset, entry in snapshot.datasets.items()} if snapshot else {}
        out.json(
            {
                "snapshot": snapshot.number if snapshot else None,
                "datasets": {dataset: str(version) for dataset, version in released.items()},
                "broken": sorted(inst.catalog.broken),
                "waiting": [vars(work) for work in waiting],
                "unplaced": [entry.path for entry in scan.unplaced],
                "deliveries": deliveries,
            }
        )
        rows = [
            (
                entry["delivery"],
                out.text(verdict_id(Verdict(entry["verdict"]) if entry["verdict"] else None)),
                entry["landed"],
            )
            for entry in deliveries
        ]
        out.table(["cli-delivery", "cli-verdict", "cli-landed"], rows, out.text("cli-deliveries"))
        datasets = [
            (dataset_id, dataset.descriptor.title.in_language(out.language), str(released.get(dataset_id, "")))
            for dataset_id, dataset in inst.catalog.datasets.items()
        ]
        out.table(["cli-dataset", "cli-title", "cli-version"], datasets, out.text("cli-datasets"))
        for entry in scan.unplaced if not as_json else ():
            out.say("cli-run-unplaced", path=entry.path, reason=out.of(entry.message), remedy=out.of(entry.remedy))
        out.say("cli-status-summary", waiting=len(waiting), broken=len(inst.catalog.broken),
                snapshot=snapshot.number if snapshot else 0)  # fmt: skip


def _delivery(inst: Installation, landed: LandedDelivery) -> dict[str, Any]:
    key = inst.processing_keys.get(landed.key.dataset)
    outcome = inst.ledger.outcome(landed.id, key) if key else None
    verdict = outcome.verdict.value if outcome else None
    return {"delivery": landed.id, "landed": landed.landed[:19] + "Z", "verdict": verdict}


def _verdict(out: Output, verdict: str | None) -> str:
    return out.text(verdict_id(Verdict(verdict) if verdict else None))


def report(
    delivery: Annotated[str, typer.Argument(help=described("cli-report-delivery-help"))],
    limit: Annotated[int, typer.Option("--limit", min=1, help=described("cli-report-limit-help"))] = _ROWS_SHOWN,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Show what is wrong with a delivery. Exit code 1 when it was rejected."""
    out = output(as_json, language)
    workspace = Workspace.default()
    with readable_errors(out), open_installation(workspace) as inst:
        landed = inst.ledger.newest(delivery)
        if landed is None:
            raise UnknownDelivery(delivery)
        delivery = landed.id
        outcome = inst.ledger.outcome(delivery, inst.processing_keys.get(landed.key.dataset, ""))
        if outcome is None:
            out.error(out.text("cli-report-undecided", delivery=delivery))
            raise typer.Exit(EXIT_PROBLEMS)
        result = load_result(inst, outcome)
        folder = workspace.outcomes / outcome.folder
        document = json.loads((folder / "outcome.json").read_text(encoding="utf-8"))
        findings = list(read_findings(folder, None if as_json else limit))
        total = sum(sum(summary.rules.values()) for summary in result.checks.values())
        out.json({**document, "folder": str(folder), "findings": [finding.as_dict() for finding in findings]})
        out.say("cli-report-head", delivery=delivery, verdict=out.text(verdict_id(result.verdict)),
                rows=result.rows_in_files, accepted=result.rows_accepted,
                quarantined=result.rows_quarantined)  # fmt: skip
        if result.rows_excluded:
            excluded = ", ".join(f"{reason} {count}" for reason, count in result.rows_excluded.items() if count)
            out.say("cli-report-excluded", excluded=excluded)
        if findings:
            show_findings(out, findings)
        if total > len(findings):
            out.say("cli-report-more", shown=len(findings), total=total)
        out.say("cli-report-folder", folder=str(folder))
    if result.verdict is Verdict.REJECTED:
        raise typer.Exit(EXIT_PROBLEMS)


def versions(dataset: Dataset, as_json: Json = False, language: Language = ANY) -> None:
    """List the released versions of a dataset, oldest first."""
    out = output(as_json, language)
    with readable_errors(out), open_catalog(Workspace.default().catalog) as catalog:
        listed = catalog.versions(dataset).to_pylist()
        out.json([{name: _plain(value) for name, value in row.items()} for row in listed])
        rows = [(row["version"], row["snapshot"], row["released"], row["rows"], row["previous"]) for row in listed]
        columns = ["cli-version", "cli-snapshot", "cli-released-at", "cli-rows", "cli-previous"]
        out.table(columns, rows, dataset, right=["cli-rows"])


def query(
    sql: Annotated[str, typer.Argument(help=described("cli-query-sql-help"))],
    limit: Annotated[int, typer.Option("--limit", min=1, help=described("cli-query-limit-help"))] = 1000,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Run one SQL query over the released catalog."""
    out = output(as_json, language)
    with readable_errors(out), open_catalog(Workspace.default().catalog) as catalog:
        relation = catalog.query(sql)
        columns = list(relation.columns)
        rows = relation.limit(limit + 1).fetchall()
        shown = rows[:limit]
        out.json([{name: _plain(value) for name, value in zip(columns, row, strict=True)} for row in shown])
        out.grid(dict.fromkeys(columns, False), shown)
        if len(rows) > limit:
            out.error(out.text("cli-query-cut", limit=limit))


def _plain(value: Any) -> Any:
    """A value as JSON holds it; exact decimals and dates as text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return str(value)
