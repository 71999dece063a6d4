"""The place that belongs to a store."""

from __future__ import annotations

from pipelines.api.places.base import Place
from pipelines.api.places.bucket import BucketPlace
from pipelines.api.places.folder import FolderPlace
from pipelines.publish import FolderStore, Store
from pipelines.publish.stores import RemoteStore


def place_of(store: Store, copies: int) -> Place:
    """Where a catalog lies.

    Args:
        store: the catalog's; of a bucket, with a cache that no other process uses.
        copies: bytes that copies of a bucket's objects may have.

    Raises:
        OSError: when it is a bucket that cannot be reached.
    """
    match store:
        case FolderStore():
            return FolderPlace(store.root.resolve())
        case RemoteStore():
            place = BucketPlace(store, copies)
            place.look()
            return place
    raise TypeError(store.address)
