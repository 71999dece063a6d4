"""The release: all candidates become public together, or none of them.

Order: objects, manifests, then the snapshot (the commit point), then what is derived from it. Before the
snapshot exists readers see the old release, after it the new one; running again finishes what a crash left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.core.paths import Workspace
from pipelines.publish.candidates import pending_candidates, remove_candidate
from pipelines.publish.compose import compose
from pipelines.publish.manifests import Manifest, load_manifest
from pipelines.publish.records import Segment
from pipelines.publish.snapshots import Snapshot, SnapshotEntry, commit_snapshot, heal_pointer, latest_snapshot
from pipelines.publish.store import put_manifest, put_object, remove_stale_temporaries
from pipelines.registry import Catalog
from pipelines.registry.disclosures import Attribute

#: No release runs that long.
_STALE = timedelta(days=1)


@dataclass(frozen=True)
class Release:
    """The current snapshot, and the versions that this release added (none: nothing had changed)."""

    snapshot: Snapshot | None
    versions: tuple[Manifest, ...]


def release(workspace: Workspace, catalog: Catalog, now: datetime) -> Release:
    """Publish all candidates as one snapshot.

    Datasets that the registry does not know, or that are broken in it, or that are not disclosed actively
    stay as they are, and their candidates wait.

    Args:
        workspace: where.
        catalog: the registry, for what is said about the datasets.
        now: time of the release (aware of its time zone).

    Raises:
        CorruptStore: when the current release or a candidate cannot be read.
    """
    while True:
        base = latest_snapshot(workspace.catalog)
        candidates = [(d, s) for d, s in pending_candidates(workspace) if _may_be_released(catalog, d)]
        manifests = _compose_all(workspace.catalog, catalog, base, candidates)
        if not manifests:
            snapshot = base
            break
        try:
            _store(workspace.catalog, manifests, candidates)
        except FileNotFoundError:
            continue  # A candidate was replaced or released by another process: begin again with what is there.
        snapshot = _next_snapshot(base, manifests, now)
        if commit_snapshot(workspace.catalog, snapshot):
            remove_stale_temporaries(workspace.catalog, (now - _STALE).timestamp())
            break
    heal_pointer(workspace.catalog)
    for dataset_id, segment in candidates:
        remove_candidate(workspace, dataset_id, segment)
    return Release(snapshot, tuple(manifests))


def _may_be_released(catalog: Catalog, dataset_id: str) -> bool:
    dataset = catalog.datasets.get(dataset_id)
    return dataset is not None and dataset.descriptor.disclosure.attribute is Attribute.ACTIVE


def _compose_all(
    root: Path, catalog: Catalog, base: Snapshot | None, candidates: Sequence[tuple[str, Segment]]
) -> list[Manifest]:
    """The versions that a release of ``candidates`` on top of ``base`` adds."""
    released: Mapping[str, SnapshotEntry] = base.datasets if base else {}
    ready: dict[str, list[Segment]] = {}
    for dataset_id, segment in candidates:
        ready.setdefault(dataset_id, []).append(segment)
    manifests = []
    for dataset_id in sorted({*released, *ready}):
        if not _may_be_released(catalog, dataset_id):
            continue
        entry = released.get(dataset_id)
        current = (entry.manifest, load_manifest(root, entry.manifest)) if entry else None
        manifest = compose(catalog, dataset_id, current, ready.get(dataset_id, []))
        if manifest is not None:
            manifests.append(manifest)
    return manifests


def _store(root: Path, manifests: Sequence[Manifest], candidates: Sequence[tuple[str, Segment]]) -> None:
    changed = {manifest.dataset for manifest in manifests}
    for dataset_id, segment in candidates:
        if dataset_id in changed and segment.parquet is not None:
            put_object(root, segment.parquet, segment.sha256, segment.bytes)
    for manifest in manifests:
        put_manifest(root, manifest.content())


def _next_snapshot(base: Snapshot | None, manifests: Sequence[Manifest], now: datetime) -> Snapshot:
    datasets = dict(base.datasets) if base else {}
    for manifest in manifests:
        datasets[manifest.dataset] = SnapshotEntry(manifest.theme, manifest.version, manifest.sha256)
    released = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Snapshot(base.number + 1 if base else 1, released, base.number if base else None, datasets)
