"""The release: all candidates become public together, or none of them.

Order: objects, sources and code lists, manifests, then the snapshot (the commit point), then what is derived from it.
Before the snapshot exists readers see the old release, after it the new one; running again finishes what a crash left.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from pipelines.core.files import scratch_folder
from pipelines.core.messages import Message
from pipelines.core.paths import Workspace
from pipelines.disclose.reviews import Reviews
from pipelines.publish.candidates import pending_candidates, remove_candidates
from pipelines.publish.compose import Base, Next, compose, registry_digest
from pipelines.publish.history import newest_entries
from pipelines.publish.manifests import Manifest, load_manifest
from pipelines.publish.notes import load_note, remove_note
from pipelines.publish.records import Segment
from pipelines.publish.snapshots import (
    Approval,
    ReviewsHead,
    Snapshot,
    SnapshotEntry,
    commit_snapshot,
    heal_pointer,
    latest_snapshot,
    next_snapshot,
)
from pipelines.publish.store import manifest_path, object_path, put_document, put_manifest, put_object
from pipelines.publish.stores import Store
from pipelines.publish.waiting import Waiting, needed_approval, waits_for_plan
from pipelines.publish.withdrawals import finish_withdrawal
from pipelines.registry import Catalog


@dataclass(frozen=True)
class Replaced:
    """A published segment that this release took out, or replaced by one that shows less."""

    dataset: str
    period: str
    digest: str


@dataclass(frozen=True)
class Release:
    """The current snapshot, and the versions that this release added (none: nothing had changed).

    ``withdrawn`` datasets are no longer in the snapshot; ``notices`` say what else is not shown any more and why.
    ``waiting``: what is not released before an officer approves it.
    """

    snapshot: Snapshot | None
    versions: tuple[Manifest, ...]
    withdrawn: tuple[str, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    notices: tuple[Message, ...] = ()
    waiting: tuple[Waiting, ...] = ()


@dataclass
class _Planned:
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

    @property
    def any(self) -> bool:
        return bool(self.manifests or self.relisted or self.withdrawn)


def release(workspace: Workspace, store: Store, catalog: Catalog, processing_keys: Mapping[str, str],
            reviews: Reviews, now: datetime) -> Release:  # fmt: skip
    """Publish all candidates as one snapshot, and take out of it what may not be public any more.

    Datasets that the registry does not know, or that are broken in it, stay as they are; one that is not disclosed
    actively any more leaves the snapshot. Candidates of either wait, and one that was made under another
    processing key than the current is not taken. What needs an officer's approval waits too, all else goes on.

    Args:
        workspace: where the candidates lie.
        store: where to publish.
        catalog: the registry, for what is said about the datasets.
        processing_keys: per usable dataset, the key that its candidates must have been made under.
        reviews: what officers have decided.
        now: time of the release (aware of its time zone).

    Raises:
        CorruptStore: when the current release or a candidate cannot be read.
    """
    while True:
        finish_withdrawal(store)
        base = latest_snapshot(store)
        ready = [
            (dataset_id, segment)
            for dataset_id, segment in pending_candidates(workspace)
            if is_released(catalog, base, dataset_id) and segment.processing_key == processing_keys[dataset_id]
        ]
        unplanned = {name: waits_for_plan(catalog, name, reviews) for name in {dataset_id for dataset_id, _ in ready}}
        candidates = [(dataset_id, segment) for dataset_id, segment in ready if unplanned[dataset_id] is None]
        around = _Around(workspace, store, catalog, reviews)
        with scratch_folder(workspace.work, "release") as folder:
            try:
                planned = _plan(around, base, candidates, folder)
                if not planned.any:
                    snapshot = base
                    store.remove_leftovers(time.time())
                    break
                snapshot = _next_snapshot(base, planned, reviews, now)
                if commit_versions(store, snapshot, planned.manifests):
                    break
            except FileNotFoundError:
                if _are_there(candidates):
                    raise
                continue  # A candidate was replaced or released by another process: begin again with what is there.
    heal_pointer(store)
    waiting = sorted({*planned.waiting, *filter(None, unplanned.values())})
    remove_candidates(workspace, [entry for entry in candidates if entry[0] not in {each.dataset for each in waiting}])
    for manifest in planned.manifests:
        remove_note(workspace, manifest.dataset)
    return Release(snapshot, tuple(planned.manifests), tuple(planned.withdrawn), tuple(planned.replaced),
                   tuple(planned.notices), tuple(waiting))  # fmt: skip


def no_longer_shown(
    store: Store, before: Mapping[str, SnapshotEntry], after: Mapping[str, SnapshotEntry]
) -> tuple[Replaced, ...]:
    """The segments of datasets as ``before`` shows them that ``after`` does not show. Reads what differs alone.

    Raises:
        CorruptStore: when a manifest cannot be read.
    """
    found = []
    for dataset_id in sorted(before):
        entry, now = before[dataset_id], after.get(dataset_id)
        if now == entry:
            continue
        known = load_manifest(store, now.manifest).segments if now else ()
        staying = {(segment.period, segment.digest) for segment in known}
        for segment in load_manifest(store, entry.manifest).segments:
            if (segment.period, segment.digest) not in staying:
                found.append(Replaced(dataset_id, segment.period, segment.digest))
    return tuple(found)


def _are_there(candidates: Iterable[tuple[str, Segment]]) -> bool:
    return all(part.parquet is None or part.parquet.is_file() for _, segment in candidates for part in segment.parts)


def is_released(catalog: Catalog, snapshot: Snapshot | None, dataset_id: str) -> bool:
    """Whether releases take up a dataset: it is usable, disclosed actively, and not held back by an officer."""
    return _is_active(catalog, dataset_id) and not (snapshot and dataset_id in snapshot.held)


def _is_active(catalog: Catalog, dataset_id: str) -> bool:
    dataset = catalog.datasets.get(dataset_id)
    return dataset is not None and dataset.is_disclosed


@dataclass(frozen=True)
class _Around:
    """What a release stands on, whatever it releases."""

    workspace: Workspace
    store: Store
    catalog: Catalog
    reviews: Reviews

    def compose(self, dataset_id: str, entry: SnapshotEntry | None, base: Base | None, candidates: Sequence[Segment],
                folder: Path) -> Next:  # fmt: skip
        """A dataset's next version."""
        note = load_note(self.workspace, dataset_id, entry.manifest if entry else None)
        return compose(self.catalog, dataset_id, base, candidates, self.store, folder, note)

    def approved(self, dataset_id: str, version: str) -> Approval | Waiting | None:
        """See :func:`needed_approval`."""
        return needed_approval(self.catalog.dataset(dataset_id), version, self.reviews)


