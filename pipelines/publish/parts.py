"""Writing a segment's rows as Parquet: in one file, or, beyond a number of rows, in one per range of keys.

Where a large segment is split is decided by its rows alone, so the same rows give the same files; and a row that is
added, changed or removed moves only the boundaries next to it, so the other files stay as they are. (Content-defined
chunking, as in LBFS: Muthitacharoen, Chen and Mazieres, SOSP 2001; a boundary is before a row whose key's MD5, RFC
1321, is divisible by a modulus.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from pipelines.core.files import sha256_of, temporary_beside
from pipelines.core.sql import identifier, literal
from pipelines.publish.hashing import canonical, logical_hash
from pipelines.publish.records import Part
from pipelines.publish.schemas import columns, primary_key

#: A file has at most so many rows; where a segment has more, at least a quarter of it.
PART_ROWS = 1_000_000
#: Of the settings tried these gave the smallest files; the row group is DuckDB's unit of parallel reading.
_PARQUET = "FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 9, ROW_GROUP_SIZE 122880"
_SORTED = identifier("_sorted")


def write_parts(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    count: int,
    schema: Mapping[str, Any],
    folder: Path,
    part_rows: int = PART_ROWS,
) -> tuple[Part, ...]:
    """Write the rows of a SELECT, sorted by the public key, then by all columns, into ``<sha256>.parquet`` files.

    Args:
        connection: a scratch database.
        rows: the SELECT.
        count: how many rows it gives.
        schema: public Table Schema of the rows.
        folder: where the files are put.
        part_rows: rows that a file has at most.

    Returns:
        The files, in the order of their rows; a single one for at most ``part_rows`` rows.
    """
    names = ", ".join(identifier(name) for name in columns(schema))
    ordered = f"SELECT {names} FROM ({rows}) ORDER BY {_order(schema)}"
    if count <= part_rows:
        return (_write(connection, ordered, schema, folder),)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {_SORTED} AS {ordered}")
    try:
        starts = [*part_starts(_candidates(connection, schema, part_rows), count, part_rows), count]
        return tuple(
            _write(connection, f"SELECT {names} FROM {_SORTED} WHERE rowid >= {begin} AND rowid < {end} ORDER BY rowid",
                   schema, folder)
            for begin, end in pairwise(starts)
        )  # fmt: skip
    finally:
        connection.execute(f"DROP TABLE {_SORTED}")


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


def _order(schema: Mapping[str, Any]) -> str:
    # All columns in the order: rows that still tie are equal, so their order cannot change a byte.
    order = dict.fromkeys([*primary_key(schema), *columns(schema)])
    return ", ".join(f"{identifier(name)} ASC NULLS LAST" for name in order)


def _candidates(connection: duckdb.DuckDBPyConnection, schema: Mapping[str, Any], part_rows: int) -> list[int]:
    kinds = columns(schema)
    key = primary_key(schema) or tuple(kinds)
    text = " || ".join(f"coalesce({canonical(identifier(name), kinds[name])}, '') || chr(31)" for name in key)
    found = connection.execute(
        f"SELECT rowid FROM {_SORTED} WHERE md5_number_lower({text}) % {_quarter(part_rows)} = 0 ORDER BY rowid"
    ).fetchall()
    return [number for (number,) in found]


def _write(connection: duckdb.DuckDBPyConnection, rows: str, schema: Mapping[str, Any], folder: Path) -> Part:
    with temporary_beside(folder / "part.parquet") as temporary:
        connection.execute(f"COPY ({rows}) TO {literal(str(temporary))} ({_PARQUET})")
        digest = sha256_of(temporary)
        logical = logical_hash(connection, temporary, columns(schema))
        parquet = folder / f"{digest}.parquet"
        temporary.replace(parquet)
    return Part(digest, parquet.stat().st_size, pq.read_metadata(parquet).num_rows, logical, parquet)
