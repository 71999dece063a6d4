"""The catalog as people read it: the DuckDB index of the latest snapshot, and a reader for Python.

Here: what is derived from a released snapshot and can be deleted and rebuilt.

Not here: anything that decides what is published, anything private, anything that changes the store.
"""

from pipelines.catalog.errors import IndexUnusable, NoEarlierVersion, QueryFailed, QueryRefused
from pipelines.catalog.index import refresh_index
from pipelines.catalog.index_files import current_files, index_path, index_sums
from pipelines.catalog.reader import OpenCatalog, open_catalog, open_workspace_catalog
from pipelines.catalog.verifying import verify_index
from pipelines.core.errors import UnknownVersion

__all__ = [
    "IndexUnusable",
    "NoEarlierVersion",
    "OpenCatalog",
    "QueryFailed",
    "QueryRefused",
    "UnknownVersion",
    "current_files",
    "index_path",
    "index_sums",
    "open_catalog",
    "open_workspace_catalog",
    "refresh_index",
    "verify_index",
]
