"""Where the downloads of versions lie in the catalog, and removing those of withdrawn versions.

::

    downloads/<dataset>/<version>/<dataset>-<version>.csv   and other forms of the same rows
    downloads/<dataset>/<version>/files.json                what there is of a version; written last
    downloads/index.json                                    which version of each dataset was made last

They are derived from objects (``catalog.downloads`` makes them) and hold the same rows. So whoever withdraws a version
removes them too.
"""

from __future__ import annotations

from pipelines.publish.snapshots import Snapshot
from pipelines.publish.stores import Store

DOWNLOADS = "downloads"
FILES = "files.json"
RECORD = f"{DOWNLOADS}/index.json"


def downloads_folder(dataset: str, version: str) -> str:
    """The folder of a version's downloads, relative to the store's root."""
    return f"{DOWNLOADS}/{dataset}/{version}"


def remove_downloads(store: Store, folder: str) -> int:
    """Remove all files below a folder of downloads, the lists of files first; how many there were."""
    paths = [entry.path for entry in store.entries(folder)]
    for path in sorted(paths, key=lambda path: (not path.endswith(f"/{FILES}"), path)):
        store.remove(path)
    return len(paths)


def remove_withdrawn_downloads(store: Store, snapshot: Snapshot) -> None:
    """Remove the downloads of all versions that a snapshot has tombstones of."""
    for dataset, stones in snapshot.tombstones.items():
        present = {entry.path.split("/")[2] for entry in store.entries(f"{DOWNLOADS}/{dataset}")}
        for version in sorted(present & stones.keys()):
            remove_downloads(store, downloads_folder(dataset, version))
