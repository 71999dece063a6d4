"""The catalog as people read it: the DuckDB index of the latest snapshot, and a reader for Python.

Here: what is derived from a released snapshot and can be deleted and rebuilt.

Not here: anything that decides what is published, anything private, anything that changes the store.
"""

from pipelines.catalog.errors import IndexUnusable, NoEarlierVersion, QueryFailed, QueryRefused
from pipelines.catalog.index import refresh_index
from pipelines.catalog.index_files import current_files, index_path, index_sums, newest_sound
from pipelines.catalog.reader import Limits, OpenCatalog, connect_index, open_catalog, open_workspace_catalog
from pipelines.catalog.verifying import verify_index
from pipelines.catalog.views import rows_of
from pipelines.core.errors import UnknownVersion

__all__ = [
    "IndexUnusable",
    "Limits",
    "NoEarlierVersion",
    "OpenCatalog",
    "QueryFailed",
    "QueryRefused",
    "UnknownVersion",
    "connect_index",
    "current_files",
    "index_path",
    "index_sums",
    "newest_sound",
    "open_catalog",
    "open_workspace_catalog",
    "refresh_index",
    "rows_of",
    "verify_index",
]
