"""Recording in the ledger of reviews: what officers decide, and what the program itself tells it.

Never in a ledger that is not that of the catalog's releases.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.disclose.reviews import (
    Decision,
    DecisionKind,
    Entry,
    LedgerHead,
    ReviewLedger,
    Reviews,
    account,
    is_restricted,
)
from pipelines.flow.installation import Installation, now
from pipelines.flow.machine import machine_trouble
from pipelines.publish import latest_snapshot, load_manifest, newest_entries, pending_candidates
from pipelines.publish.clearances import was_restricted

#: Who enters what nobody decided.
_PROGRAM = "gongkai"


def record(inst: Installation, decision: Decision) -> Entry:
    """Append a decision to the ledger.

    Raises:
        ReviewsAltered: the ledger is not the one that the current release was made under.
        UnreadableDecision: the decision holds what cannot be written as UTF-8.
        CorruptStore: the current release cannot be read.
    """
    with machine_trouble():
        snapshot = latest_snapshot(inst.store)
        known = snapshot.ledger_head if snapshot else LedgerHead()
        return ReviewLedger(inst.workspace.reviews).append(decision, now(), known)


def record_closed(inst: Installation) -> bool:
    """Record of each dataset that is shown and may not be any more that it closes; once, until it is approved again.

    Returns:
        Whether there was anything to record.
    """
    recorded = False
    snapshot = latest_snapshot(inst.store)
    for dataset_id in sorted(snapshot.datasets if snapshot else ()):
        dataset = inst.catalog.datasets.get(dataset_id)
        if dataset is None or dataset.is_disclosed:
            continue
        reviews = inst.reviews
        subject = reviews.plan_subject(dataset)
        last = reviews.last(subject)
        if last is None or last.decision.kind is not DecisionKind.CLOSE:
            basis = dataset.barred.get(None) or dataset.descriptor.disclosure.basis.en
            record(inst, Decision(DecisionKind.CLOSE, subject, _PROGRAM, account(), basis))
            recorded = True
    return recorded


def record_asked(inst: Installation, reviews: Reviews) -> bool:
    """Record that a plan is asked about, of each dataset that withholds something and that the ledger knows nothing of.

    So a plan that withholds nothing any more is reviewed too, whether or not anybody had decided about the one before.

    Returns:
        Whether there was anything to record.
    """
    found = sorted({*_restricted(inst, reviews), *_published_restricted(inst, reviews)})
    for dataset_id in found:
        dataset = inst.catalog.dataset(dataset_id)
        basis = dataset.descriptor.disclosure.basis.en
        record(inst, Decision(DecisionKind.ASK, reviews.plan_subject(dataset), _PROGRAM, account(), basis))
    return bool(found)


def _restricted(inst: Installation, reviews: Reviews) -> Iterator[str]:
    for dataset_id, dataset in inst.catalog.datasets.items():
        if not reviews.knows(dataset_id) and is_restricted(dataset):
            yield dataset_id


def _published_restricted(inst: Installation, reviews: Reviews) -> Iterator[str]:
    """Datasets that were published withholding something before there was a ledger. Looked at only where there are
    candidates: nothing else could show more of them."""
    snapshot = latest_snapshot(inst.store)
    if snapshot is None:
        return
    names = {dataset_id for dataset_id, _ in pending_candidates(inst.workspace)}
    unknown = {name for name in names & inst.catalog.datasets.keys() if not reviews.knows(name)}
    for dataset_id, entry in newest_entries(inst.store, snapshot, unknown).items():
        manifest = load_manifest(inst.store, entry.manifest)
        if manifest.receipt or was_restricted(manifest.schema):
            yield dataset_id
