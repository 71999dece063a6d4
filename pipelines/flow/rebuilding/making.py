"""Make one published segment again, of the very deliveries that it names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.core.errors import GongkaiError, UnknownDelivery
from pipelines.core.files import sha256_of
from pipelines.core.messages import Message
from pipelines.core.paths import Workspace
from pipelines.core.records import Delivery
from pipelines.disclose.small_cells import apply, make_plan, receipts
from pipelines.disclose.small_cells.tally import Rows
from pipelines.flow.composition import contribution, public_digest, refusing
from pipelines.flow.installation import Installation
from pipelines.flow.ledger import StoredOutcome
from pipelines.flow.lookups import References, references, stored_outcome
from pipelines.flow.outcomes import Progress, decide, load_result
from pipelines.flow.protection import load_record, record_path
from pipelines.flow.results import Work
from pipelines.ingest import load_delivery
from pipelines.publish import PublishedSegment, Segment, SegmentDelivery, build_segment, load_deliveries
from pipelines.publish.changes import levels
from pipelines.publish.segments import Protect
from pipelines.registry import Dataset

_FOREIGN_KEY = "foreign-key"
#: Why something was not made: less memory than it takes.
NO_MEMORY = Message("flow-rebuild-memory")


class LandedBytesDamaged(GongkaiError):
    """Landed bytes of a delivery are missing or not what was landed. ``path`` is relative to the private folder."""

    message_id = "flow-rebuild-landed-bytes"

    def __init__(self, delivery: str, path: str) -> None:
        super().__init__(delivery=delivery, path=path)


@dataclass(frozen=True)
class Made:
    """The segment, its bytes at its parts' ``parquet``; ``None`` where ``reasons`` say what is in the way."""

    segment: Segment | None
    reasons: tuple[Message, ...] = ()


def make(scratch: Installation, published: PublishedSegment, folder: Path, records: Workspace,
         progress: Progress | None) -> Made:  # fmt: skip
    """Decide a segment's deliveries and compose them, as a run does.

    Args:
        scratch: where outcomes are kept; those that are there already are used.
        published: the segment.
        folder: receives its files.
        records: where it is kept how people's rows were protected.
        progress: called with the number of rows that a stage has just gone through.
    """
    reasons: list[Message] = []
    outcomes: list[StoredOutcome] = []
    try:
        dataset = scratch.catalog.dataset(published.dataset)
        deliveries = load_deliveries(scratch.store, published.segment)
        for entry in deliveries:
            decided = _decided(scratch, dataset, published.segment.period, entry, progress)
            reasons += decided.reasons
            if decided.outcome is not None:
                outcomes.append(decided.outcome)
        if len(outcomes) < len(deliveries):
            return Made(None, tuple(reasons))
        work = Work(dataset.id, published.segment.period)
        protect = _protected_then(scratch, dataset, published, records)
        if isinstance(protect, Message):
            return Made(None, (*reasons, protect))
        with refusing(work):
            contributions = [contribution(scratch, outcome) for outcome in outcomes]
            segment = build_segment(dataset, published.segment.period, contributions, folder, protect=protect)
    except GongkaiError as problem:
        return Made(None, (*reasons, problem.message))
    except MemoryError:
        return Made(None, (*reasons, NO_MEMORY))
    return Made(segment, tuple(reasons))


def _protected_then(scratch: Installation, dataset: Dataset, published: PublishedSegment,
                    records: Workspace) -> Protect | Message | None:  # fmt: skip
    """What protects the rows just as when they were published; a message where that is not known any more."""
    plan = make_plan(dataset, scratch.catalog.tables)
    if plan is None:
        return None
    segment = published.segment
    if not levels(segment):
        return lambda _connection, select, _names: (select, ())  # Nobody looked after them then.
    work = Work(dataset.id, segment.period)
    record = load_record(records, work, segment.digest)
    if record is None:
        path = record_path(work, segment.digest)
        return Message("small-cells-record-lost", {"period": segment.period, "path": path})
    try:
        record.decision.node(plan)
    except ValueError:
        return Message("small-cells-other-descriptor", {"period": segment.period})
    return lambda _connection, select, names: (
        apply(plan, record.decision, Rows(select, names), record.keys).select,
        receipts(plan, record.decision),
    )


@dataclass(frozen=True)
class _Decided:
    """An accepted outcome, if it is one, and what is to be said about the delivery."""

    outcome: StoredOutcome | None
    reasons: tuple[Message, ...] = ()


def _decided(scratch: Installation, dataset: Dataset, period: str, entry: SegmentDelivery,
             progress: Progress | None) -> _Decided:  # fmt: skip
    try:
        delivery = load_delivery(scratch.workspace, entry.delivery)
        if (delivery.key.dataset, delivery.key.period) != (dataset.id, period):
            raise UnknownDelivery(entry.delivery)
        _require_bytes(scratch, delivery)
        outcome = stored_outcome(scratch, dataset.id, delivery.id) or decide(scratch, delivery, dataset, progress)
        if _lost_references(scratch, outcome, entry.rows):
            looked_up = _ever_published(scratch, dataset, progress)
            outcome = decide(scratch, delivery, dataset, progress, looked_up)
    except GongkaiError as problem:
        return _Decided(None, (problem.message,))
    if not outcome.accepted:
        return _Decided(None, (_rejected(scratch, outcome),))
    if public_digest(scratch, delivery.digest) != entry.digest:
        return _Decided(outcome, (Message("flow-rebuild-other-delivery", {"delivery": delivery.id}),))
    return _Decided(outcome)


def _lost_references(scratch: Installation, outcome: StoredOutcome, rows: int) -> bool:
    """Whether foreign keys are not found now and were then: an outcome whose keys were all found is never decided
    again, though the rows that they refer to may be gone since."""
    result = load_result(scratch, outcome)
    return result.rows_accepted < rows and any(_FOREIGN_KEY in summary.rules for summary in result.checks.values())


def _ever_published(scratch: Installation, dataset: Dataset, progress: Progress | None) -> References:
    """What foreign keys may have been found in: all deliveries of the datasets that they look into."""
    names = {key.reference.resource for key in dataset.foreign_keys} & scratch.catalog.datasets.keys()
    for name in sorted(names - {dataset.id}):
        for landed in scratch.ledger.deliveries(dataset=name):
            if stored_outcome(scratch, name, landed.id) is None:
                delivery = load_delivery(scratch.workspace, landed.id)
                decide(scratch, delivery, scratch.catalog.datasets[name], progress)
    return references(scratch, dataset, ever=True)


def _require_bytes(scratch: Installation, delivery: Delivery) -> None:
    """Readers look at sizes alone; here the bytes are what everything else is compared with."""
    for file in delivery.files:
        if not file.path.is_file() or sha256_of(file.path) != file.sha256:
            raise LandedBytesDamaged(delivery.id, file.path.relative_to(scratch.workspace.private).as_posix())


def _rejected(scratch: Installation, outcome: StoredOutcome) -> Message:
    checks = load_result(scratch, outcome).checks.values()
    rules = {rule: count for summary in checks if summary.errors for rule, count in summary.rules.items()}
    listed = ", ".join(f"{rule} × {count}" for rule, count in rules.items())
    return Message("flow-rebuild-rejected", {"delivery": outcome.delivery, "rules": listed})
