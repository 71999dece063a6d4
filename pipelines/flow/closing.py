"""Datasets that are not active any more: that they leave the catalog is recorded, so that coming back is reviewed."""

from __future__ import annotations

from pipelines.disclose.reviews import Decision, DecisionKind, account
from pipelines.flow.deciding import record
from pipelines.flow.installation import Installation
from pipelines.publish import latest_snapshot


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
            record(inst, Decision(DecisionKind.CLOSE, subject, "gongkai", account(), basis))
            recorded = True
    return recorded
