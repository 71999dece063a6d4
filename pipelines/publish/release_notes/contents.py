"""What separates a snapshot from the one before, read from the store: what notes and feeds tell of."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.core.versions import VersionNumber
from pipelines.publish.manifests import load_manifest
from pipelines.publish.release_notes.snapshots import (
    Brought,
    Left,
    Withdrawn,
    changed_entries,
    left_entries,
    new_tombstones,
)
from pipelines.publish.snapshots import Snapshot, load_snapshot
from pipelines.publish.stores import Store
from pipelines.publish.tombstones import load_tombstone


@dataclass(frozen=True)
class SnapshotContents:
    """The versions that a snapshot brought, the datasets that left it, and what was withdrawn with it."""

    snapshot: Snapshot
    brought: tuple[Brought, ...]
    left: tuple[Left, ...]
    withdrawn: tuple[Withdrawn, ...]

    @classmethod
    def of(cls, store: Store, snapshot: Snapshot, before: Snapshot | None = None) -> SnapshotContents:
        """What a snapshot brought; ``before`` is the one before it, where that is at hand.

        Raises:
            CorruptStore: when the snapshot before, a manifest or a tombstone cannot be read.
        """
        if before is None and snapshot.previous is not None:
            before = load_snapshot(store, snapshot.previous)
        brought = []
        for entry in changed_entries(snapshot, before).values():
            manifest = load_manifest(store, entry.manifest)
            follows = load_manifest(store, manifest.previous.manifest) if manifest.previous else None
            brought.append(Brought(manifest, follows))
        left = (Left(load_manifest(store, entry.manifest)) for entry in left_entries(snapshot, before).values())
        withdrawn = []
        for sha256 in new_tombstones(snapshot, before):
            tombstone = load_tombstone(store, sha256)
            newest = max(tombstone.manifests, key=VersionNumber.parse)
            withdrawn.append(Withdrawn(load_manifest(store, tombstone.manifests[newest]), tombstone))
        return cls(snapshot, tuple(brought), tuple(left), tuple(withdrawn))
