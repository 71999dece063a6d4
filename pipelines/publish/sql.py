"""DuckDB as this room and the catalog use it: bounded, offline, with quoted names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.core.databases import private_database

#: Sorting beyond this spills to the work folder, so that a table of any size fits a small machine.
MEMORY_LIMIT = "1GB"
#: Characters by which spreadsheets know a formula (OWASP, CSV injection), also in full width; for a class of a pattern.
FORMULA_BEGINNINGS = r"=+\-@\t\r\n＝＋－＠"


def look_at_values(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep a database from answering by the statistics of Parquet files.

    They leave NaN out, so that DuckDB 2.0 finds none, and takes it for another number, where all others are equal.
    """
    connection.execute("SET disabled_optimizers = 'statistics_propagation'")


@contextlib.contextmanager
def scratch_database(
    work: Path, threads: int | None = None, memory_limit: str = MEMORY_LIMIT
) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory database that spills into ``work`` and never fetches extensions.

    Args:
        work: private folder for spilled data.
        threads: worker threads; ``None`` means one per core.
        memory_limit: as DuckDB has it.
    """
    with private_database(work / "spill", memory_limit=memory_limit, threads=threads) as connection:
        look_at_values(connection)
        yield connection
