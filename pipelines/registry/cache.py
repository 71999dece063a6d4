"""The registry in memory: loaded again only when one of its files has changed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pipelines.registry.catalog import Catalog
from pipelines.registry.load import load_catalog

#: Name, size and time of every file of the registry.
FileTimes = tuple[tuple[str, int, int], ...]


def file_times(folder: Path) -> FileTimes:
    """Name, size and time of every file below ``folder``, sorted by name."""
    return tuple(
        (path.relative_to(folder).as_posix(), status.st_size, status.st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (status := path.stat())
    )


def current_catalog(folder: Path) -> Catalog:
    """The catalog under ``folder`` as its files are now; a long-lived process loads it once per change.

    Raises:
        CatalogUnusable: when ``catalog.yaml`` or the organisations cannot be used.
    """
    return _loaded(folder, file_times(folder))


@lru_cache(maxsize=2)
def _loaded(folder: Path, _times: FileTimes) -> Catalog:
    return load_catalog(folder)
