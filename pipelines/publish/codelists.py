"""Code lists as they are published: codes and their names, one CSV file per content.

A manifest names the files of the lists that its fields refer to, so that a version keeps the names its codes had.
Of a list only the columns below are public; what else the registry keeps in it (addresses of offices …) is not.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from functools import lru_cache

from pipelines.core.errors import CorruptStore
from pipelines.publish.store import MALFORMED, codelist_path, read_verified
from pipelines.publish.stores import Store
from pipelines.registry import Catalog, Dataset, published_name
from pipelines.registry.tables import CodeList

#: Columns of a published code list; empty where the list has no such column.
COLUMNS = ("code", "name_zh", "name_en", "parent", "valid_from", "valid_to")


@lru_cache(maxsize=1024)
def codelist_content(table: CodeList) -> bytes:
    """The bytes that are stored: CSV (RFC 4180) in UTF-8, rows by code; made once for all datasets that share them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for key in sorted(table.by_key):
        row = table.by_key[key]
        writer.writerow((key, *(row.get(column, "") for column in COLUMNS[1:])))
    return text.getvalue().encode()


def codelist_contents(catalog: Catalog, dataset: Dataset) -> dict[str, bytes]:
    """The code lists that a dataset's public fields refer to: identifier → the bytes that are stored."""
    named = {spec.codelist for spec in dataset.fields if spec.codelist and published_name(spec) is not None}
    return {name: codelist_content(catalog.tables[name]) for name in sorted(named & catalog.tables.keys())}


def load_codelist(store: Store, sha256: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a stored code list, as text by :data:`COLUMNS`.

    Raises:
        CorruptStore: when it is missing, altered, or not a code list.
    """
    relative = codelist_path(sha256)
    reader = csv.DictReader(io.StringIO(read_verified(store, relative, sha256).decode(errors="replace"), newline=""))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise CorruptStore(relative, MALFORMED)
    return tuple(reader)
