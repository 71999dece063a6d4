"""Compose a period's candidate segment of the departments' accepted deliveries."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence

from pipelines.core.files import replace_file
from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message, Parameter
from pipelines.core.records import CheckSummary, Verdict
from pipelines.flow.installation import Installation, now
from pipelines.flow.ledger import StoredOutcome
from pipelines.flow.outcomes import OUTCOME_FILE, checks_as_json, disclosed_table, install, load_result
from pipelines.flow.results import Work
from pipelines.publish import Contribution, DuplicateAcrossDeliveries, Segment, build_segment, save_candidate
from pipelines.registry import Dataset
from pipelines.validate import FindingLog, read_findings

RULE = "primary-key"


def composition_key(outcomes: Sequence[StoredOutcome]) -> str:
    """Identifies which outcomes, of which processing, a segment is made of."""
    parts = sorted(f"{outcome.folder}\0{outcome.decided}" for outcome in outcomes)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def compose(inst: Installation, dataset: Dataset, work: Work, current: Sequence[StoredOutcome]) -> Segment | None:
    """Build the segment of a dataset and period and save it as a candidate for the next release.

    Raises:
        DuplicateAcrossDeliveries: departments delivered rows with the same key.
    """
    contributions = [Contribution(disclosed_table(inst, outcome), _quality(inst, outcome)) for outcome in current]
    with inst.scratch(f"{work.dataset}.{work.period}") as folder:
        segment = build_segment(dataset, work.period, contributions, folder)
        return save_candidate(inst.workspace, dataset.id, segment) if segment is not None else None


def _quality(inst: Installation, outcome: StoredOutcome) -> dict[str, object]:
    """What the public copy says about a delivery's quality: counts by check and rule."""
    result = load_result(inst, outcome)
    return {
        "rows_delivered": result.rows_accepted + result.rows_quarantined,
        "rows_quarantined": result.rows_quarantined,
        "checks": {check.value: dict(summary.rules) for check, summary in result.checks.items() if summary.ran},
    }


def reject_latest(inst: Installation, work: Work, clash: DuplicateAcrossDeliveries) -> None:
    """Reject the delivery that landed last of those that share keys; the others' rows stand."""
    landed = {delivery.id: delivery.landed for delivery in inst.ledger.deliveries(work)}
    latest = max(clash.deliveries, key=lambda delivery: (landed[delivery], delivery))
    others = ", ".join(delivery for delivery in clash.deliveries if delivery != latest)
    params: dict[str, Parameter] = {"key": ", ".join(clash.key), "keys": clash.keys, "others": others}
    finding = Finding(
        Check.TABLE_SCHEMA, RULE, Severity.ERROR, Message("flow-duplicate-across-deliveries", params),
        Message("flow-duplicate-across-deliveries-remedy"), Location(field=", ".join(clash.key)),
    )  # fmt: skip
    outcome = inst.ledger.outcome(latest, inst.processing_keys[work.dataset])
    if outcome is not None:
        _reject(inst, work, outcome, finding)


def _reject(inst: Installation, work: Work, outcome: StoredOutcome, finding: Finding) -> None:
    """Replace an accepted outcome by a rejected one that says why."""
    stored = inst.workspace.outcomes / outcome.folder
    with inst.scratch(outcome.delivery) as folder:
        shutil.copytree(stored, folder, dirs_exist_ok=True)
        with FindingLog(folder) as log:
            log.extend(read_findings(stored))
            log.add(finding)
        document = json.loads((folder / OUTCOME_FILE).read_text(encoding="utf-8"))
        ran = {check for check, summary in load_result(inst, outcome).checks.items() if summary.ran}
        summaries = {
            check: CheckSummary(check in ran, summary.errors, summary.warnings, summary.rules)
            for check, summary in log.summaries().items()
        }
        document.update(verdict=Verdict.REJECTED.value, rows_accepted=0, checks=checks_as_json(summaries))
        replace_file(folder / OUTCOME_FILE, json.dumps(document, ensure_ascii=False, indent=1).encode(), mode=0o600)
        install(folder, stored)
    rejected = StoredOutcome(outcome.delivery, outcome.processing_key, Verdict.REJECTED, outcome.folder,
                             outcome.unresolved, now())  # fmt: skip
    inst.ledger.record_outcome(rejected, work)
