"""The release: all candidates become public together, or none of them.

Order: objects, manifests, then the snapshot (the commit point), then what is derived from it. Before the
snapshot exists readers see the old release, after it the new one; running again finishes what a crash left.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipelines.core.files import PRIVATE_FOLDER_MODE
from pipelines.core.messages import Message
from pipelines.core.paths import Workspace
from pipelines.publish.candidates import pending_candidates, remove_candidate
from pipelines.publish.compose import Base, compose
from pipelines.publish.manifests import Manifest, load_manifest
from pipelines.publish.records import Segment
from pipelines.publish.snapshots import (
    Snapshot,
    SnapshotEntry,
    commit_snapshot,
    heal_pointer,
    latest_snapshot,
    load_snapshot,
    snapshot_numbers,
)
from pipelines.publish.store import put_manifest, put_object
from pipelines.publish.stores import Store
from pipelines.registry import Catalog
from pipelines.registry.disclosures import Attribute


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
    """

    snapshot: Snapshot | None
    versions: tuple[Manifest, ...]
    withdrawn: tuple[str, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    notices: tuple[Message, ...] = ()


@dataclass
class _Planned:
    """What a release is going to change."""

    manifests: list[Manifest] = field(default_factory=list)
    relisted: dict[str, SnapshotEntry] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    replaced: list[Replaced] = field(default_factory=list)
    notices: list[Message] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return bool(self.manifests or self.relisted or self.withdrawn)


def release(
    workspace: Workspace, store: Store, catalog: Catalog, processing_keys: Mapping[str, str], now: datetime
) -> Release:
    """Publish all candidates as one snapshot, and take out of it what may not be public any more.

    Datasets that the registry does not know, or that are broken in it, stay as they are; one that is not disclosed
    actively any more leaves the snapshot. Candidates of either wait, and one that was made under another
    processing key than the current is not taken.

    Args:
        workspace: where the candidates lie.
        store: where to publish.
        catalog: the registry, for what is said about the datasets.
        processing_keys: per usable dataset, the key that its candidates must have been made under.
        now: time of the release (aware of its time zone).

    Raises:
        CorruptStore: when the current release or a candidate cannot be read.
    """
    while True:
        base = latest_snapshot(store)
        candidates = [
            (dataset_id, segment)
            for dataset_id, segment in pending_candidates(workspace)
            if _is_active(catalog, dataset_id) and segment.processing_key == processing_keys[dataset_id]
        ]
        with _work_folder(workspace) as folder:
            planned = _plan(store, catalog, base, candidates, folder)
            if not planned.any:
                snapshot = base
                break
            try:
                _store(store, planned.manifests)
            except FileNotFoundError:
                continue  # A candidate was replaced or released by another process: begin again with what is there.
        snapshot = _next_snapshot(base, planned, now)
        if commit_snapshot(store, snapshot):
            store.remove_leftovers(now.timestamp())
            break
    heal_pointer(store)
    for dataset_id, segment in candidates:
        remove_candidate(workspace, dataset_id, segment)
    return Release(snapshot, tuple(planned.manifests), tuple(planned.withdrawn), tuple(planned.replaced),
                   tuple(planned.notices))  # fmt: skip


def _is_active(catalog: Catalog, dataset_id: str) -> bool:
    dataset = catalog.datasets.get(dataset_id)
    return dataset is not None and dataset.descriptor.disclosure.attribute is Attribute.ACTIVE


def _plan(store: Store, catalog: Catalog, base: Snapshot | None, candidates: Sequence[tuple[str, Segment]],
          folder: Path) -> _Planned:  # fmt: skip
    """What a release of ``candidates`` on top of ``base`` changes."""
    planned = _Planned()
    shown: Mapping[str, SnapshotEntry] = base.datasets if base else {}
    ready: dict[str, list[Segment]] = {}
    for dataset_id, segment in candidates:
        ready.setdefault(dataset_id, []).append(segment)
    earlier = _withdrawn_before(store, {*ready} - {*shown}) if base else {}
    for dataset_id in sorted({*shown, *ready}):
        if dataset_id not in catalog.datasets:
            continue
        entry = shown.get(dataset_id) or earlier.get(dataset_id)
        version = Base(entry.manifest, load_manifest(store, entry.manifest), dataset_id in shown) if entry else None
        if not _is_active(catalog, dataset_id):
            _withdraw(planned, catalog, dataset_id, version)
            continue
        composed = compose(catalog, dataset_id, version, ready.get(dataset_id, []), store, folder)
        if composed.manifest is not None:
            planned.manifests.append(composed.manifest)
        elif composed.empty:
            planned.withdrawn.append(dataset_id)
        elif entry is not None and dataset_id not in shown:
            planned.relisted[dataset_id] = entry
        planned.replaced += [Replaced(dataset_id, part.period, part.digest) for part in composed.replaced]
        planned.notices += composed.notices
    return planned


def _withdraw(planned: _Planned, catalog: Catalog, dataset_id: str, version: Base | None) -> None:
    planned.withdrawn.append(dataset_id)
    attribute = catalog.datasets[dataset_id].descriptor.disclosure.attribute.value
    planned.notices.append(Message("publish-dataset-withdrawn", {"dataset": dataset_id, "attribute": attribute}))
    if version is not None:
        planned.replaced += [Replaced(dataset_id, part.period, part.digest) for part in version.manifest.segments]


def _withdrawn_before(store: Store, datasets: set[str]) -> dict[str, SnapshotEntry]:
    """The last versions of datasets that an earlier release had and the current has not: numbers go on from them."""
    found: dict[str, SnapshotEntry] = {}
    for number in reversed(snapshot_numbers(store)):
        missing = datasets - found.keys()
        if not missing:
            break
        entries = load_snapshot(store, number).datasets
        found |= {dataset_id: entries[dataset_id] for dataset_id in missing & entries.keys()}
    return found


def _store(store: Store, manifests: Sequence[Manifest]) -> None:
    for manifest in manifests:
        for part in manifest.parts:
            if part.parquet is not None:
                put_object(store, part.parquet, part.sha256, part.bytes)
    for manifest in manifests:
        put_manifest(store, manifest.content())


def _next_snapshot(base: Snapshot | None, planned: _Planned, now: datetime) -> Snapshot:
    datasets = {**(base.datasets if base else {}), **planned.relisted}
    for dataset_id in planned.withdrawn:
        datasets.pop(dataset_id, None)
    for manifest in planned.manifests:
        datasets[manifest.dataset] = SnapshotEntry(manifest.theme, manifest.version, manifest.sha256)
    released = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Snapshot(base.number + 1 if base else 1, released, base.number if base else None, datasets)


@contextlib.contextmanager
def _work_folder(workspace: Workspace) -> Iterator[Path]:
    # Named after the process: what a killed one left is removed by the next that opens the installation.
    folder = workspace.work / f"{os.getpid()}-release-{secrets.token_hex(4)}"
    folder.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
