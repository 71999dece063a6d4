"""Departments that deliver the same keys for one period: who gives way, and when that is looked at again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from pipelines.flow.installation import Installation
from pipelines.flow.ledger import CLASH
from pipelines.flow.published import Published
from pipelines.flow.results import Work
from pipelines.publish import DuplicateAcrossDeliveries


def giving_way(inst: Installation, work: Work, clash: DuplicateAcrossDeliveries, published: Published) -> str:
    """The delivery to reject: not one that is published, rather one that has lost before, else the last landed."""
    landed = {delivery.id: delivery.landed for delivery in inst.ledger.deliveries(work)}
    lost = inst.ledger.lost_clashes()
    return max(clash.deliveries, key=lambda name: (not published.has(name), name in lost, landed[name], name))


def clashed_with(inst: Installation, work: Work, organisation: str) -> str:
    """Identifies what the other departments have delivered for a period: the mark of a rejection for shared keys."""
    newest: dict[str, str] = {}
    for delivery in inst.ledger.deliveries(work):
        if delivery.key.organisation != organisation:
            newest.setdefault(delivery.key.organisation, delivery.id)
    return CLASH + hashlib.sha256("\0".join(newest.values()).encode()).hexdigest()


def to_reconsider(inst: Installation) -> Iterator[Work]:
    """Periods in which a department gave way, and another has redelivered since."""
    for dataset_id, key in inst.processing_keys.items():
        for work, organisation, mark in inst.ledger.clashed(dataset_id, key):
            if mark != clashed_with(inst, work, organisation):
                yield work
