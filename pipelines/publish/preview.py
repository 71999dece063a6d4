"""The versions that candidates would make, for those who are asked to approve each."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipelines.core.paths import Workspace
from pipelines.disclose.reviews import Reviews
from pipelines.publish.candidates import pending_candidates
from pipelines.publish.comparisons import Comparisons
from pipelines.publish.errors import NothingToRestore, VersionWithdrawn
from pipelines.publish.gate import TextGate
from pipelines.publish.history import newest_entries
from pipelines.publish.manifests import Manifest
from pipelines.publish.notes import load_note
from pipelines.publish.planning import Planner
from pipelines.publish.release import is_released
from pipelines.publish.rollback import restored_version
from pipelines.publish.snapshots import Snapshot, SnapshotEntry, latest_snapshot
from pipelines.publish.stores import Store
from pipelines.registry import Catalog


def next_versions(workspace: Workspace, store: Store, catalog: Catalog, processing_keys: Mapping[str, str],
                  reviews: Reviews, folder: Path) -> Iterator[Manifest]:  # fmt: skip
    """The manifests that the next release would make of datasets whose versions are approved one by one, and those of
    rollbacks that wait.

    They are those that a release composes, to the byte, as long as no other is made in between.

    Args:
        workspace: where the candidates lie.
        store: where they would be published.
        catalog: the registry.
        processing_keys: per usable dataset, the key that its candidates must have been made under.
        reviews: what officers have decided.
        folder: private work folder.

    Raises:
        CorruptStore: when the current release or a candidate cannot be read.
    """
    base = latest_snapshot(store)
    planner = Planner(workspace, store, catalog, reviews, base, TextGate(catalog), folder)
    candidates, comparisons = pending_candidates(workspace), Comparisons(store, catalog, base)
    for dataset_id, dataset in catalog.datasets.items():
        if dataset.descriptor.disclosure.review != "each_version" or not reviews.is_plan_cleared(dataset):
            continue
        ready = [
            segment
            for name, segment in candidates
            if name == dataset_id
            and segment.processing_key == processing_keys[dataset_id]
            and comparisons.is_current(name, segment)
        ]
        entry = newest_entries(store, base, {dataset_id}).get(dataset_id) if base else None
        if base is not None and entry is not None:
            yield from _rollback(planner, base, entry, dataset_id)
        if not is_released(catalog, base, dataset_id) or (not ready and entry is None):
            continue
        composed = planner.composed(dataset_id, entry, planner.base_of(dataset_id, entry), ready)
        if composed.manifest is not None:
            yield composed.manifest


def _rollback(planner: Planner, base: Snapshot, entry: SnapshotEntry, dataset_id: str) -> Iterator[Manifest]:
    """What a rollback would make that waits, if it still may be made."""
    note = load_note(planner.workspace, dataset_id, entry.manifest, rollback=True)
    if note is None or not planner.catalog.dataset(dataset_id).is_disclosed:
        return
    with contextlib.suppress(NothingToRestore, VersionWithdrawn):
        manifest = restored_version(planner.catalog, planner.store, base, entry, note, planner.folder).manifest
        if manifest is not None:
            yield manifest
