"""What the current release shows of a dataset and period: the flow never goes back behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pipelines.core.records import Verdict
from pipelines.flow.installation import Installation
from pipelines.flow.results import Work
from pipelines.publish import Segment, SegmentDelivery, latest_snapshot, load_deliveries, load_manifest


@dataclass(frozen=True)
class Published:
    """A dataset and period as released. Read only when somebody asks: most runs need not know."""

    inst: Installation
    work: Work

    @cached_property
    def segment(self) -> Segment | None:
        """The period's segment in the current release."""
        snapshot = latest_snapshot(self.inst.store)
        entry = snapshot.datasets.get(self.work.dataset) if snapshot else None
        if entry is None:
            return None
        manifest = load_manifest(self.inst.store, entry.manifest)
        return next((part for part in manifest.segments if part.period == self.work.period), None)

    @cached_property
    def deliveries(self) -> tuple[SegmentDelivery, ...]:
        """What the segment is made of."""
        return () if self.segment is None else load_deliveries(self.inst.store, self.segment)

    def has(self, delivery: str) -> bool:
        """Whether rows of that delivery are published."""
        return any(entry.delivery == delivery for entry in self.deliveries)

    def has_rows_of(self, organisation: str) -> bool:
        """Whether rows of that department are published."""
        return any(entry.organisation == organisation for entry in self.deliveries)


def held(inst: Installation) -> tuple[str, ...]:
    """Published deliveries that today's descriptors reject: their rows stay until the department redelivers."""
    snapshot = latest_snapshot(inst.store)
    shown = snapshot.datasets if snapshot else {}
    outcomes = inst.ledger.outcomes(inst.processing_keys.values())
    rejected = {outcome.delivery for outcome in outcomes if outcome.verdict is Verdict.REJECTED}
    works = {Work(*delivery.split(".")[:2]) for delivery in rejected}
    found: list[str] = []
    for dataset_id in sorted({work.dataset for work in works} & shown.keys()):
        for segment in load_manifest(inst.store, shown[dataset_id].manifest).segments:
            if Work(dataset_id, segment.period) in works:
                deliveries = (entry.delivery for entry in load_deliveries(inst.store, segment))
                found += [delivery for delivery in deliveries if delivery in rejected]
    return tuple(found)
