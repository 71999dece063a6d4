"""Finding the two versions that are to be compared."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.catalog.errors import NoEarlierVersion
from pipelines.publish import Store, latest_snapshot, load_manifest, object_path, refuse_withdrawn
from pipelines.publish.diff import VersionDiff


def diff_versions(
    store: Store, dataset: str, old: str | None, new: str | None, find: Callable[[str | None], tuple[str, str]]
) -> VersionDiff:
    """The difference of two versions of a dataset.

    Args:
        store: the public store.
        dataset: the dataset's identifier.
        old: number of the version to begin with; ``None``: the one that ``new`` followed, or, where that has been
            withdrawn, the last before it that has not.
        new: number of the version to end with; ``None``: the latest.
        find: number and manifest hash of a version.

    Raises:
        NoEarlierVersion: when ``old`` is absent and ``new`` is the first version that has not been withdrawn.
        VersionWithdrawn: when one of them has been withdrawn.
    """
    number, sha256 = find(new)
    after = load_manifest(store, sha256)
    if old is None:
        current = latest_snapshot(store)
        previous = after.previous
        while previous and current and current.tombstone_of(dataset, previous.version) is not None:
            previous = load_manifest(store, previous.manifest).previous
        if previous is None:
            raise NoEarlierVersion(dataset, number)
        old = previous.version
    before = load_manifest(store, find(old)[1])
    refuse_withdrawn(store, dataset, (old, number))
    return VersionDiff.between(dataset, (old, number), before, after, lambda digest: store.local(object_path(digest)))
