"""Writing release notes into the store, beside the snapshot that they tell of.

::

    notes/<dataset>/<version>.md    a version
    notes/snapshot-000042.md        a snapshot; written last: where it is, the others are
    feed.atom                       the newest versions
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.core.errors import CorruptStore
from pipelines.core.versions import VersionNumber
from pipelines.publish.manifests import load_manifest
from pipelines.publish.release_notes.atom import NEWEST, FeedAbout, entries_in, entries_of, feed, told
from pipelines.publish.release_notes.snapshots import (
    Brought,
    Left,
    Withdrawn,
    changed_entries,
    left_entries,
    new_tombstones,
    snapshot_notes,
)
from pipelines.publish.release_notes.versions import version_notes
from pipelines.publish.snapshots import Snapshot, latest_number, load_snapshot
from pipelines.publish.stores import Store
from pipelines.publish.tombstones import load_tombstone

FEED = "feed.atom"


def version_notes_path(dataset: str, version: str) -> str:
    """Where a version's notes lie, relative to the store's root."""
    return f"notes/{dataset}/{version}.md"


def snapshot_notes_path(number: int) -> str:
    """Where a snapshot's notes lie, relative to the store's root."""
    return f"notes/snapshot-{number:06d}.md"


def write_release_notes(store: Store, snapshot: Snapshot, about: FeedAbout) -> bool:
    """Write the notes of the newest snapshot and its versions, and the feed; tell whether anything was missing.

    Where all is there this costs a look at two files. Notes of older snapshots that are missing stay missing.

    Raises:
        CorruptStore: when the snapshot before or a manifest cannot be read.
    """
    path = snapshot_notes_path(snapshot.number)
    if store.size(path) is not None and told(snapshot.number) in _feed_of(store):
        return False
    changes = _Changes.of(store, snapshot)
    for entry in changes.brought:
        manifest = entry.manifest
        content = version_notes(store, manifest, entry.previous)
        store.create(version_notes_path(manifest.dataset, manifest.version), content.encode())
    _write_feed(store, about, changes)
    store.create(path, snapshot_notes(snapshot, changes.brought, changes.left, changes.withdrawn).encode())
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


@dataclass(frozen=True)
class _Changes:
    """What separates a snapshot from the one before."""

    snapshot: Snapshot
    before: Snapshot | None
    brought: tuple[Brought, ...]
    left: tuple[Left, ...]
    withdrawn: tuple[Withdrawn, ...]

    @classmethod
    def of(cls, store: Store, snapshot: Snapshot) -> _Changes:
        before = load_snapshot(store, snapshot.previous) if snapshot.previous is not None else None
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
        return cls(snapshot, before, tuple(brought), tuple(left), tuple(withdrawn))

    def entries(self, about: FeedAbout) -> list[str]:
        """What the feed says of it."""
        return entries_of(about, self.snapshot, self.brought, self.left, self.withdrawn)


def _write_feed(store: Store, about: FeedAbout, changes: _Changes) -> None:
    while True:
        content = feed(about, changes.snapshot, _entries(store, about, changes))
        store.replace(FEED, content.encode())
        # Whoever is slow may write an older feed over a newer one, so look again after writing.
        number = latest_number(store)
        if number <= changes.snapshot.number:
            return
        changes = _Changes.of(store, load_snapshot(store, number))


def _entries(store: Store, about: FeedAbout, changes: _Changes) -> list[str]:
    """The newest entries: those of a snapshot, then the feed's of the one before, or else those of older ones."""
    document = _feed_of(store)
    entries = changes.entries(about)
    while changes.before is not None and len(entries) < NEWEST:
        if told(changes.before.number) in document:
            return entries + entries_in(document)
        try:
            changes = _Changes.of(store, changes.before)
        except CorruptStore:
            break  # What older releases brought is not worth stopping for.
        entries += changes.entries(about)
    return entries


def _feed_of(store: Store) -> list[str]:
    """The lines of the feed as it is."""
    try:
        return store.read(FEED).decode(errors="replace").split("\n")
    except FileNotFoundError:
        return []