def _plan(around: _Around, base: Snapshot | None, candidates: Sequence[tuple[str, Segment]],
          folder: Path) -> _Planned:  # fmt: skip
    """What a release of ``candidates`` on top of ``base`` changes."""
    store, catalog, planned = around.store, around.catalog, _Planned()
    shown: Mapping[str, SnapshotEntry] = base.datasets if base else {}
    ready: dict[str, list[Segment]] = {}
    for dataset_id, segment in candidates:
        ready.setdefault(dataset_id, []).append(segment)
    newest = newest_entries(store, base, {*shown, *ready}) if base else {}
    for dataset_id in sorted({*shown, *ready}):
        if dataset_id not in catalog.datasets:
            continue
        entry, said = newest.get(dataset_id), registry_digest(catalog, dataset_id)
        if dataset_id not in ready and base and entry and _is_settled(base, dataset_id, entry, said):
            continue
        planned.registry[dataset_id] = said
        version = base_of(store, base, dataset_id, entry) if base and entry else None
        if not _is_active(catalog, dataset_id):
            _withdraw(planned, catalog, dataset_id, version)
            continue
        composed = around.compose(dataset_id, entry, version, ready.get(dataset_id, []), folder)
        needed = around.approved(dataset_id, composed.manifest.sha256) if composed.manifest else None
        if isinstance(needed, Waiting):
            planned.waiting.append(needed)
            composed = around.compose(dataset_id, entry, version, [], folder)
            if not composed.replaced:
                del planned.registry[dataset_id]
                continue
            needed = None  # Taking out what may not be shown any more never waits.
        if composed.manifest is not None:
            planned.manifests.append(composed.manifest)
            if needed is not None:
                planned.approvals[dataset_id] = needed
        elif composed.empty:
            planned.withdrawn.append(dataset_id)
        elif entry is not None and dataset_id not in shown:
            planned.relisted[dataset_id] = entry
        planned.replaced += [Replaced(dataset_id, part.period, part.digest) for part in composed.replaced]
        planned.notices += composed.notices
    return planned


