"""Withdrawing versions: they are no longer shown, and a tombstone says so for good, with the reason.

Bytes are removed only where that is asked for (a law may demand it), and then only those that no other version has.
Downloads of withdrawn versions are removed in any case; no other derived file holds rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.core.errors import UnknownVersion
from pipelines.publish.download_files import remove_withdrawn_downloads
from pipelines.publish.garbage import references
from pipelines.publish.history import newest_version, versions_of
from pipelines.publish.manifests import load_manifest
from pipelines.publish.snapshots import (
    Snapshot,
    commit_snapshot,
    heal_pointer,
    latest_number,
    latest_snapshot,
    load_snapshot,
    next_snapshot,
    utc_text,
)
from pipelines.publish.store import object_path
from pipelines.publish.stores import Store
from pipelines.publish.tombstones import Tombstone, load_tombstone, put_tombstone, removed_manifests


@dataclass(frozen=True)
class Withdrawal:
    """What a withdrawal came to. ``versions`` have a tombstone now that had none; ``removed`` are paths of objects.

    ``hidden``: the dataset is no longer in the catalog.
    """

    snapshot: Snapshot
    versions: tuple[str, ...]
    removed: tuple[str, ...]
    hidden: bool


def withdraw(store: Store, dataset: str, versions: Collection[str], reason: Mapping[str, str], now: datetime, *,
             basis: str = "", remove_bytes: bool = False) -> Withdrawal:  # fmt: skip
    """Withdraw versions of a dataset.

    With its newest version a dataset leaves the catalog and is held back: no release brings it back until it is
    reinstated, or rolled back to a version that was not withdrawn.

    Args:
        store: the catalog.
        dataset: the dataset.
        versions: which; none means all that there are.
        reason: why, in ``zh`` and ``en``.
        now: time of the release (aware of its time zone).
        basis: legal basis.
        remove_bytes: remove rows that only withdrawn versions have.

    Raises:
        NothingReleased, UnknownDataset, UnknownVersion: there is no such dataset or version.
        CorruptStore: when the store is damaged.
    """
    while True:
        base, entry = newest_version(store, dataset)
        known = {manifest.version: sha256 for sha256, manifest in versions_of(store, entry)}
        for version in versions:
            if version not in known:
                raise UnknownVersion(dataset, version, ", ".join(reversed(list(known))))
        chosen = {version: sha256 for version, sha256 in known.items() if not versions or version in versions}
        new = _not_withdrawn(store, base, dataset, chosen, remove_bytes)
        if not new:
            remove_withdrawn_downloads(store, base)
            return Withdrawal(base, (), remove_withdrawn_bytes(store, base), dataset not in base.datasets)
        tombstone = Tombstone(dataset, new, reason, basis, utc_text(now), remove_bytes)
        snapshot = _with_tombstone(base, tombstone, put_tombstone(store, tombstone), now)
        if commit_snapshot(store, snapshot):
            break
    heal_pointer(store)
    remove_withdrawn_downloads(store, snapshot)
    removed = remove_withdrawn_bytes(store, snapshot)
    return Withdrawal(snapshot, tuple(new), removed, dataset not in snapshot.datasets)


def reinstate(store: Store, dataset: str, now: datetime) -> bool:
    """Let releases take up a dataset again that a withdrawal holds back; tell whether it was. Tombstones stay.

    Raises:
        NothingReleased, UnknownDataset: there is no such dataset.
    """
    while True:
        finish_withdrawal(store)
        base, _ = newest_version(store, dataset)
        if dataset not in base.held:
            return False
        if commit_snapshot(store, replace(next_snapshot(base, now), held=base.held - {dataset})):
            heal_pointer(store)
            return True


def finish_withdrawal(store: Store) -> tuple[str, ...]:
    """Remove what the newest snapshot withdrew, where a crash came before: downloads and objects; the objects' paths.

    Whatever commits a snapshot calls this first: of older ones nobody would know.
    """
    snapshot = latest_snapshot(store)
    if snapshot is None or snapshot.previous is None or not snapshot.tombstones:
        return ()
    if snapshot.tombstones == load_snapshot(store, snapshot.previous).tombstones:
        return ()
    remove_withdrawn_downloads(store, snapshot)
    return remove_withdrawn_bytes(store, snapshot)


def remove_withdrawn_bytes(store: Store, snapshot: Snapshot) -> tuple[str, ...]:
    """Remove the objects of versions whose bytes are not to be kept, and which no other version has."""
    manifests = removed_manifests(store, snapshot)
    paths = {object_path(part.sha256) for sha256 in manifests for part in load_manifest(store, sha256).parts}
    removed: list[str] = []
    while present := {path for path in paths if store.size(path) is not None}:
        number = latest_number(store)
        removable = sorted(present - references(store).objects)
        for path in removable:
            if latest_number(store) != number:
                break  # A release came in between, and may refer to it.
            store.remove(path)
            removed.append(path)
        else:
            break
    return tuple(removed)


def _not_withdrawn(
    store: Store, base: Snapshot, dataset: str, chosen: Mapping[str, str], remove_bytes: bool
) -> dict[str, str]:
    """Those that have no tombstone yet, or one that keeps bytes which are to be removed now."""
    new = {}
    for version, manifest in chosen.items():
        stone = base.tombstone_of(dataset, version)
        if stone is None or (remove_bytes and not load_tombstone(store, stone).bytes_removed):
            new[version] = manifest
    return new


def _with_tombstone(base: Snapshot, tombstone: Tombstone, sha256: str, now: datetime) -> Snapshot:
    dataset = tombstone.dataset
    stones = {**base.tombstones.get(dataset, {}), **dict.fromkeys(tombstone.manifests, sha256)}
    following = replace(next_snapshot(base, now), tombstones={**base.tombstones, dataset: stones})
    entry = base.datasets.get(dataset)
    if entry is None or entry.version not in tombstone.manifests:
        return following
    staying = {name: shown for name, shown in base.datasets.items() if name != dataset}
    return replace(following.showing(staying), held=base.held | {dataset})
