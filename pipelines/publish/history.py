"""Going back through what has been released: the versions of a dataset, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time

from pipelines.core.errors import NothingReleased, UnknownDataset, UnknownVersion
from pipelines.publish.errors import VersionWithdrawn
from pipelines.publish.manifests import Manifest, load_manifest
from pipelines.publish.snapshots import Snapshot, SnapshotEntry, latest_number, latest_snapshot, load_snapshot, utc_text
from pipelines.publish.stores import Store


def newest_entries(store: Store, base: Snapshot, datasets: set[str]) -> dict[str, SnapshotEntry]:
    """The last versions of datasets, also of those that ``base`` does not show any more; none of unknown ones.

    Reads nothing, but where ``base`` does not tell what has left the catalog: then snapshots are read backwards until
    all are found.
    """
    known = {**(base.left or {}), **base.datasets}
    found = {dataset: known[dataset] for dataset in datasets & known.keys()}
    number = base.previous if base.left is None else None
    while number is not None and datasets - found.keys():
        snapshot = load_snapshot(store, number)
        found |= {
            dataset: snapshot.datasets[dataset] for dataset in (datasets - found.keys()) & snapshot.datasets.keys()
        }
        number = snapshot.previous
    return found


def versions_of(store: Store, entry: SnapshotEntry) -> Iterator[tuple[str, Manifest]]:
    """A version and those before it, newest first, each with its manifest's SHA-256."""
    sha256: str | None = entry.manifest
    while sha256 is not None:
        manifest = load_manifest(store, sha256)
        yield sha256, manifest
        sha256 = manifest.previous.manifest if manifest.previous else None


def newest_version(store: Store, dataset: str) -> tuple[Snapshot, SnapshotEntry]:
    """The current snapshot, and a dataset's last version, whether or not that snapshot shows it.

    Raises:
        NothingReleased: when nothing has been released.
        UnknownDataset: when the dataset never was.
    """
    base = latest_snapshot(store)
    if base is None:
        raise NothingReleased(store.address)
    found = newest_entries(store, base, {dataset})
    if dataset not in found:
        raise UnknownDataset(dataset, ", ".join(sorted(base.datasets)))
    return base, found[dataset]


def find_version(store: Store, dataset: str, entry: SnapshotEntry, version: str) -> tuple[str, Manifest]:
    """A version's manifest, with its SHA-256.

    Raises:
        UnknownVersion: when there is none of that number.
    """
    known = []
    for sha256, manifest in versions_of(store, entry):
        if manifest.version == version:
            return sha256, manifest
        known.append(manifest.version)
    raise UnknownVersion(dataset, version, ", ".join(reversed(known)))


def refuse_withdrawn(store: Store, dataset: str, versions: Iterable[str]) -> None:
    """Make sure that none of these versions has been withdrawn.

    Raises:
        VersionWithdrawn: when one has.
    """
    current = latest_snapshot(store)
    for version in versions:
        if current is not None and current.tombstone_of(dataset, version) is not None:
            raise VersionWithdrawn(dataset, version)


def snapshot_as_of(store: Store, day: date) -> Snapshot | None:
    """The snapshot that was current at the end of a day (UTC); ``None`` before the first.

    Halves the snapshots, whose times never run backwards, until it is found.
    """
    wanted = utc_text(datetime.combine(day, time.max, UTC))
    first, last = 1, latest_number(store)
    found: Snapshot | None = None
    while first <= last:
        middle = (first + last) // 2
        snapshot = load_snapshot(store, middle)
        if snapshot.released <= wanted:
            found, first = snapshot, middle + 1
        else:
            last = middle - 1
    return found
