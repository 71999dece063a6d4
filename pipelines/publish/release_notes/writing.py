"""Writing release notes into the store, beside the snapshot that they tell of.

::

    notes/<dataset>/<version>.md    a version
    notes/snapshot-000042.md        a snapshot; written last: where it is, the others are
"""

from __future__ import annotations

from pipelines.publish.release_notes.contents import SnapshotContents
from pipelines.publish.release_notes.snapshots import changed_entries, snapshot_notes
from pipelines.publish.release_notes.versions import version_notes
from pipelines.publish.snapshots import Snapshot, load_snapshot
from pipelines.publish.stores import Store


def version_notes_path(dataset: str, version: str) -> str:
    """Where a version's notes lie, relative to the store's root."""
    return f"notes/{dataset}/{version}.md"


def snapshot_notes_path(number: int) -> str:
    """Where a snapshot's notes lie, relative to the store's root."""
    return f"notes/snapshot-{number:06d}.md"


def write_release_notes(store: Store, snapshot: Snapshot) -> bool:
    """Write the notes of the newest snapshot and its versions; tell whether anything was missing.

    Where all is there this costs a look at one file. Notes of older snapshots that are missing stay missing.

    Raises:
        CorruptStore: when the snapshot before or a manifest cannot be read.
    """
    path = snapshot_notes_path(snapshot.number)
    if store.size(path) is not None:
        return False
    contents = SnapshotContents.of(store, snapshot)
    for entry in contents.brought:
        manifest = entry.manifest
        content = version_notes(store, manifest, entry.previous)
        store.create(version_notes_path(manifest.dataset, manifest.version), content.encode())
    text = snapshot_notes(snapshot, contents.brought, contents.left, contents.withdrawn)
    store.create(path, text.encode())
    return True


def notes_sums(store: Store, number: int) -> dict[str, str]:
    """Path → SHA-256 of a snapshot's notes and those of the versions that it brought, as far as they are there.

    Raises:
        CorruptStore: when the snapshot or the one before cannot be read.
    """
    snapshot = load_snapshot(store, number)
    before = load_snapshot(store, snapshot.previous) if snapshot.previous is not None else None
    changed = changed_entries(snapshot, before).items()
    paths = [snapshot_notes_path(number), *(version_notes_path(dataset, entry.version) for dataset, entry in changed)]
    sums = ((path, store.sha256(path)) for path in paths)
    return {path: sha256 for path, sha256 in sums if sha256 is not None}
