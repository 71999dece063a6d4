"""Tables that several commands show: deliveries with their verdicts, versions, findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.text import Text

from pipelines.cli.context import program
from pipelines.cli.output import Output
from pipelines.core.findings import Finding, Severity
from pipelines.core.records import Verdict
from pipelines.flow import DeliveryResult, ReleaseResult
from pipelines.ingest import Unplaced
from pipelines.publish import Waiting
from pipelines.validate.summary import FindingGroup


def delivery_row(result: DeliveryResult) -> dict[str, Any]:
    """A delivery's result as JSON."""
    return {
        "delivery": result.delivery.id,
        "verdict": result.verdict.value,
        "rows_in_files": result.rows_in_files,
        "rows_excluded": dict(result.rows_excluded),
        "rows_accepted": result.rows_accepted,
        "rows_quarantined": result.rows_quarantined,
        "checks": {
            check.value: {"ran": summary.ran, "errors": summary.errors, "warnings": summary.warnings,
                          "rules": dict(summary.rules)}
            for check, summary in result.checks.items()
        },
    }  # fmt: skip


def show_deliveries(out: Output, results: Sequence[DeliveryResult]) -> None:
    """One line per dataset with verdicts and rows, then every delivery that needs attention, and why."""
    by_dataset: dict[str, list[DeliveryResult]] = {}
    for result in results:
        by_dataset.setdefault(result.delivery.key.dataset, []).append(result)
    columns = ["cli-dataset", *map(verdict_id, Verdict), "cli-rows-in", "cli-rows-excluded", "cli-rows-accepted",
               "cli-rows-quarantined", "cli-rows-rejected"]  # fmt: skip
    rows = [
        (
            dataset,
            *(sum(1 for result in group if result.verdict is verdict) for verdict in Verdict),
            *_row_counts(group),
        )
        for dataset, group in by_dataset.items()
    ]
    out.table(columns, rows, out.text("cli-deliveries"), right=columns[1:])
    for result in results:
        if result.verdict is not Verdict.ACCEPTED:
            verdict, reason = out.text(verdict_id(result.verdict)), _reasons(out, result)
            out.say("cli-run-attention", delivery=result.delivery.id, verdict=verdict, reason=reason)


def _row_counts(results: Sequence[DeliveryResult]) -> tuple[int, int, int, int, int]:
    """Rows in the files, and where they went: no data, published, quarantined, in rejected deliveries."""
    rows = sum(result.rows_in_files for result in results)
    excluded = sum(sum(result.rows_excluded.values()) for result in results)
    published = sum(result.rows_accepted for result in results)
    quarantined = sum(result.rows_quarantined for result in results)
    return rows, excluded, published, quarantined, rows - excluded - published - quarantined


def verdict_id(verdict: Verdict | None) -> str:
    """The message that names a verdict."""
    return f"cli-verdict-{verdict.value.replace('_', '-') if verdict else 'undecided'}"


def _reasons(out: Output, result: DeliveryResult) -> str:
    """The rules that kept rows or the delivery out; where one finding decided, or all say the same, its sentence."""
    told = [out.of(entry.message) for entry in result.first_findings if entry.severity is Severity.ERROR]
    if len(told) == 1:
        return told[0]
    counts: dict[str, int] = {}
    for summary in result.checks.values():
        if summary.errors:
            counts |= {rule: counts.get(rule, 0) + count for rule, count in summary.rules.items()}
    if len(set(told)) == 1 and len(told) == sum(counts.values()):
        return f"{told[0]} × {len(told)}"
    return ", ".join(f"{rule} × {count}" for rule, count in counts.items())


def show_unplaced(out: Output, entries: Iterable[Unplaced]) -> None:
    """What of the inbox could not be taken, and what to do."""
    for entry in entries if not out.as_json else ():
        out.say("cli-run-unplaced", path=entry.path, reason=out.of(entry.message), remedy=out.of(entry.remedy))


def show_waiting(out: Output, waiting: Sequence[Waiting]) -> None:
    """What is not released before an officer approves it."""
    for entry in waiting:
        subject = out.text(f"cli-review-kind-{entry.kind}")
        out.say("cli-run-waiting", subject=subject, dataset=entry.dataset, digest=entry.digest[:12],
                rejected="yes" if entry.rejected else "no", program=program())  # fmt: skip


def show_held(out: Output, deliveries: Iterable[str]) -> None:
    """Rejected deliveries whose departments' published rows stay as they are."""
    for delivery in deliveries:
        out.say("cli-run-held", delivery=delivery)


def show_versions(out: Output, released: ReleaseResult) -> None:
    """The versions that a release added."""
    if not released.versions:
        return
    rows = [
        (version.dataset, version.previous or "", version.version, version.rows, _span(version.periods))
        for version in released.versions
    ]
    columns = ["cli-dataset", "cli-previous", "cli-version", "cli-rows", "cli-periods"]
    title = out.text("cli-released", snapshot=released.snapshot or 0)
    out.table(columns, rows, title, right=["cli-rows"])


def _span(periods: Sequence[str]) -> str:
    ordered = sorted(periods)
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]} … {ordered[-1]} ({len(ordered)})"


def show_groups(out: Output, groups: Iterable[FindingGroup]) -> None:
    """Findings by rule and field: how many, the first few places, what to do. Any width can show it."""
    if out.as_json:
        return
    for group in groups:
        kind = out.text(f"report-{group.severity.value}")
        field = f" · {group.field}" if group.field else ""
        style = "bold red" if group.severity is Severity.ERROR else "bold yellow"
        out.console.print(Text(f"{kind}: {group.rule}{field} × {group.findings}", style=style), soft_wrap=True)
        for finding in group.examples:
            value = f"  [{finding.value}]" if finding.value else ""
            out.console.print(Text(f"  {_place(out, finding)}{out.of(finding.message)}{value}"), soft_wrap=True)
        if group.findings > len(group.examples):
            out.console.print(Text("  " + out.text("report-more", count=group.findings - len(group.examples))))
        out.console.print(Text(f"  → {out.of(group.remedy)}"), soft_wrap=True)


def _place(out: Output, finding: Finding) -> str:
    place = finding.location
    parts = [part for part in (place.file, place.sheet) if part]
    parts += [out.text("cli-row", row=place.row)] if place.row is not None else []
    return f"{' · '.join(parts)}: " if parts else ""
