"""A DuckDB for descriptors' SQL: it reads the given Parquet files and nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.core.databases import LOCAL, MEMORY_LIMIT
from pipelines.core.sql import identifier, literal

#: The longest that one query of a descriptor may take; a mistake in it must not hold up all other datasets.
QUERY_SECONDS = 900

#: Errors that say nothing about the delivery: disk full, out of memory. The run ends and is taken up again.
MACHINE_TROUBLE = (duckdb.IOException, duckdb.OutOfMemoryException)


@contextlib.contextmanager
def sandbox(
    files: Mapping[str, Path | Sequence[Path]], tables: Mapping[str, pa.Table], work: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with a view per entry of Parquet files and a table per Arrow table; spills to ``work``.

    Its memory is bounded. After set-up it can open only the given files, and its configuration is locked.
    """
    parts = {name: [path] if isinstance(path, Path) else path for name, path in files.items()}
    allowed = ", ".join(literal(str(path)) for paths in parts.values() for path in paths)
    connection = duckdb.connect(config=LOCAL)
    try:
        connection.execute(f"SET memory_limit = {literal(MEMORY_LIMIT)}")
        connection.execute(f"SET temp_directory = {literal(str(work))}")
        connection.execute(f"SET allowed_paths = [{allowed}]")
        connection.execute("SET enable_external_access = false")
        for name, paths in parts.items():
            listed = ", ".join(literal(str(path)) for path in paths)
            connection.execute(f"CREATE VIEW {identifier(name)} AS FROM read_parquet([{listed}], union_by_name = true)")
        for name, table in tables.items():
            connection.register("_incoming", table)
            connection.execute(f"CREATE TABLE {identifier(name)} AS FROM _incoming")
            connection.unregister("_incoming")
        connection.execute(f"SET max_execution_time = {QUERY_SECONDS * 1000}")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()
