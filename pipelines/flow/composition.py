"""Compose a period's candidate segment of the departments' accepted deliveries."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from traceback import format_tb

import duckdb

from pipelines.core.errors import GongkaiError
from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message, Parameter
from pipelines.core.records import Verdict
from pipelines.disclose.small_cells import make_plan
from pipelines.flow.clashes import clashed_with, giving_way
from pipelines.flow.installation import Installation, now
from pipelines.flow.ledger import StoredOutcome
from pipelines.flow.machine import machine_trouble
from pipelines.flow.outcomes import disclosed_table, load_result
from pipelines.flow.protection import Protection
from pipelines.flow.published import Published
from pipelines.flow.results import Work
from pipelines.flow.rewriting import rewrite
from pipelines.publish import (
    Contribution,
    DuplicateAcrossDeliveries,
    Segment,
    build_segment,
    remove_period_candidate,
    save_candidate,
)
from pipelines.registry import Dataset
from pipelines.validate import read_findings

_logger = logging.getLogger(__name__)

RULE = "primary-key"
#: Keeps this use of the installation's secret apart from surrogates (RFC 5869 calls it "info").
_DIGEST_DOMAIN = b"delivery-digest\0"


def composition_key(processing_key: str, outcomes: Sequence[StoredOutcome], held: Sequence[str] = ()) -> str:
    """Identifies which outcomes a segment is made of, or which deliveries keep it as it was; begins with the
    processing key, so that periods composed under another descriptor are found."""
    parts = sorted(f"held\0{delivery}" for delivery in held)
    parts += sorted(f"{outcome.folder}\0{outcome.decided}" for outcome in outcomes)
    return f"{processing_key} {hashlib.sha256(chr(0).join(parts).encode()).hexdigest()}"


class PeriodRefused(GongkaiError):
    """The rows of a period cannot be put together. DuckDB's errors may show values, so only their class is told."""

    message_id = "flow-period-refused"

    def __init__(self, work: Work, reason: str) -> None:
        super().__init__(dataset=work.dataset, period=work.period, reason=reason)


@contextlib.contextmanager
def refusing(work: Work) -> Iterator[None]:
    """Refuse a period whose queries fail, so that no other has to wait for it.

    Raises:
        PeriodRefused: a query failed.
        OSError, MemoryError: the machine's trouble.
    """
    try:
        with machine_trouble():
            yield
    except duckdb.Error as problem:
        kind, places = type(problem).__name__, "".join(format_tb(problem.__traceback__))
        _logger.error("%s %s: %s\n%s", work.dataset, work.period, kind, places)
        raise PeriodRefused(work, kind) from None


def compose(inst: Installation, dataset: Dataset, work: Work, current: Sequence[StoredOutcome]) -> Segment | None:
    """Build the segment of a dataset and period and save it as a candidate for the next release.

    Without accepted deliveries there is none, and a candidate of earlier ones is removed; nor is there any of a dataset
    that only tables of sums are made of, whose deliveries have to go together all the same.

    Raises:
        DuplicateAcrossDeliveries: departments delivered rows with the same key.
        PeriodRefused: they cannot be put together.
        CorruptStore: the dataset has small cells, and something published of the period is missing or damaged.
    """
    contributions = [contribution(inst, outcome) for outcome in current]
    plan = make_plan(dataset, inst.catalog.tables)
    with inst.scratch(f"{work.dataset}.{work.period}") as folder, refusing(work):
        protection = Protection(inst, work, plan, contributions, folder / "protection") if plan else None
        protect = protection.protect if protection else None
        segment = build_segment(dataset, work.period, contributions, folder, protect=protect)
        if segment is None or not dataset.is_disclosed:
            remove_period_candidate(inst.workspace, dataset.id, work.period)
            return None
        if protection is not None:
            protection.keep(segment)
            segment = replace(segment, compared=protection.compared)
        return save_candidate(inst.workspace, dataset.id, segment, inst.processing_keys[dataset.id])


def contribution(inst: Installation, outcome: StoredOutcome) -> Contribution:
    """An accepted outcome as a part of a segment."""
    table = disclosed_table(inst, outcome)
    return Contribution(table, public_digest(inst, table.delivery.digest), _quality(inst, outcome))


def public_digest(inst: Installation, digest: str) -> str:
    """What names a delivery's content in public: HMAC-SHA-256 (RFC 2104) of its digest under the surrogate key.

    The plain digest would let anyone who can guess a value that was left out of a small file check the guess.
    """
    return hmac.new(inst.key.secret, _DIGEST_DOMAIN + digest.encode(), hashlib.sha256).hexdigest()


def _quality(inst: Installation, outcome: StoredOutcome) -> dict[str, object]:
    """What the public copy says about a delivery's quality: counts by check and rule."""
    result = load_result(inst, outcome)
    return {
        "rows_delivered": result.rows_accepted + result.rows_quarantined,
        "rows_quarantined": result.rows_quarantined,
        "checks": {check.value: dict(summary.rules) for check, summary in result.checks.items() if summary.ran},
    }


def reject_clash(inst: Installation, work: Work, clash: DuplicateAcrossDeliveries, published: Published) -> None:
    """Reject the delivery that gives way among those that share keys; the others' rows stand."""
    latest = giving_way(inst, work, clash, published)
    others = ", ".join(delivery for delivery in clash.deliveries if delivery != latest)
    params: dict[str, Parameter] = {"key": ", ".join(clash.key), "keys": clash.keys, "others": others}
    finding = Finding(
        Check.TABLE_SCHEMA, RULE, Severity.ERROR, Message("flow-duplicate-across-deliveries", params),
        Message("flow-duplicate-across-deliveries-remedy"), Location(field=", ".join(clash.key)),
    )  # fmt: skip
    outcome = inst.ledger.outcome(latest, inst.processing_keys[work.dataset])
    if outcome is not None:
        inst.ledger.record_lost_clash(latest)
        _reject(inst, work, outcome, finding)


def _reject(inst: Installation, work: Work, outcome: StoredOutcome, finding: Finding) -> None:
    """Replace an accepted outcome by a rejected one that says why."""
    findings = chain(read_findings(inst.workspace.outcomes / outcome.folder), (finding,))
    rewrite(inst, outcome, findings, verdict=Verdict.REJECTED.value, rows_accepted=0)
    mark = clashed_with(inst, work, load_result(inst, outcome).delivery.key.organisation)
    rejected = StoredOutcome(outcome.delivery, outcome.processing_key, Verdict.REJECTED, outcome.folder, mark, now())
    inst.ledger.record_outcome(rejected, work)
