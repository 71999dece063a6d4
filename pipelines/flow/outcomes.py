"""One delivery through read, validate and disclose, to a stored outcome: the part that both ways of running share."""

from __future__ import annotations

import json
import logging
import shutil
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.accounts import RowsUnaccounted, Stage, require_all
from pipelines.core.errors import DeliveryRejected, GongkaiError
from pipelines.core.files import flush_folder, replace_file
from pipelines.core.findings import Check, Finding, Severity
from pipelines.core.messages import Message
from pipelines.core.records import CheckSummary, Delivery, DisclosedTable, RawTable, ValidatedTable, Verdict
from pipelines.disclose import disclose, load_disclosed, save_disclosed
from pipelines.flow.frame_rows import FrameReading
from pipelines.flow.installation import Installation, now
from pipelines.flow.ledger import FAILED, StoredOutcome
from pipelines.flow.lookups import OUTCOME_FILE, References, outcome_document, previous_rows, references
from pipelines.flow.machine import machine_trouble
from pipelines.flow.movements import moved_findings
from pipelines.flow.results import DeliveryResult, Work
from pipelines.ingest import load_delivery, read
from pipelines.registry import Dataset
from pipelines.validate import FindingLog, Validation, read_findings, validate
from pipelines.validate.expectations import RESULTS_FILE
from pipelines.validate.summary import write_summary

CHECKS_FILE = "checks.json"
_logger = logging.getLogger(__name__)
#: What to do about a defect of the program.
_DEFECT = Message("flow-internal-error-remedy")

Progress = Callable[[int], None]


@dataclass
class _Reached:
    """How far a delivery has come."""

    raw: RawTable | None = None
    validated: ValidatedTable | None = None
    disclosed: DisclosedTable | None = None
    bytes_missing: bool = False
    engine: str | None = None
    engine_reason: Message | None = None


@dataclass(frozen=True)
class _Around:
    """What a delivery is judged by besides its own rows."""

    references: References
    frame_rows: Mapping[str, list[Path]]


def decide(inst: Installation, delivery: Delivery, dataset: Dataset, progress: Progress | None,
           looked_up: References | None = None) -> StoredOutcome:  # fmt: skip
    """Process one delivery and store its outcome; the same delivery and processing key is decided once.

    Args:
        inst: the installation.
        delivery: what is decided.
        dataset: whose it is.
        progress: called with the number of rows that a stage has just gone through.
        looked_up: what foreign keys are looked up in; as things stand now if not given.
    """
    key = inst.processing_keys[dataset.id]
    work = Work(delivery.key.dataset, delivery.key.period)
    # Taken before the rows are read: what changes meanwhile has the delivery looked at again.
    reading = FrameReading(inst, dataset)
    around = _Around(looked_up or references(inst, dataset), reading.files(delivery.key))
    frames_read = reading.identity(delivery.key) if dataset.reads else None
    with inst.scratch(delivery.id) as folder:
        result, failed = _guarded(inst, delivery, dataset, around, folder, progress)
        failed = failed or result.bytes_missing
        unresolved = FAILED if failed else None
        if result.validated is not None and result.validated.unresolved_references:
            unresolved = around.references.identity
        if not (folder / RESULTS_FILE).is_file():
            frames_read = None  # Rejected before its frames were judged.
        verdict = _write_outcome(folder, delivery, result)
        write_summary(folder)
        target = inst.workspace.outcomes / delivery.id / key[:16]
        install(folder, target)
    relative = target.relative_to(inst.workspace.outcomes).as_posix()
    outcome = StoredOutcome(delivery.id, key, verdict, relative, unresolved, now(), frames_read)
    inst.ledger.record_outcome(outcome, work)
    _logger.info("%s: %s", delivery.id, verdict.value)
    return outcome


def _guarded(inst: Installation, delivery: Delivery, dataset: Dataset, around: _Around, folder: Path,
             progress: Progress | None) -> tuple[_Reached, bool]:  # fmt: skip
    """Run the stages. A defect of the program rejects this delivery for now, stops no other, and is tried again."""
    try:
        with machine_trouble():
            return _through_stages(inst, delivery, dataset, around, folder, progress), False
    except (OSError, MemoryError):
        raise  # The machine's trouble, not the delivery's: there is no verdict, and the next run tries again.
    except RowsUnaccounted as problem:
        _logger.error("%s: %s", delivery.id, problem)
        finding = Finding(Check.READ, "rows-unaccounted", Severity.ERROR, problem.message, _DEFECT)
    except GongkaiError as problem:
        _logger.error("%s: %s", delivery.id, problem.message.id)
        finding = Finding(Check.READ, "descriptor-error", Severity.ERROR, problem.message,
                          Message("flow-descriptor-error-remedy"))  # fmt: skip
    except Exception as problem:
        # The exception's text may quote a delivered value; where it happened is enough to find the defect.
        where = "".join(traceback.format_tb(problem.__traceback__))
        _logger.error("%s: %s\n%s", delivery.id, type(problem).__name__, where)
        finding = internal_error(problem)
    with FindingLog(folder) as log:
        log.add(finding)
        (folder / CHECKS_FILE).write_text(json.dumps(checks_as_json(log.summaries())), encoding="utf-8")
    return _Reached(), True


