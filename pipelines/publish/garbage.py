"""Collecting garbage: files that no snapshot refers to, left by releases that did not come to their commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipelines.publish.manifests import load_manifest
from pipelines.publish.snapshots import load_snapshot, snapshot_numbers
from pipelines.publish.store import manifest_path, object_path
from pipelines.publish.stores import Store, StoreEntry
from pipelines.publish.tombstones import removed_manifests, tombstone_path

#: Longer than any release takes: what is younger may be about to be referred to.
GRACE = timedelta(days=7)
#: Where a release keeps what it refers to; whatever no release refers to may be removed there.
FOLDERS = ("objects", "manifests", "sources", "codelists", "tombstones")


@dataclass
class References:
    """Paths that snapshots refer to. Objects of versions whose bytes were removed on withdrawal are not among them."""

    objects: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)

    def __contains__(self, path: str) -> bool:
        return path in self.objects or path in self.documents


def references(store: Store) -> References:
    """What all snapshots refer to; reads every snapshot and every manifest once.

    Raises:
        CorruptStore: when one of them cannot be read: then nothing is known to be garbage.
    """
    found = References()
    snapshots = [load_snapshot(store, number) for number in snapshot_numbers(store)]
    removed: set[str] = set()
    if snapshots:
        found.documents.update(map(tombstone_path, snapshots[-1].stones))
        removed = removed_manifests(store, snapshots[-1])
    manifests = {entry.manifest for snapshot in snapshots for entry in snapshot.datasets.values()}
    for sha256 in manifests:
        manifest = load_manifest(store, sha256)
        found.documents.add(manifest_path(sha256))
        found.documents.update(manifest.documents)
        if sha256 not in removed:
            found.objects.update(object_path(part.sha256) for part in manifest.parts)
    return found


def collect_garbage(store: Store, now: datetime, grace: timedelta = GRACE, *, dry_run: bool = False
                    ) -> tuple[StoreEntry, ...]:  # fmt: skip
    """Remove files that no snapshot refers to and that were written longer ago than ``grace``.

    A release makes files that it finds in the store young before it refers to them, and looks after them again after
    its commit, so it may run meanwhile.

    Args:
        store: the catalog.
        now: the time (aware of its time zone).
        grace: what is younger stays.
        dry_run: remove nothing.

    Returns:
        What was removed, or would be, by path.

    Raises:
        CorruptStore: when a snapshot, manifest or tombstone is damaged: then nothing is removed.
    """
    before = (now - grace).timestamp()
    old = sorted(entry for folder in FOLDERS for entry in store.entries(folder) if entry.modified < before)
    # After the list: what has been referred to since it was made is seen.
    known = references(store) if old else References()
    garbage = tuple(entry for entry in old if entry.path not in known)
    if dry_run:
        return garbage
    removed = []
    for entry in garbage:
        # Looked at again right before: a release may have taken it up meanwhile.
        if (store.modified(entry.path) or 0) < before:
            store.remove(entry.path)
            removed.append(entry)
    store.remove_leftovers(now.timestamp())
    return tuple(removed)