def _is_settled(base: Snapshot, dataset_id: str, entry: SnapshotEntry, said: str) -> bool:
    """Whether a release without candidates of the dataset, under what the registry has said, has been made already."""
    return entry.registry == said and base.tombstone_of(dataset_id, entry.version) is None


def base_of(store: Store, snapshot: Snapshot, dataset_id: str, entry: SnapshotEntry) -> Base:
    """A dataset's last version as what a new one follows."""
    withdrawn = snapshot.tombstone_of(dataset_id, entry.version) is not None
    return Base(entry.manifest, load_manifest(store, entry.manifest), dataset_id in snapshot.datasets, withdrawn)


def _withdraw(planned: _Planned, catalog: Catalog, dataset_id: str, version: Base | None) -> None:
    planned.withdrawn.append(dataset_id)
    dataset = catalog.datasets[dataset_id]
    attribute, entry = dataset.descriptor.disclosure.attribute.value, dataset.barred.get(None)
    if entry is not None:
        planned.notices.append(Message("publish-dataset-barred", {"dataset": dataset_id, "entry": entry}))
    else:
        planned.notices.append(Message("publish-dataset-withdrawn", {"dataset": dataset_id, "attribute": attribute}))
    if version is not None:
        planned.replaced += [Replaced(dataset_id, part.period, part.digest) for part in version.manifest.segments]


def commit_versions(store: Store, snapshot: Snapshot, manifests: Sequence[Manifest]) -> bool:
    """Store the files of versions and what else they name, then their manifests, then the snapshot that has them.

    Returns:
        ``False`` when another release has taken the snapshot's number meanwhile.

    Raises:
        FileNotFoundError: when a file is neither in the store nor where it was made.
    """
    files = dict(_files(store, manifests))
    for put in files.values():
        put()
    if not commit_snapshot(store, snapshot):
        return False
    for path, put in files.items():
        # What was in the store unreferenced may have been collected as garbage until the commit.
        if store.size(path) is None:
            put()
    store.remove_leftovers(time.time())
    return True


def _files(store: Store, manifests: Sequence[Manifest]) -> Iterator[tuple[str, Callable[[], object]]]:
    """Path of each file that versions bring, and what puts it there; manifests last."""
    for part in (part for manifest in manifests for part in manifest.parts):
        if part.parquet is not None:
            yield object_path(part.sha256), partial(put_object, store, part.parquet, part.sha256, part.bytes)
    for path, content in (entry for manifest in manifests for entry in manifest.document_contents):
        yield path(hashlib.sha256(content).hexdigest()), partial(put_document, store, path, content)
    for manifest in manifests:
        yield manifest_path(manifest.sha256), partial(put_manifest, store, manifest.content())


def _next_snapshot(base: Snapshot | None, planned: _Planned, reviews: Reviews, now: datetime) -> Snapshot:
    following, head = next_snapshot(base, now), reviews.head
    if head.sha256 is not None:
        following = replace(following, reviews=ReviewsHead(head.entries, head.sha256))
    datasets = {**following.datasets, **planned.relisted}
    for dataset_id in planned.withdrawn:
        datasets.pop(dataset_id, None)
    for manifest in planned.manifests:
        datasets[manifest.dataset] = SnapshotEntry(
            manifest.theme, manifest.version, manifest.sha256, approval=planned.approvals.get(manifest.dataset)
        )
    for dataset_id in planned.registry.keys() & datasets.keys():
        datasets[dataset_id] = replace(datasets[dataset_id], registry=planned.registry[dataset_id])
    return following.showing(datasets)
