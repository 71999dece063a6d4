"""Look-up tables of foreign keys: small ones in memory, large ones in a private DuckDB that spills to disk."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.core.databases import LOCAL
from pipelines.validate.engine.model import Mask

MEMORY_LIMIT = "256MB"
#: Up to so many characters of keys are kept in memory.
_MOST_CHARACTERS = 8 << 20


class LookupTable(ABC):
    """The keys of a referenced table."""

    def absent(self, columns: Sequence[pa.Array]) -> Mask:
        """Which of the keys (canonical texts, a column each) the table does not have; null equals null."""
        if len(columns) > 1:
            return self._absent(pa.record_batch(list(columns), names=key_names(len(columns))))
        # Codes repeat: each is looked up once.
        encoded = columns[0].dictionary_encode(null_encoding="encode")
        distinct = pa.record_batch([encoded.dictionary], names=key_names(1))
        mask: Mask = self._absent(distinct)[encoded.indices.to_numpy(zero_copy_only=False)]
        return mask

    @abstractmethod
    def _absent(self, keys: pa.RecordBatch) -> Mask:
        """Which rows of ``keys`` are not among the table's."""


class _InMemory(LookupTable):
    def __init__(self, batches: Iterable[pa.RecordBatch]) -> None:
        self._records = frozenset(itertools.chain.from_iterable(map(_records, batches)))

    def _absent(self, keys: pa.RecordBatch) -> Mask:
        present = np.fromiter(map(self._records.__contains__, _records(keys)), np.bool_, keys.num_rows)
        return ~present


class _InDuckDB(LookupTable):
    def __init__(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        self._connection = connection
        self._table = table

    def _absent(self, keys: pa.RecordBatch) -> Mask:
        same = " AND ".join(f"incoming.{name} IS NOT DISTINCT FROM {self._table}.{name}" for name in keys.schema.names)
        numbered = keys.append_column("place", pa.array(np.arange(keys.num_rows)))
        self._connection.register("incoming", pa.Table.from_batches([numbered]))
        try:
            result = self._connection.execute(f"SELECT place FROM incoming ANTI JOIN {self._table} ON {same}")
            found = np.asarray(result.fetchnumpy()["place"]).astype(np.int64)
        finally:
            self._connection.unregister("incoming")
        mask: Mask = np.zeros(keys.num_rows, dtype=np.bool_)
        mask[found] = True
        return mask


class Store:
    """Makes look-up tables; DuckDB is opened when the first large one comes. A context manager."""

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
                **LOCAL,
                "memory_limit": MEMORY_LIMIT,
                "temp_directory": str(self._work / "duckdb"),
                "threads": 1,
            }
        )
        connection.execute("SET enable_external_access = false")
        return connection

    def lookup(self, width: int, batches: Iterable[pa.RecordBatch]) -> LookupTable:
        """Keep the keys ``batches`` (columns ``k0``, ``k1`` …, text) to look others up in."""
        stream = iter(batches)
        first, characters = [], 0
        for batch in stream:
            first.append(batch)
            characters += batch.get_total_buffer_size()
            if characters > _MOST_CHARACTERS:
                return self._in_duckdb(width, itertools.chain(first, stream))
        return _InMemory(first)

    def _in_duckdb(self, width: int, batches: Iterable[pa.RecordBatch]) -> LookupTable:
        name = f"lookup_{self._tables}"
        self._tables += 1
        columns = ", ".join(f"{column} VARCHAR" for column in key_names(width))
        self._connection.execute(f"CREATE TABLE {name} ({columns})")
        for batch in batches:
            self._connection.register("incoming", pa.Table.from_batches([batch]))
            self._connection.execute(f"INSERT INTO {name} SELECT DISTINCT * FROM incoming")
            self._connection.unregister("incoming")
        return _InDuckDB(self._connection, name)


def key_names(width: int) -> list[str]:
    """The columns of a batch of keys: ``k0``, ``k1`` …"""
    return [f"k{position}" for position in range(width)]


def _records(keys: pa.RecordBatch) -> Iterable[Any]:
    """The rows as tuples; of a single column the texts themselves."""
    columns = [column.to_pylist() for column in keys.columns]
    return columns[0] if len(columns) == 1 else zip(*columns, strict=True)
