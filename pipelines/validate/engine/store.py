"""A private DuckDB with the look-up tables of foreign keys, which spill to disk."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from types import TracebackType

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.validate.engine.model import Mask

MEMORY_LIMIT = "256MB"


class Store:
    """One DuckDB connection, opened when first needed. A context manager."""

    def __init__(self, work: Path) -> None:
        self._work = work
        self._tables = 0

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        if "_connection" in self.__dict__:
            self._connection.close()

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(
            config={
                "memory_limit": MEMORY_LIMIT,
                "temp_directory": str(self._work / "duckdb"),
                "threads": 1,
            }
        )
        connection.execute("SET enable_external_access = false")
        return connection

    def lookup(self, width: int, batches: Iterable[pa.RecordBatch]) -> LookupTable:
        """Store the keys ``batches`` (columns ``k0``, ``k1`` …, text) to look others up in."""
        name = f"lookup_{self._tables}"
        self._tables += 1
        columns = [f"k{position}" for position in range(width)]
        self._connection.execute(f"CREATE TABLE {name} ({', '.join(f'{column} VARCHAR' for column in columns)})")
        for batch in batches:
            self._connection.register("incoming", pa.Table.from_batches([batch]))
            self._connection.execute(f"INSERT INTO {name} SELECT DISTINCT * FROM incoming")
            self._connection.unregister("incoming")
        return LookupTable(self, name, columns)

    def absent(self, table: str, columns: list[str], keys: pa.RecordBatch) -> Mask:
        """Which rows of ``keys`` are not among a look-up table's rows; null equals null."""
        same = " AND ".join(f"incoming.{column} IS NOT DISTINCT FROM {table}.{column}" for column in columns)
        numbered = keys.append_column("place", pa.array(np.arange(keys.num_rows)))
        found = self._query(numbered, f"SELECT place AS found FROM incoming ANTI JOIN {table} ON {same}")
        mask: Mask = np.zeros(keys.num_rows, dtype=np.bool_)
        mask[found.astype(np.int64)] = True
        return mask

    def _query(self, keys: pa.RecordBatch, query: str) -> np.ndarray:
        self._connection.register("incoming", pa.Table.from_batches([keys]))
        try:
            return np.asarray(self._connection.execute(query).fetchnumpy()["found"])
        finally:
            self._connection.unregister("incoming")


class LookupTable:
    """The keys of a referenced table."""

    def __init__(self, store: Store, table: str, columns: list[str]) -> None:
        self._store = store
        self._table = table
        self._columns = columns

    def absent(self, columns: list[pa.Array]) -> Mask:
        """Which of the keys (canonical texts, a column each) the table does not have."""
        return self._store.absent(self._table, self._columns, pa.record_batch(columns, names=self._columns))
