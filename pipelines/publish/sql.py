"""DuckDB as this room and the catalog use it: bounded, offline, with quoted names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import duckdb

#: Sorting beyond this spills to the work folder, so that a table of any size fits a small machine.
MEMORY_LIMIT = "1GB"


def look_at_values(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep a database from answering by the statistics of Parquet files.

    They leave NaN out, so that DuckDB 2.0 finds none, and takes it for another number, where all others are equal.
    """
    connection.execute("SET disabled_optimizers = 'statistics_propagation'")


@contextlib.contextmanager
def scratch_database(work: Path, threads: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory database that spills into ``work`` and never fetches extensions.

    Args:
        work: private folder for spilled data.
        threads: worker threads; ``None`` means one per core.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(work / "spill"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if threads is not None:
        config["threads"] = threads
    connection = duckdb.connect(config=config)
    look_at_values(connection)
    try:
        yield connection
    finally:
        connection.close()
