r"""The logical hash of a segment: the same for the same rows, whatever writes the Parquet file.

SHA-256 (FIPS 180-4) over a byte stream of netstrings (D. J. Bernstein, 1997: ``<length>:<bytes>,``, the
length in bytes):

* a header: for each column a netstring of its name and one of its type, then a line feed;
* then each row in the segment's order: for each column a netstring of the value's canonical form, or
  ``-,`` for null, then a line feed.

========================  =====================================================================
type                      canonical form (UTF-8)
========================  =====================================================================
VARCHAR                   the text itself, not normalised
BIGINT, INTEGER           decimal digits, ``-`` before negatives
DECIMAL(18, d)            decimal digits with exactly d of them after the point
DOUBLE                    the 64 bits of IEEE 754 binary64, most significant first, as 0 and 1;
                          negative zero counts as zero, and every NaN is 0x7ff8000000000000
BOOLEAN                   ``true`` or ``false``
DATE, TIME, TIMESTAMP     ``YYYY-MM-DD``, ``HH:MM:SS.ffffff``, ``YYYY-MM-DDTHH:MM:SS.ffffff``
========================  =====================================================================

A segment's order is by its public key, then by all columns from left to right, ascending, texts by
their UTF-8 bytes, nulls last.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.sql import identifier, literal
from pipelines.publish.sql import look_at_values

#: Rows whose canonical forms are held at a time.
_BATCH_ROWS = 8192


def logical_hash(connection: duckdb.DuckDBPyConnection, parquet: Path, columns: Mapping[str, str]) -> str:
    """The logical hash of a Parquet file, in hexadecimal; see :func:`logical_hashes`."""
    (digest,) = logical_hashes(connection, [parquet], columns)
    return digest


def logical_hashes(
    connection: duckdb.DuckDBPyConnection, parquets: Sequence[Path], columns: Mapping[str, str]
) -> list[str]:
    """The logical hash of each of several Parquet files, in hexadecimal; streams them one after the other.

    Args:
        connection: a database that keeps insertion order (DuckDB's default); from then on it looks at values alone.
        parquets: files of the same columns, each with its rows in order.
        columns: column name → DuckDB type, in order.
    """
    look_at_values(connection)
    header = b"".join(_netstring(part) for item in columns.items() for part in item) + b"\n"
    digests = [hashlib.sha256(header) for _ in parquets]
    # One query for all: binding one takes as long as hashing thousands of rows.
    batches = _lines(connection, parquets, columns)
    lines = pa.array([], pa.string())
    for digest, parquet in zip(digests, parquets, strict=True):
        missing = pq.read_metadata(parquet).num_rows
        while missing:
            lines = lines if len(lines) else next(batches)
            taken = lines.slice(0, missing)
            digest.update(_bytes_of(taken))
            lines, missing = lines.slice(len(taken)), missing - len(taken)
    return [digest.hexdigest() for digest in digests]


def _lines(
    connection: duckdb.DuckDBPyConnection, parquets: Sequence[Path], columns: Mapping[str, str]
) -> Iterator[pa.Array]:
    row = ", ".join(_cell(name, kind) for name, kind in columns.items())
    files = ", ".join(literal(str(parquet)) for parquet in parquets)
    relation = connection.sql(f"SELECT concat({row}, chr(10)) AS line FROM read_parquet([{files}])")
    for batch in relation.to_arrow_reader(_BATCH_ROWS):
        yield batch.column(0)


def normalised(expression: str, kind: str) -> str:
    """SQL for a value with one representation per value, so that equal rows are equal bytes."""
    if kind != "DOUBLE":
        return expression
    return (
        f"CASE WHEN {expression} = 0 THEN CAST(0 AS DOUBLE) WHEN isnan({expression}) THEN CAST('nan' AS DOUBLE) "
        f"ELSE {expression} END"
    )


def _netstring(text: str) -> bytes:
    encoded = text.encode()
    return b"%d:%b," % (len(encoded), encoded)


def _cell(name: str, kind: str) -> str:
    """Arguments of ``concat``, which leaves nulls out. It copies texts once, where ``||`` would copy them each time."""
    form = canonical(identifier(name), kind)
    return f"coalesce(strlen({form}) || ':', '-'), {form}, ','"


def canonical(column: str, kind: str) -> str:
    """SQL for a column's canonical form: see the table above."""
    if kind == "DOUBLE":
        return f"CAST(CAST({normalised(column, kind)} AS BIT) AS VARCHAR)"
    if kind == "TIME":
        return f"strftime(DATE '2000-01-01' + {column}, '%H:%M:%S.%f')"
    if kind == "TIMESTAMP":
        return f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%f')"
    return f"CAST({column} AS VARCHAR)"


def _bytes_of(lines: pa.Array) -> memoryview:
    """The lines of a string array, end to end, without copying them out one by one."""
    array = lines.cast(pa.large_string())
    _, offsets, data = array.buffers()
    if data is None or len(array) == 0:
        return memoryview(b"")
    begin, end = (
        struct.unpack_from("<q", offsets, 8 * position)[0] for position in (array.offset, array.offset + len(array))
    )
    return memoryview(data)[begin:end]