def _through_stages(inst: Installation, delivery: Delivery, dataset: Dataset, around: _Around, folder: Path,
                    progress: Progress | None) -> _Reached:  # fmt: skip
    reached = _Reached()
    with FindingLog(folder) as log:
        try:
            log.ran.add(Check.READ)
            raw = reached.raw = read(delivery, dataset, inst.catalog, folder, progress)
            log.extend(raw.findings)
            earlier = previous_rows(inst, dataset, delivery)
            validation = Validation(dataset, inst.catalog, around.references.tables, earlier, around.frame_rows)
            validated = reached.validated = validate(raw, validation, log, folder, progress)
            log.ran.add(Check.PERSONAL_DATA)
            cleared = inst.cleared_marks[dataset.id]
            disclosure = disclose(validated, dataset, inst.catalog.tables, inst.key, folder, progress, cleared,
                                  summed=dataset.id in inst.catalog.summed)  # fmt: skip
            log.extend(disclosure.findings)
            # To the end: what the files held is public, kept back, or was left out for a reason that is counted.
            require_all(Stage.DISCLOSE, raw.rows_in_files, disclosure.table.rows, validated.rows_quarantined,
                        *raw.excluded.values())  # fmt: skip
            reached.disclosed = disclosure.table
        except DeliveryRejected as rejected:
            log.extend(rejected.findings)
            # Says nothing about what was delivered: tried again until somebody has restored the bytes.
            reached.bytes_missing = any(finding.rule == "landed-bytes-missing" for finding in rejected.findings)
        log.extend(moved_findings(delivery, dataset, reached.raw, log, folder))
        reached.engine, reached.engine_reason = log.engine, log.engine_reason
        (folder / CHECKS_FILE).write_text(json.dumps(checks_as_json(log.summaries())), encoding="utf-8")
    return reached


def checks_as_json(summaries: Mapping[Check, CheckSummary]) -> dict[str, Any]:
    """Check summaries as ``outcome.json`` keeps them."""
    return {check.value: {**vars(summary), "rules": dict(summary.rules)} for check, summary in summaries.items()}


def _write_outcome(folder: Path, delivery: Delivery, reached: _Reached) -> Verdict:
    raw, validated = reached.raw, reached.validated
    if reached.disclosed is not None:
        save_disclosed(reached.disclosed, folder)
        quarantined = validated.rows_quarantined if validated is not None else 0
        verdict = Verdict.PARTLY_ACCEPTED if quarantined else Verdict.ACCEPTED
    else:
        verdict = Verdict.REJECTED
    reason = reached.engine_reason
    outcome = {
        "delivery": delivery.id,
        "verdict": verdict.value,
        "rows_in_files": raw.rows_in_files if raw else 0,
        "rows_excluded": dict(raw.excluded) if raw else {},
        "rows_accepted": reached.disclosed.rows if reached.disclosed else 0,
        "rows_quarantined": validated.rows_quarantined if validated else 0,
        "steps": dict(raw.steps) if raw else {},
        "readings": [vars(reading) for reading in raw.readings] if raw else [],
        "engine": {"name": reached.engine, "reason": reason.as_dict() if reason is not None else None},
        "checks": json.loads((folder / CHECKS_FILE).read_text(encoding="utf-8")),
    }
    (folder / CHECKS_FILE).unlink()
    replace_file(folder / OUTCOME_FILE, json.dumps(outcome, ensure_ascii=False, indent=1).encode(), mode=0o600)
    if raw is not None:
        raw.parquet.unlink(missing_ok=True)
    return verdict


def install(folder: Path, target: Path) -> None:
    """Put a finished outcome in its place; one that a killed process left there is replaced."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if target.exists():
        shutil.rmtree(target)
    folder.rename(target)
    flush_folder(target.parent)


def load_result(inst: Installation, outcome: StoredOutcome) -> DeliveryResult:
    """A stored outcome as callers see it."""
    folder = inst.workspace.outcomes / outcome.folder
    stored = outcome_document(folder)
    return DeliveryResult(
        delivery=load_delivery(inst.workspace, outcome.delivery),
        verdict=Verdict(stored["verdict"]),
        rows_in_files=stored["rows_in_files"],
        rows_excluded=stored["rows_excluded"],
        rows_accepted=stored["rows_accepted"],
        rows_quarantined=stored["rows_quarantined"],
        checks={Check(name): CheckSummary(**summary) for name, summary in stored["checks"].items()},
        first_findings=tuple(read_findings(folder, limit=20)),
        report=folder.relative_to(inst.workspace.private).as_posix(),
    )


def disclosed_table(inst: Installation, outcome: StoredOutcome) -> DisclosedTable:
    """The public rows of an accepted outcome."""
    return load_disclosed(inst.workspace.outcomes / outcome.folder, load_delivery(inst.workspace, outcome.delivery))


def internal_error(problem: Exception) -> Finding:
    """A defect of the program, met while processing a delivery."""
    return Finding(
        Check.READ, "internal-error", Severity.ERROR, Message("flow-internal-error", {"kind": type(problem).__name__}),
        _DEFECT,
    )  # fmt: skip
