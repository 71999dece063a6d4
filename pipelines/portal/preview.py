"""The first rows of a version as they stand on its page, value by value as texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.catalog.metadata.texts import cut
from pipelines.core.errors import CorruptStore
from pipelines.publish import Manifest, Store, object_path
from pipelines.publish.release_notes import on_one_line

#: Rows of a preview, characters of a value, and bytes of all values: a page of many fields shows fewer rows.
ROWS, _CHARACTERS, _BYTES = 20, 200, 12_000
#: What the markup of a cell takes, with and without a value.
_CELL, _MISSING = 15, 75


@dataclass(frozen=True)
class Preview:
    """``fields``: names of the columns; ``rows``: their values, ``None`` where there is none."""

    fields: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


def first_rows(store: Store, manifest: Manifest, most: int = ROWS) -> Preview:
    """The first rows of a version, in the order of its periods and keys: as many as a page has room for, at least one.

    Reads as many row groups as it takes, which is one.

    Raises:
        CorruptStore: when an object is damaged.
        OSError: when an object cannot be read.
    """
    fields = tuple(entry["name"] for entry in manifest.schema["fields"])
    rows: list[tuple[str | None, ...]] = []
    for part in manifest.parts:
        if len(rows) >= most:
            break
        rows += _read(store, part.sha256, fields, most - len(rows))
    return Preview(fields, tuple(_fitting(rows)))


def _fitting(rows: Sequence[tuple[str | None, ...]]) -> Iterator[tuple[str | None, ...]]:
    taken = 0
    for number, row in enumerate(rows):
        taken += sum(_MISSING if value is None else len(value.encode()) + _CELL for value in row)
        if number and taken > _BYTES:
            return
        yield row


def _read(store: Store, sha256: str, fields: Sequence[str], most: int) -> list[tuple[str | None, ...]]:
    path = object_path(sha256)
    local = store.local(path)
    try:
        with pq.ParquetFile(local) as file:
            present = [name for name in fields if name in file.schema_arrow.names]
            found = next(file.iter_batches(batch_size=most, columns=present), None)
            rows = [] if found is None else found.slice(0, most).to_pylist()
    except (pa.ArrowException, OSError) as problem:
        # Damaged bytes are an OSError of Arrow's, too; what the system says has a number.
        if isinstance(problem, OSError) and problem.errno is not None:
            raise
        raise CorruptStore(path, type(problem).__name__) from problem
    return [tuple(value_text(row.get(name)) for name in fields) for row in rows]


def value_text(value: Any) -> str | None:
    """A value as CSV files have it: exact, dates by ISO 8601; long texts are cut."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return cut(on_one_line(str(value)), _CHARACTERS)
