"""What a dataset's asset checks say: built from stored outcomes, so that they can be told again without processing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.core.findings import Check, Finding
from pipelines.core.records import CheckSummary, Verdict
from pipelines.flow.results import DeliveryResult, PeriodResult
from pipelines.orchestration.keys import CHECKS
from pipelines.orchestration.texts import both

#: Findings shown in the UI; the full list is in the report's folder.
SHOWN_FINDINGS = 20

_COLUMNS = (
    "delivery", "file", "sheet", "row", "field", "rule", "severity", "value",
    "message_zh", "remedy_zh", "message_en", "remedy_en",
)  # fmt: skip
_SCHEMA = dg.TableSchema(
    columns=[dg.TableColumn(name, "int" if name == "row" else "string") for name in _COLUMNS],
)


@dataclass(frozen=True)
class CheckOutcome:
    """One check of one (dataset, period). Never blocking: what may be published is decided in the flow."""

    check: Check
    passed: bool
    severity: dg.AssetCheckSeverity
    description: str
    metadata: dict[str, Any]


def check_outcomes(result: PeriodResult, private: Path) -> list[CheckOutcome]:
    """The outcome of every declared check, over the newest delivery of each department.

    Args:
        result: of the (dataset, period).
        private: root that the reports' folders are relative to.
    """
    return [_outcome(check, result.latest, private) for check in CHECKS]


def _outcome(check: Check, deliveries: tuple[DeliveryResult, ...], private: Path) -> CheckOutcome:
    summaries = [_summary(check, delivery) for delivery in deliveries]
    errors = sum(summary.errors for summary in summaries)
    warnings = sum(summary.warnings for summary in summaries)
    rejected = sum(_rejects(check, delivery) for delivery in deliveries)
    not_run = sum(not summary.ran for summary in summaries)
    rules: Counter[str] = Counter()
    for summary in summaries:
        rules.update(summary.rules)
    metadata: dict[str, Any] = {
        "deliveries": len(deliveries),
        "errors": errors,
        "warnings": warnings,
        "rejected_deliveries": rejected,
        "quarantined_rows": sum(delivery.rows_quarantined for delivery in deliveries),
    }
    if rules:
        metadata["rules"] = dg.MetadataValue.json(dict(sorted(rules.items())))
    records = _records(check, deliveries)
    if records:
        metadata["findings"] = dg.MetadataValue.table(records, _SCHEMA)
    if len(deliveries) == 1:
        metadata["report"] = dg.MetadataValue.path(private / deliveries[0].report)
    elif deliveries:
        metadata["reports"] = dg.MetadataValue.json({d.delivery.id: str(private / d.report) for d in deliveries})
    return CheckOutcome(
        check=check,
        passed=not (rejected or errors or not_run),
        severity=dg.AssetCheckSeverity.ERROR if rejected else dg.AssetCheckSeverity.WARN,
        description=_description(len(deliveries), rejected, errors, warnings, not_run),
        metadata=metadata,
    )


def _description(deliveries: int, rejected: int, errors: int, warnings: int, not_run: int) -> str:
    if not deliveries:
        return both("orchestration-check-no-delivery")
    if rejected:
        return both("orchestration-check-rejected", rejected=rejected, deliveries=deliveries, errors=errors)
    if errors:
        return both("orchestration-check-errors", errors=errors)
    if not_run:
        return both("orchestration-check-not-run", deliveries=not_run)
    if warnings:
        return both("orchestration-check-warnings", warnings=warnings)
    return both("orchestration-check-passed", deliveries=deliveries)


def _summary(check: Check, delivery: DeliveryResult) -> CheckSummary:
    """A delivery's summary of one check; the first check also answers for reading."""
    own = delivery.checks.get(check, CheckSummary())
    if check is not CHECKS[0]:
        return own
    reading = delivery.checks.get(Check.READ, CheckSummary())
    rules = Counter(own.rules) + Counter(reading.rules)
    return CheckSummary(own.ran or reading.ran, own.errors + reading.errors, own.warnings + reading.warnings, rules)


def _rejects(check: Check, delivery: DeliveryResult) -> bool:
    """Tell whether the delivery was rejected and this check shows it.

    A rejection that no check counts an error for is shown by the first: it must not go unseen.
    """
    if delivery.verdict is not Verdict.REJECTED:
        return False
    blamed = [candidate for candidate in CHECKS if _summary(candidate, delivery).errors]
    return check in (blamed or CHECKS[:1])


def _records(check: Check, deliveries: tuple[DeliveryResult, ...]) -> list[dg.TableRecord]:
    belongs = {check, Check.READ} if check is CHECKS[0] else {check}
    found = [
        (delivery.delivery.id, finding)
        for delivery in deliveries
        for finding in delivery.first_findings
        if finding.check in belongs
    ]
    return [_record(delivery, finding) for delivery, finding in found[:SHOWN_FINDINGS]]


def _record(delivery: str, finding: Finding) -> dg.TableRecord:
    place = finding.location
    cells = (
        delivery, place.file, place.sheet, place.row, place.field, finding.rule, finding.severity.value, finding.value,
        finding.message.text("zh"), finding.remedy.text("zh"), finding.message.text("en"), finding.remedy.text("en"),
    )  # fmt: skip
    return dg.TableRecord(dict(zip(_COLUMNS, cells, strict=True)))
