"""A version as one Parquet file: sorted by the key, in row groups as objects have them, with its dictionary inside.

Arrow writes it, not DuckDB: that keeps row groups in memory whole, whatever the length of their rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.catalog.downloads.dictionary import Described, arrow_schema
from pipelines.catalog.downloads.rows import version_rows
from pipelines.catalog.downloads.texts import BATCH_ROWS
from pipelines.publish import Store
from pipelines.publish.parts import ROW_GROUP_ROWS, Rows, have_unique_keys

#: A row group of long rows has fewer of them: so many bytes in memory, and what its last batch has more.
_ROW_GROUP_BYTES = 64 << 20
_LEVEL = 9


def write_parquet(connection: duckdb.DuckDBPyConnection, store: Store, described: Described, target: Path) -> bool:
    """Write all rows of a version, sorted by the public key where no two rows share one, else by all columns.

    Returns:
        Whether no two rows share a key.

    Raises:
        CorruptStore: when an object is missing or has another size.
    """
    manifest = described.manifest
    rows = Rows(version_rows(store, manifest), manifest.rows, manifest.schema)
    unique = have_unique_keys(connection, rows.select, rows.schema)
    schema = arrow_schema(described)
    with pq.ParquetWriter(
        target, schema, compression="zstd", compression_level=_LEVEL, store_decimal_as_integer=True
    ) as writer:
        for group in _row_groups(schema, connection.sql(rows.ordered(by_key=unique)).to_arrow_reader(BATCH_ROWS)):
            writer.write_table(group, row_group_size=ROW_GROUP_ROWS)
    return unique


def _row_groups(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The rows of each row group. They are told by the rows alone, however those come in batches."""
    group: list[pa.RecordBatch] = []
    count = size = 0
    for batch in _even(schema, batches):
        group.append(batch)
        count, size = count + len(batch), size + batch.nbytes
        if count >= ROW_GROUP_ROWS or size >= _ROW_GROUP_BYTES:
            yield pa.Table.from_batches(group)
            group, count, size = [], 0, 0
    if group:
        yield pa.Table.from_batches(group)


def _even(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows, so many a batch, but for the last."""
    rest = schema.empty_table()
    for batch in batches:
        rest = pa.concat_tables([rest, pa.Table.from_arrays(batch.columns, schema=schema)])
        while len(rest) >= BATCH_ROWS:
            yield rest.slice(0, BATCH_ROWS).combine_chunks().to_batches()[0]
            rest = rest.slice(BATCH_ROWS)
    yield from rest.combine_chunks().to_batches()
