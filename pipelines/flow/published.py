"""What the current release shows of a dataset and period: the flow never goes back behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pipelines.core.records import Verdict
from pipelines.flow.installation import Installation
from pipelines.flow.results import Work
from pipelines.publish import Segment, latest_snapshot, load_manifest


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

    def has(self, delivery: str) -> bool:
        """Whether rows of that delivery are published."""
        return self.segment is not None and any(entry.delivery == delivery for entry in self.segment.deliveries)

    def has_rows_of(self, organisation: str) -> bool:
        """Whether rows of that department are published."""
        return self.segment is not None and any(part.organisation == organisation for part in self.segment.deliveries)


def held(inst: Installation) -> tuple[str, ...]:
    """Published deliveries that today's descriptors reject: their rows stay until the department redelivers."""
    snapshot = latest_snapshot(inst.store)
    found = []
    for dataset_id, entry in sorted(snapshot.datasets.items()) if snapshot else ():
        key = inst.processing_keys.get(dataset_id)
        for segment in load_manifest(inst.store, entry.manifest).segments if key else ():
            for part in segment.deliveries:
                outcome = inst.ledger.outcome(part.delivery, key or "")
                if outcome is not None and outcome.verdict is Verdict.REJECTED:
                    found.append(part.delivery)
    return tuple(found)
