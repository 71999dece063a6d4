"""The catalog as people read it: the DuckDB index of the latest snapshot, and a reader for Python.

Here: what is derived from a released snapshot and can be deleted and rebuilt.

Not here: anything that decides what is published, anything private, anything that changes the store.
"""

from pipelines.catalog.connecting import Limits, attach_index, connect_index, place_of_index, restrict
from pipelines.catalog.errors import IndexUnusable, NoEarlierVersion, QueryFailed, QueryRefused
from pipelines.catalog.index import refresh_index
from pipelines.catalog.index_files import current_files, index_path, index_sums, newest_sound
from pipelines.catalog.reader import OpenCatalog, open_catalog, open_workspace_catalog, withdrawn_since
from pipelines.catalog.statements import Statements
from pipelines.catalog.store_files import REMOTE_ROOT, ObjectFiles, is_object
from pipelines.catalog.verifying import verify_index
from pipelines.catalog.views import rows_of
from pipelines.core.errors import UnknownVersion

__all__ = [
    "REMOTE_ROOT",
    "IndexUnusable",
    "Limits",
    "NoEarlierVersion",
    "ObjectFiles",
    "OpenCatalog",
    "QueryFailed",
    "QueryRefused",
    "Statements",
    "UnknownVersion",
    "attach_index",
    "connect_index",
    "current_files",
    "index_path",
    "index_sums",
    "is_object",
    "newest_sound",
    "open_catalog",
    "open_workspace_catalog",
    "place_of_index",
    "refresh_index",
    "restrict",
    "rows_of",
    "verify_index",
    "withdrawn_since",
]
