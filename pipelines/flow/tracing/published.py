"""Published rows: the segments that hold them, and the stored outcomes that these were made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pipelines.core.records import Verdict
from pipelines.disclose.clearance import DISCLOSED_FILE
from pipelines.flow.installation import Installation
from pipelines.flow.ledger import LandedDelivery
from pipelines.flow.lookups import OUTCOME_FILE, stored_outcome
from pipelines.flow.tracing.model import DeliveryOf, Newer, Place, Traced
from pipelines.flow.tracing.outcome import TracedOutcome
from pipelines.flow.tracing.rows import FoundRow, Segmented, TableSearch
from pipelines.publish import Part, Segment, SegmentDelivery, load_deliveries, object_path
from pipelines.publish.clearances import PROPERTY, clearances
from pipelines.publish.schemas import primary_key
from pipelines.publish.store import check_object
from pipelines.registry import Dataset
from pipelines.registry.disclosures import Attribute
from pipelines.validate.validation import VALIDATED_FILE


@dataclass
class PublishedRows:
    """What a search of segments comes to; ``rows`` has at most as many as were asked for, ``total`` counts all."""

    total: int = 0
    rows: list[Traced] = field(default_factory=list)
    untraced: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Deliveries:
    """A dataset's landed deliveries and their stored outcomes."""

    inst: Installation
    dataset: Dataset

    @cached_property
    def landed(self) -> Mapping[str, LandedDelivery]:
        """By identifier; newest of each department and period first."""
        return {each.id: each for each in self.inst.ledger.deliveries(dataset=self.dataset.id)}

    @cached_property
    def _newest(self) -> Mapping[tuple[str, str], LandedDelivery]:
        found: dict[tuple[str, str], LandedDelivery] = {}
        for each in self.landed.values():
            found.setdefault((each.key.period, each.key.organisation), each)
        return found

    def source(self, delivery: str) -> DeliveryOf:
        """What the ledger knows about a delivery."""
        landed = self.landed.get(delivery)
        _, period, organisation, _ = delivery.split(".")
        return DeliveryOf(delivery, period, organisation, landed.landed[:19] + "Z" if landed else "")

    def newer(self, source: DeliveryOf) -> Newer | None:
        """The department's newest delivery for the period, if that is another one."""
        newest = self._newest.get((source.period, source.organisation))
        if newest is None or newest.id == source.delivery:
            return None
        outcome = stored_outcome(self.inst, self.dataset.id, newest.id)
        return Newer(newest.id, outcome.verdict.value if outcome else None)

    def is_rejected(self, delivery: str) -> bool:
        """Whether a delivery is rejected by today's descriptor."""
        outcome = stored_outcome(self.inst, self.dataset.id, delivery)
        return outcome is not None and outcome.verdict is Verdict.REJECTED

    def cleared(self, delivery: str) -> Iterator[TracedOutcome]:
        """Stored outcomes of a delivery with cleared rows: today's descriptor's first, then the newest first."""
        folders = [each.parent for each in (self.inst.workspace.outcomes / delivery).glob(f"*/{DISCLOSED_FILE}")]
        current = self.inst.processing_keys[self.dataset.id][:16]
        whole = [each for each in folders if (each / VALIDATED_FILE).is_file() and (each / OUTCOME_FILE).is_file()]
        for folder in sorted(whole, key=lambda each: (each.name == current, each.stat().st_mtime), reverse=True):
            yield TracedOutcome(self.inst, self.dataset, delivery, folder, folder.name == current)


class PublishedSearch:
    """Searches the segments of a version."""

    def __init__(self, deliveries: Deliveries, search: TableSearch, segments: Sequence[Segment], limit: int) -> None:
        self.found = PublishedRows()
        self._deliveries, self._search, self._segments, self._limit = deliveries, search, segments, limit

    def run(self) -> Iterator[None]:
        """Search them one by one; a step each."""
        for segment in self._segments:
            self._look_into(segment)
            yield

    def _look_into(self, segment: Segment) -> None:
        store = self._deliveries.inst.store
        for part in segment.parts:
            check_object(store, part.sha256, part.bytes)
            self._look_into_part(segment, part)

    def _look_into_part(self, segment: Segment, part: Part) -> None:
        store = self._deliveries.inst.store
        count = self._search.count(store.local(object_path(part.sha256)))
        self.found.total += count
        wanted = min(count, self._limit - len(self.found.rows))
        if wanted > 0:
            traced = _trace_part(self._deliveries, self._search, segment, part, wanted)
            self.found.rows += traced
            if len(traced) < wanted:
                names = ", ".join(source.delivery for source in load_deliveries(store, segment))
                self.found.untraced[names] += wanted - len(traced)


def _trace_part(deliveries: Deliveries, search: TableSearch, segment: Segment, part: Part, limit: int) -> list[Traced]:
    traced: list[Traced] = []
    for source in load_deliveries(deliveries.inst.store, segment):
        if len(traced) < limit:
            traced += _trace_delivery(deliveries, search, segment, part, source, limit - len(traced))
    return traced


def _trace_delivery(
    deliveries: Deliveries, search: TableSearch, segment: Segment, part: Part, delivery: SegmentDelivery, limit: int
) -> list[Traced]:
    """A delivery's rows of a file. An outcome under another descriptor may hold them, as it was when published."""
    published = object_path(part.sha256)
    written = Segmented(deliveries.inst.store.local(published), segment.schema)
    key = _shown_key(segment, deliveries.dataset)
    for outcome in deliveries.cleared(delivery.delivery):
        files = outcome.folder / DISCLOSED_FILE, outcome.folder / VALIDATED_FILE
        if search.size(files[0]) != delivery.rows:
            continue
        rows = search.disclosed(*files, (*key, *outcome.name_fields), limit, written)
        if rows:
            source = deliveries.source(delivery.delivery)
            held, newer = deliveries.is_rejected(delivery.delivery), deliveries.newer(source)
            return [
                Traced(source, _place(outcome, row), outcome.handling(row.file, row.sheet),
                       {name: row.values[name] for name in key}, published, held, newer,
                       cells=outcome.cells(row.file, row.sheet, row.row, row.values))
                for row in rows
            ]  # fmt: skip
    return []


def _place(outcome: TracedOutcome, row: FoundRow) -> Place:
    return outcome.place(row.file, row.sheet, row.row, row.values)


def _shown_key(segment: Segment, dataset: Dataset) -> tuple[str, ...]:
    """The fields of a segment's key that were active when it was published and still are: only these are shown."""
    then = {entry["name"]: entry.get(PROPERTY, {}) for entry in segment.schema["fields"]}
    now = clearances(dataset)
    active = [
        {name for name, cleared in known.items() if cleared.get("attribute") == Attribute.ACTIVE.value}
        for known in (then, now)
    ]
    return tuple(name for name in primary_key(segment.schema) if all(name in names for names in active))
