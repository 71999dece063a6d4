"""Process one dataset and period: land what is new, decide what is undecided, compose the candidate segment."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from itertools import groupby

from pipelines.flow.composition import compose, composition_key, reject_latest
from pipelines.flow.installation import Installation, now
from pipelines.flow.ledger import StoredOutcome
from pipelines.flow.lookups import references
from pipelines.flow.outcomes import Progress, decide, load_result
from pipelines.flow.results import PeriodResult, Work
from pipelines.ingest import FileStillChanging, land, load_delivery, scan_inbox
from pipelines.publish import DuplicateAcrossDeliveries
from pipelines.registry import Dataset

_logger = logging.getLogger(__name__)


def process(inst: Installation, work: Work, progress: Progress | None = None) -> PeriodResult:
    """Bring one dataset and period up to date. What the delivered files are like never raises.

    Args:
        progress: called with the number of rows that a stage has just gone through.

    Raises:
        UnknownDataset: the dataset does not exist or its folder has problems.
    """
    dataset = inst.catalog.dataset(work.dataset)
    dataset.period(work.period)
    with inst.exclusive(work):
        _land(inst, work)
        processed: dict[str, StoredOutcome] = {}
        while True:
            standing = _decide(inst, dataset, work, progress)
            processed |= {outcome.delivery: outcome for outcome in standing.processed}
            try:
                changed, segment, rows = _compose(inst, dataset, work, standing.current)
                break
            except DuplicateAcrossDeliveries as clash:
                reject_latest(inst, work, clash)
    results = {o.delivery: load_result(inst, o) for o in (*processed.values(), *standing.current, *standing.latest)}
    return PeriodResult(
        work,
        processed=tuple(results[delivery] for delivery in processed),
        current=tuple(results[outcome.delivery] for outcome in standing.current),
        latest=tuple(results[outcome.delivery] for outcome in standing.latest),
        changed=changed,
        segment_sha256=segment,
        segment_rows=rows,
    )


@dataclass(frozen=True)
class _Standing:
    """Where the departments stand: see :class:`PeriodResult`."""

    processed: list[StoredOutcome] = field(default_factory=list)
    current: list[StoredOutcome] = field(default_factory=list)
    latest: list[StoredOutcome] = field(default_factory=list)


def _decide(inst: Installation, dataset: Dataset, work: Work, progress: Progress | None) -> _Standing:
    """Per department, decide from the newest delivery back to the first that is accepted."""
    standing = _Standing()
    for _, newest_first in groupby(inst.ledger.deliveries(work), key=lambda delivery: delivery.key.organisation):
        for position, delivery in enumerate(newest_first):
            outcome, is_new = _outcome(inst, dataset, delivery.id, progress)
            if is_new:
                standing.processed.append(outcome)
            if position == 0:
                standing.latest.append(outcome)
            if outcome.accepted:
                standing.current.append(outcome)
                break
    return standing


def _land(inst: Installation, work: Work) -> None:
    known = inst.ledger.signatures()
    for folder in scan_inbox(inst.workspace, inst.catalog, only=(work.dataset, work.period)).folders:
        if known.get(folder.key) == folder.signature:
            continue
        try:
            landing = land(inst.workspace, folder)
        except FileStillChanging as changing:
            # It is still being copied: the next run or the inbox sensor takes it.
            _logger.warning("%s", changing)
            continue
        inst.ledger.record_landing(landing.delivery, folder.signature, now())


def _outcome(inst: Installation, dataset: Dataset, delivery_id: str,
             progress: Progress | None) -> tuple[StoredOutcome, bool]:  # fmt: skip
    stored = inst.ledger.outcome(delivery_id, inst.processing_keys[dataset.id])
    if stored is not None and (stored.unresolved is None or stored.unresolved == references(inst, dataset).identity):
        return stored, False
    return decide(inst, load_delivery(inst.workspace, delivery_id), dataset, progress), True


def _compose(inst: Installation, dataset: Dataset, work: Work,
             current: list[StoredOutcome]) -> tuple[bool, str | None, int]:  # fmt: skip
    key = composition_key(current)
    known = inst.ledger.composition(work)
    if known is not None and known[0] == key:
        return False, known[1], known[2]
    segment = compose(inst, dataset, work, current)
    sha256, rows = (segment.sha256, segment.rows) if segment else (None, 0)
    inst.ledger.record_composition(work, key, sha256, rows)
    return known is None or known[1] != sha256, sha256, rows
