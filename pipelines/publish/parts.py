"""Writing a segment's rows as Parquet: in one file, or, beyond a number of rows, in several by ranges of keys.

Where a large segment is split is decided by its rows alone, so the same rows give the same files; and a row that is
added, changed or removed moves only the boundaries next to it, so the other files stay as they are. (Content-defined
chunking, as in LBFS: Muthitacharoen, Chen and Mazieres, SOSP 2001; a boundary is before a row whose key's MD5, RFC
1321, is below a limit.)
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from pipelines.core.files import sha256_of, temporary_beside
from pipelines.core.sql import identifier, literal
from pipelines.publish.hashing import canonical, logical_hashes
from pipelines.publish.records import Part
from pipelines.publish.schemas import columns, primary_key

#: A segment of so many rows is one file: splitting a megabyte saves less than it costs readers.
WHOLE_ROWS = 16_384
#: What a file has at most, whatever the segment has.
MOST_ROWS = 1_048_576
#: DuckDB's unit of parallel reading.
ROW_GROUP_ROWS = 122_880
#: Of the settings tried these gave the smallest files.
PARQUET_SETTINGS = (
    f"FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 9, ROW_GROUP_SIZE {ROW_GROUP_ROWS}"
)
_SORTED = identifier("sorted_rows")


@dataclass(frozen=True)
class Rows:
    """Rows to be written: a SELECT, how many rows it gives, and their public schema."""

    select: str
    count: int
    schema: Mapping[str, Any]

    @property
    def names(self) -> str:
        """The columns, for a SELECT."""
        return _listed(columns(self.schema))

    def ordered(self, *, by_key: bool) -> str:
        """The rows in their order. The key decides it if it is unique, else all columns: rows that still tie are equal,
        so their order cannot change a byte."""
        key = primary_key(self.schema)
        order = key if by_key and key else tuple(dict.fromkeys([*key, *columns(self.schema)]))
        return f"SELECT {self.names} FROM ({self.select}) ORDER BY {_listed(order, ' ASC NULLS LAST')}"


def write_parts(
    connection: duckdb.DuckDBPyConnection,
    rows: Rows,
    folder: Path,
    *,
    part_rows: int | None = None,
    repeated: Callable[[], None] = lambda: None,
) -> tuple[Part, ...]:
    """Write rows, sorted by the public key, then by all columns, into ``<sha256>.parquet`` files.

    Args:
        connection: a scratch database of nothing else.
        rows: what to write.
        folder: where the files are put.
        part_rows: rows that a file has at most; ``None``: as many as suits their number.
        repeated: called before anything is written if some key is there more than once.

    Returns:
        The files, in the order of their rows; a single one for at most ``part_rows`` rows.
    """
    most = part_rows or rows_per_part(rows.count)
    if rows.count <= most:
        unique = have_unique_keys(connection, rows.select, rows.schema, repeated)
        return _write(connection, [rows.ordered(by_key=unique)], rows.schema, folder)
    connection.execute(f"CREATE TABLE {_SORTED} AS {rows.ordered(by_key=True)}")
    try:
        if not have_unique_keys(connection, f"SELECT * FROM {_SORTED}", rows.schema, repeated):
            connection.execute(f"CREATE OR REPLACE TABLE {_SORTED} AS {rows.ordered(by_key=False)}")
        starts = [*part_starts(_candidates(connection, rows.schema, most), rows.count, most), rows.count]
        selects = [
            f"SELECT {rows.names} FROM {_SORTED} WHERE rowid >= {begin} AND rowid < {end}"
            for begin, end in pairwise(starts)
        ]
        return _write(connection, selects, rows.schema, folder)
    finally:
        connection.execute(f"DROP TABLE {_SORTED}")


def rows_per_part(count: int) -> int:
    """Rows that a file of a segment has at most: a power of two, a quarter to half of the segment.

    So a correction of neighbouring rows writes a fifth of the segment again or so, and the number of files stays small.
    """
    return min(max(1 << (max(count - 1, 0) // 4).bit_length(), WHOLE_ROWS), MOST_ROWS)


def part_starts(candidates: Iterable[int], count: int, part_rows: int) -> list[int]:
    """Where parts begin: at candidates, none before a quarter of ``part_rows``, and no part longer than that.

    Args:
        candidates: row numbers that a part may begin with, ascending.
        count: number of rows.
        part_rows: rows that a part has at most.
    """
    starts = [0]
    for candidate in [*candidates, count]:
        while candidate - starts[-1] > part_rows:
            starts.append(starts[-1] + part_rows)
        if candidate < count and candidate - starts[-1] >= _quarter(part_rows):
            starts.append(candidate)
    return starts


def _quarter(part_rows: int) -> int:
    return max(part_rows // 4, 1)


def _listed(names: Iterable[str], suffix: str = "") -> str:
    return ", ".join(f"{identifier(name)}{suffix}" for name in names)


def have_unique_keys(
    connection: duckdb.DuckDBPyConnection,
    select: str,
    schema: Mapping[str, Any],
    repeated: Callable[[], None] = lambda: None,
) -> bool:
    """Whether no two rows have the same public key, which is looked at alone. Rows without a key are ordered anyway."""
    key = _listed(primary_key(schema))
    if not key:
        return True
    found = f"SELECT 1 FROM (SELECT {key} FROM ({select})) GROUP BY {key} HAVING count(*) > 1 LIMIT 1"
    if not connection.execute(found).fetchall():
        return True
    repeated()
    return False


def _candidates(connection: duckdb.DuckDBPyConnection, schema: Mapping[str, Any], part_rows: int) -> list[int]:
    kinds = columns(schema)
    key = primary_key(schema) or tuple(kinds)
    text = " || ".join(f"coalesce({canonical(identifier(name), kinds[name])}, '') || chr(31)" for name in key)
    # Digests are compared as text, which DuckDB makes four times as fast as their numbers.
    limit = (1 << 128) // _quarter(part_rows) - 1
    found = connection.execute(
        f"SELECT rowid FROM {_SORTED} WHERE md5({text}) <= {literal(f'{limit:032x}')} ORDER BY rowid"
    ).fetchall()
    return [number for (number,) in found]


def _write(
    connection: duckdb.DuckDBPyConnection, selects: Sequence[str], schema: Mapping[str, Any], folder: Path
) -> tuple[Part, ...]:
    """Write a file per SELECT. Files are written side by side: one of less than a row group keeps one thread busy."""
    with contextlib.ExitStack() as temporaries:
        targets = [temporaries.enter_context(temporary_beside(folder / "part.parquet")) for _ in selects]
        (threads,) = connection.execute("SELECT current_setting('threads')").fetchone() or (1,)
        with ThreadPoolExecutor(min(threads, len(selects))) as pool:
            digests = list(pool.map(partial(_copy, connection), selects, targets))
        hashes = logical_hashes(connection, targets, columns(schema))
        parts = []
        for target, digest, logical in zip(targets, digests, hashes, strict=True):
            parquet = folder / f"{digest}.parquet"
            target.replace(parquet)
            parts.append(Part(digest, parquet.stat().st_size, pq.read_metadata(parquet).num_rows, logical, parquet))
    return tuple(parts)


def _copy(connection: duckdb.DuckDBPyConnection, select: str, target: Path) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"COPY ({select}) TO {literal(str(target))} ({PARQUET_SETTINGS})")
    return sha256_of(target)
