"""Building a segment: the departments' disclosed tables of one period become one sorted Parquet file, or several.

The same rows give the same bytes, whatever the number of threads, the order of the tables or the machine
(with the same DuckDB version, which Parquet's ``created_by`` names).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from pipelines.core.accounts import Stage, require_all
from pipelines.core.records import DisclosedTable, FieldReceipt
from pipelines.core.sql import identifier, literal
from pipelines.publish.clearances import with_clearances
from pipelines.publish.errors import ColumnsDiffer, DuplicateAcrossDeliveries, Unprotected
from pipelines.publish.hashing import normalised
from pipelines.publish.parts import Rows, write_parts
from pipelines.publish.records import Contribution, Segment, SegmentDelivery, Sources, merge_receipts
from pipelines.publish.schemas import columns, current_schema, primary_key
from pipelines.publish.sql import scratch_database
from pipelines.registry import Dataset

#: Name and Arrow type of each column of a file.
StoredColumns = tuple[tuple[str, str], ...]

#: Keeps people in the rows of a period from being told apart: takes a database, a SELECT and its columns, gives the
#: SELECT of the rows that may be published, and the receipt of what was done.
Protect = Callable[[duckdb.DuckDBPyConnection, str, tuple[str, ...]], tuple[str, tuple[FieldReceipt, ...]]]

#: Cannot be a field's name: those begin with a letter.
_DELIVERY = identifier("_delivery")


def build_segment(
    dataset: Dataset,
    period: str,
    contributions: Sequence[Contribution],
    folder: Path,
    *,
    threads: int | None = None,
    part_rows: int | None = None,
    protect: Protect | None = None,
) -> Segment | None:
    """Put the departments' tables of one period together, sorted by the public key, then by all columns.

    Args:
        dataset: whose tables they are.
        period: as its class writes periods.
        contributions: one per department, in any order.
        folder: private work folder; receives a ``<sha256>.parquet`` per part.
        threads: DuckDB's worker threads; ``None`` means one per core. The result does not depend on it.
        part_rows: rows that a file has at most; ``None``: as many as suits their number.
        protect: what keeps people from being told apart, where the dataset has small cells.

    Returns:
        The segment, its bytes at its parts' ``parquet``; ``None`` when there are no contributions.

    Raises:
        DuplicateAcrossDeliveries: when two deliveries have rows with the same public key.
        ColumnsDiffer: when a table's file does not have the columns that its record says.
        RowsUnaccounted: when the segment does not have the rows that the tables' records say.
        Unprotected: when the dataset has small cells and nothing looks after them.
    """
    if dataset.descriptor.small_cells is not None and protect is None:
        raise Unprotected(dataset.id)
    ordered = sorted(contributions, key=lambda entry: (entry.table.delivery.key.organisation, entry.table.delivery.id))
    if not ordered:
        return None
    tables = [entry.table for entry in ordered]
    stored = [_stored_columns(table) for table in tables]
    schema = with_clearances(current_schema(dataset, [table.schema for table in tables]), dataset)
    with scratch_database(folder, threads) as connection:
        select = _union(tables, stored, schema)
        receipt: tuple[FieldReceipt, ...] = ()
        if protect is not None:
            select, receipt = protect(connection, select, tuple(columns(schema)))
        rows = Rows(select, sum(table.rows for table in tables), schema)
        check = partial(_check_keys, connection, schema, tables, stored)
        parts = write_parts(connection, rows, folder, part_rows=part_rows, repeated=check)
    require_all(Stage.COMPOSE, sum(part.rows for part in parts), *(table.rows for table in tables))
    return Segment(
        period=period,
        parts=parts,
        schema=schema,
        sources=Sources.of(_delivery_of(entry) for entry in ordered),
        receipt=merge_receipts([*(table.receipt for table in tables), receipt]),
    )


def _stored_columns(table: DisclosedTable) -> StoredColumns:
    """Names and types in the file. It has exactly the public fields: more would be published by no one's decision."""
    stored = tuple((entry.name, str(entry.type)) for entry in pq.read_schema(table.parquet))
    found, declared = [name for name, _ in stored], list(columns(table.schema))
    if found != declared:
        raise ColumnsDiffer(table.delivery.id, tuple(sorted({*found} ^ {*declared})) or tuple(declared))
    return stored


def _union(tables: Sequence[DisclosedTable], stored: Sequence[StoredColumns], schema: Mapping[str, Any]) -> str:
    """SQL for the rows of all tables in the columns of ``schema``. Files of equal columns are read as one."""
    alike: dict[StoredColumns, list[DisclosedTable]] = {}
    for found, table in zip(stored, tables, strict=True):
        alike.setdefault(found, []).append(table)
    return " UNION ALL ".join(
        f"SELECT {_columns_of(found, schema)} FROM {_files(group)}" for found, group in alike.items()
    )


def _files(tables: Sequence[DisclosedTable]) -> str:
    return f"read_parquet([{', '.join(literal(str(table.parquet)) for table in tables)}])"


def _columns_of(stored: StoredColumns, schema: Mapping[str, Any]) -> str:
    available = dict(stored)
    parts = []
    for name, kind in columns(schema).items():
        value = f"CAST({identifier(name) if name in available else 'NULL'} AS {kind})"
        parts.append(f"{normalised(value, kind)} AS {identifier(name)}")
    return ", ".join(parts)


def _check_keys(
    connection: duckdb.DuckDBPyConnection,
    schema: Mapping[str, Any],
    tables: Sequence[DisclosedTable],
    stored: Sequence[StoredColumns],
) -> None:
    """Tell which deliveries share keys, where some key is there more than once."""
    key = primary_key(schema)
    if len(tables) < 2 or not key:
        return
    rows = " UNION ALL ".join(
        f"SELECT {number} AS {_DELIVERY}, {_columns_of(found, schema)} FROM {_files([table])}"
        for number, (found, table) in enumerate(zip(stored, tables, strict=True))
    )
    # Two numbers per key rather than a list of them: aggregates of fixed size spill to disk.
    shared = connection.execute(
        f"SELECT first, last, count(*) FROM (SELECT min({_DELIVERY}) AS first, max({_DELIVERY}) AS last FROM ({rows}) "
        f"GROUP BY {', '.join(identifier(name) for name in key)}) WHERE first <> last GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    if shared:
        numbers = sorted({number for first, last, _ in shared for number in (first, last)})
        raise DuplicateAcrossDeliveries(
            key, tuple(tables[number].delivery.id for number in numbers), sum(count for *_, count in shared)
        )


def _delivery_of(entry: Contribution) -> SegmentDelivery:
    delivery = entry.table.delivery
    return SegmentDelivery(delivery.id, delivery.key.organisation, entry.digest, entry.table.rows, entry.quality)
