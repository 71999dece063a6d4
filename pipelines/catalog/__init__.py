"""The catalog as people read it: the DuckDB index of the latest snapshot, and a reader for Python.

Here: what is derived from a released snapshot and can be deleted and rebuilt.

Not here: anything that decides what is published, anything private, anything that changes the store.
"""

from pipelines.catalog.errors import IndexUnusable, NoEarlierVersion, QueryFailed, QueryRefused
from pipelines.catalog.index import index_path, refresh_index
from pipelines.catalog.reader import OpenCatalog, open_catalog
from pipelines.core.errors import UnknownVersion

__all__ = [
    "IndexUnusable",
    "NoEarlierVersion",
    "OpenCatalog",
    "QueryFailed",
    "QueryRefused",
    "UnknownVersion",
    "index_path",
    "open_catalog",
    "refresh_index",
]
