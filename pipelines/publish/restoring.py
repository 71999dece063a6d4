"""Putting back objects that are missing or damaged, from the same bytes made again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from pipelines.publish.records import Part
from pipelines.publish.snapshots import latest_snapshot
from pipelines.publish.store import object_path, put_object
from pipelines.publish.stores import Store
from pipelines.publish.tombstones import load_tombstone
from pipelines.publish.withdrawals import remove_withdrawn_bytes


def damaged_parts(store: Store, parts: Iterable[Part]) -> tuple[Part, ...]:
    """Those of a segment's files that are not in the store as they were published; hashes them all."""
    return tuple(part for part in parts if not _is_sound(store, part))


def _is_sound(store: Store, part: Part) -> bool:
    return store.sha256(object_path(part.sha256)) == part.sha256


def is_kept(store: Store, dataset: str, versions: Collection[str]) -> bool:
    """Whether any of these versions is one whose bytes were not removed for good on its withdrawal.

    Raises:
        CorruptStore: when the current snapshot or a tombstone is damaged.
    """
    snapshot = latest_snapshot(store)
    stones = {snapshot.tombstone_of(dataset, version) for version in versions} if snapshot else set()
    return any(stone is None or not load_tombstone(store, stone).bytes_removed for stone in stones)


def put_back(store: Store, dataset: str, versions: Collection[str], parts: Sequence[Part]) -> tuple[Part, ...]:
    """Put files in the place of objects that are missing or damaged; none whose versions' bytes were removed for good.

    Args:
        store: the catalog.
        dataset: whose files they are.
        versions: those that have them.
        parts: the files, with the same bytes as were published at their ``parquet``.

    Returns:
        What was put back.

    Raises:
        CorruptStore: when the current snapshot or a tombstone is damaged.
    """
    if not is_kept(store, dataset, versions):
        return ()
    put = []
    for part in parts:
        if part.parquet is not None:
            store.remove(object_path(part.sha256))
            put_object(store, part.parquet, part.sha256, part.bytes)
            put.append(part)
    snapshot = latest_snapshot(store)
    if snapshot is not None and not is_kept(store, dataset, versions):
        # Withdrawn meanwhile: at that time there was nothing to remove yet.
        remove_withdrawn_bytes(store, snapshot)
        return ()
    return tuple(put)
