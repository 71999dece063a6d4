"""Process one dataset and period: land what is new, decide what is undecided, compose the candidate segment."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from itertools import groupby

from pipelines.flow.clashes import clashed_with
from pipelines.flow.composition import compose, composition_key, reject_clash
from pipelines.flow.inbox_trouble import not_landed, place_of
from pipelines.flow.installation import Installation, now
from pipelines.flow.judging_again import up_to_date
from pipelines.flow.ledger import CLASH, LandedDelivery, StoredOutcome
from pipelines.flow.lookups import references, stored_outcome
from pipelines.flow.outcomes import Progress, decide, load_result
from pipelines.flow.published import Published
from pipelines.flow.results import PeriodResult, Work
from pipelines.ingest import FileStillChanging, Unplaced, land, load_delivery, scan_inbox
from pipelines.publish import DuplicateAcrossDeliveries, remove_period_candidate
from pipelines.registry import Dataset

_logger = logging.getLogger(__name__)


def process(inst: Installation, work: Work, progress: Progress | None = None) -> PeriodResult:
    """Bring one dataset and period up to date. What the delivered files are like never raises.

    Args:
        progress: called with the number of rows that a stage has just gone through.

    Raises:
        UnknownDataset: the dataset does not exist or its folder has problems.
        OSError, MemoryError: the machine's trouble; the next call goes on from what was done.
    """
    dataset = inst.catalog.dataset(work.dataset)
    dataset.period(work.period)
    with inst.exclusive(work):
        waiting = _land(inst, work)
        published = Published(inst, work)
        processed: dict[str, StoredOutcome] = {}
        unfinished: set[str] = set()
        while True:
            standing = _decide(inst, dataset, work, published, unfinished, progress)
            processed |= {outcome.delivery: outcome for outcome in standing.processed}
            try:
                if standing.held:
                    made = _hold(inst, work, standing, published)
                else:
                    made = _compose(inst, dataset, work, standing.current)
                break
            except DuplicateAcrossDeliveries as clash:
                reject_clash(inst, work, clash, published)
    results = {o.delivery: load_result(inst, o) for o in (*processed.values(), *standing.current, *standing.latest)}
    return PeriodResult(
        work,
        processed=tuple(results[delivery] for delivery in processed),
        current=tuple(results[outcome.delivery] for outcome in standing.current),
        latest=tuple(results[outcome.delivery] for outcome in standing.latest),
        changed=made.changed,
        segment_digest=made.digest,
        segment_rows=made.rows,
        held=tuple(standing.held),
        unfinished=tuple(sorted(unfinished)),
        not_landed=tuple(waiting),
    )


@dataclass(frozen=True)
class _Standing:
    """Where the departments stand: see :class:`PeriodResult`."""

    processed: list[StoredOutcome] = field(default_factory=list)
    current: list[StoredOutcome] = field(default_factory=list)
    latest: list[StoredOutcome] = field(default_factory=list)
    held: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Made:
    """The period's newest segment; ``changed``: it is a candidate that was just made."""

    changed: bool
    digest: str | None
    rows: int


def _decide(inst: Installation, dataset: Dataset, work: Work, published: Published, unfinished: set[str],
            progress: Progress | None) -> _Standing:  # fmt: skip
    """Per department, decide from the newest delivery back to the first that is accepted.

    But not back behind a delivery that is published or was accepted under an earlier descriptor: an older one would
    bring back rows that it had corrected. A department that is published and has nothing accepted now is held.
    """
    standing = _Standing()
    key = inst.processing_keys[dataset.id]
    for organisation, newest_first in groupby(inst.ledger.deliveries(work), key=lambda each: each.key.organisation):
        deliveries = list(newest_first)
        last = deliveries[0]
        passed = 0
        for position, delivery in enumerate(deliveries):
            last = delivery
            passed = position + 1
            outcome = _decided(inst, dataset, work, delivery, standing, unfinished, progress)
            if outcome is not None and position == 0:
                standing.latest.append(outcome)
            if outcome is not None and outcome.accepted:
                standing.current.append(outcome)
                break
            if inst.ledger.was_accepted(delivery.id, key) or published.has(delivery.id):
                break
        inst.ledger.set_aside_frames((older.id for older in deliveries[passed:]), key)
        if (not standing.current or standing.current[-1].delivery != last.id) and published.has_rows_of(organisation):
            standing.held.append(last.id)
    return standing


def _decided(inst: Installation, dataset: Dataset, work: Work, delivery: LandedDelivery, standing: _Standing,
             unfinished: set[str], progress: Progress | None) -> StoredOutcome | None:  # fmt: skip
    """The outcome of one delivery; ``None`` when memory does not suffice for it, which stops no other."""
    if delivery.id in unfinished:
        return None
    stored = stored_outcome(inst, dataset.id, delivery.id)
    if stored is not None and _still_holds(inst, dataset, work, delivery, stored):
        renewed = up_to_date(inst, dataset, delivery, stored)
        if renewed is not None:
            if renewed is not stored:
                standing.processed.append(renewed)
            return renewed
    try:
        outcome = decide(inst, load_delivery(inst.workspace, delivery.id), dataset, progress)
    except MemoryError:
        _logger.error("%s: memory does not suffice", delivery.id)
        unfinished.add(delivery.id)
        return None
    standing.processed.append(outcome)
    return outcome


def _still_holds(inst: Installation, dataset: Dataset, work: Work, delivery: LandedDelivery,
                 stored: StoredOutcome) -> bool:  # fmt: skip
    """Whether what an outcome depended on outside its delivery is as it was."""
    if stored.unresolved is None:
        return True
    if stored.unresolved.startswith(CLASH):
        return stored.unresolved == clashed_with(inst, work, delivery.key.organisation)
    return stored.unresolved == references(inst, dataset).identity


def _land(inst: Installation, work: Work) -> list[Unplaced]:
    """Land what is new; returns what could not be landed now."""
    waiting = []
    known = inst.ledger.signatures()
    for folder in scan_inbox(inst.workspace, inst.catalog, only=(work.dataset, work.period)).folders:
        if known.get(folder.key) == folder.signature:
            continue
        try:
            landing = land(inst.workspace, folder)
        except FileStillChanging as changing:
            # It is still being copied, or may not be read: the next run or the inbox sensor takes it.
            _logger.warning("%s", changing)
            waiting.append(not_landed(place_of(folder), changing))
            continue
        inst.ledger.record_landing(landing.delivery, folder.signature, now())
    return waiting


def _compose(inst: Installation, dataset: Dataset, work: Work, current: list[StoredOutcome]) -> _Made:
    key = composition_key(inst.processing_keys[dataset.id], current)
    known = inst.ledger.composition(work)
    if known is not None and known[0] == key:
        return _Made(False, known[1], known[2])
    segment = compose(inst, dataset, work, current)
    digest, rows = (segment.digest, segment.rows) if segment else (None, 0)
    inst.ledger.record_composition(work, key, digest, rows)
    return _Made(known is None or known[1] != digest, digest, rows)


def _hold(inst: Installation, work: Work, standing: _Standing, published: Published) -> _Made:
    """Leave the published segment as it is: without the held departments' rows it would lose what was published."""
    remove_period_candidate(inst.workspace, work.dataset, work.period)
    key = composition_key(inst.processing_keys[work.dataset], standing.current, standing.held)
    inst.ledger.record_composition(work, key, None, 0)
    segment = published.segment
    return _Made(False, segment.digest if segment else None, segment.rows if segment else 0)
