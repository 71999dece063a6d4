"""Where a catalog is kept: a folder, or a bucket of an object store.

Here: reading, creating, replacing, listing and removing named bytes, durably and in one step each.

Not here: what the bytes mean. Which names there are is ``publish.store``'s and ``publish.snapshots``'.
"""

from pipelines.publish.stores.base import Store, StoreEntry
from pipelines.publish.stores.create_only import require_create_only
from pipelines.publish.stores.folder import FolderStore
from pipelines.publish.stores.opening import catalog_store, open_store
from pipelines.publish.stores.remote import RemoteStore

__all__ = ["FolderStore", "RemoteStore", "Store", "StoreEntry", "catalog_store", "open_store", "require_create_only"]
