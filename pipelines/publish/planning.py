"""What a release is going to change, dataset by dataset, before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.core.messages import Message
from pipelines.core.paths import Workspace
from pipelines.disclose.reviews import Reviews
from pipelines.publish.clearances import barred_by
from pipelines.publish.compose import Base, Next, compose, registry_digest
from pipelines.publish.gate import TextGate
from pipelines.publish.history import newest_entries
from pipelines.publish.manifests import Manifest, load_manifest
from pipelines.publish.notes import load_note
from pipelines.publish.records import Segment
from pipelines.publish.snapshots import Approval, Snapshot, SnapshotEntry
from pipelines.publish.stores import Store
from pipelines.publish.waiting import Waiting, needed_approval
from pipelines.registry import Catalog


@dataclass(frozen=True)
class Replaced:
    """A published segment that this release took out, or replaced by one that shows less."""

    dataset: str
    period: str
    digest: str


@dataclass
class Planned:
    """What a release is going to change."""

    manifests: list[Manifest] = field(default_factory=list)
    relisted: dict[str, SnapshotEntry] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    replaced: list[Replaced] = field(default_factory=list)
    notices: list[Message] = field(default_factory=list)
    registry: dict[str, str] = field(default_factory=dict)
    """Digest of what the registry says, of datasets that were looked at."""
    approvals: dict[str, Approval] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    """Datasets whose texts hold what looks like personal data: they stay as they are."""

    @property
    def any(self) -> bool:
        """Whether there is anything to change."""
        return bool(self.manifests or self.relisted or self.withdrawn)


@dataclass(frozen=True)
class Planner:
    """What a release stands on, whatever it releases. ``folder`` is a private work folder."""

    workspace: Workspace
    store: Store
    catalog: Catalog
    reviews: Reviews
    base: Snapshot | None
    gate: TextGate
    folder: Path

    def plan(self, candidates: Sequence[tuple[str, Segment]]) -> Planned:
        """What a release of ``candidates`` on top of the current one changes."""
        planned = Planned()
        shown: Mapping[str, SnapshotEntry] = self.base.datasets if self.base else {}
        ready: dict[str, list[Segment]] = {}
        for dataset_id, segment in candidates:
            ready.setdefault(dataset_id, []).append(segment)
        newest = newest_entries(self.store, self.base, {*shown, *ready}) if self.base else {}
        for dataset_id in sorted({*shown, *ready} & self.catalog.datasets.keys()):
            entry, said = newest.get(dataset_id), registry_digest(self.catalog, dataset_id)
            if dataset_id not in ready and entry and self._is_settled(dataset_id, entry, said):
                continue
            planned.registry[dataset_id] = said
            version = self.base_of(dataset_id, entry)
            if self.catalog.datasets[dataset_id].is_disclosed:
                self._release(planned, dataset_id, entry, version, ready.get(dataset_id, []))
            else:
                self._withdraw(planned, dataset_id, version)
        for dataset_id in sorted(shown.keys() - self.catalog.datasets.keys()):
            self._withdraw_barred(planned, dataset_id, shown[dataset_id])
        return planned

    def _is_settled(self, dataset_id: str, entry: SnapshotEntry, said: str) -> bool:
        """Whether a release without candidates of the dataset, under what the registry has said, has been made."""
        is_withdrawn = self.base is not None and self.base.tombstone_of(dataset_id, entry.version) is not None
        return entry.registry == said and not is_withdrawn

    def _release(self, planned: Planned, dataset_id: str, entry: SnapshotEntry | None, version: Base | None,
                 candidates: Sequence[Segment]) -> None:  # fmt: skip
        composed = self.composed(dataset_id, entry, version, candidates)
        needed = self._needed(dataset_id, composed)
        if isinstance(needed, Waiting):
            planned.waiting.append(needed)
            # Taking out what may not be shown any more never waits.
            composed, needed = self.composed(dataset_id, entry, version, []), None
            if not composed.replaced:
                del planned.registry[dataset_id]
                return
        blocked = self.gate.personal_data_in(composed.manifest) if composed.manifest else ()
        replaced = [Replaced(dataset_id, part.period, part.digest) for part in composed.replaced]
        planned.notices += blocked or composed.notices
        if blocked and not replaced:
            del planned.registry[dataset_id]
            planned.blocked.add(dataset_id)
            return
        planned.replaced += replaced
        if blocked or composed.empty:
            planned.withdrawn.append(dataset_id)
        elif composed.manifest is not None:
            planned.manifests.append(composed.manifest)
            if needed is not None:
                planned.approvals[dataset_id] = needed
        elif entry is not None and not (self.base and dataset_id in self.base.datasets):
            planned.relisted[dataset_id] = entry

    def base_of(self, dataset_id: str, entry: SnapshotEntry | None) -> Base | None:
        """A dataset's last version as what a new one follows; ``None`` before the first."""
        return base_of(self.store, self.base, dataset_id, entry) if self.base and entry else None

    def composed(self, dataset_id: str, entry: SnapshotEntry | None, base: Base | None,
                 candidates: Sequence[Segment]) -> Next:  # fmt: skip
        """What a release makes of a dataset once ``candidates`` take the places of their periods."""
        note = load_note(self.workspace, dataset_id, entry.manifest if entry else None)
        return compose(self.catalog, dataset_id, base, candidates, self.store, self.folder, note)

    def _needed(self, dataset_id: str, composed: Next) -> Approval | Waiting | None:
        if composed.manifest is None:
            return None
        return needed_approval(self.catalog.dataset(dataset_id), composed.manifest.sha256, self.reviews)

    def _withdraw(self, planned: Planned, dataset_id: str, version: Base | None) -> None:
        dataset = self.catalog.datasets[dataset_id]
        attribute, entry = dataset.descriptor.disclosure.attribute.value, dataset.barred.get(None)
        if entry is not None:
            notice = Message("publish-dataset-barred", {"dataset": dataset_id, "entry": entry})
        else:
            notice = Message("publish-dataset-withdrawn", {"dataset": dataset_id, "attribute": attribute})
        _take_out(planned, dataset_id, version, notice)

    def _withdraw_barred(self, planned: Planned, dataset_id: str, shown: SnapshotEntry) -> None:
        """A dataset that the registry cannot tell of stays as it is, unless the negative list bars what is shown."""
        entries = [entry for entry in self.catalog.listed if entry.names(dataset_id)]
        version = self.base_of(dataset_id, shown) if entries else None
        if version is None:
            return
        schemas = (version.manifest.schema, *(segment.schema for segment in version.manifest.segments))
        entry = barred_by(dataset_id, schemas, entries)
        if entry is not None:
            notice = Message("publish-broken-dataset-barred", {"dataset": dataset_id, "entry": entry})
            _take_out(planned, dataset_id, version, notice)


def _take_out(planned: Planned, dataset_id: str, version: Base | None, notice: Message) -> None:
    planned.withdrawn.append(dataset_id)
    planned.notices.append(notice)
    if version is not None:
        planned.replaced += [Replaced(dataset_id, part.period, part.digest) for part in version.manifest.segments]


def base_of(store: Store, snapshot: Snapshot, dataset_id: str, entry: SnapshotEntry) -> Base:
    """A dataset's last version as what a new one follows."""
    withdrawn = snapshot.tombstone_of(dataset_id, entry.version) is not None
    return Base(entry.manifest, load_manifest(store, entry.manifest), dataset_id in snapshot.datasets, withdrawn)
