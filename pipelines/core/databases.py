"""In-memory DuckDB databases for private work, used again one after the other.

Creating an instance of DuckDB 2.0 takes 15 ms of CPU, as much as everything else that is done with a small delivery.
"""

from __future__ import annotations

import atexit
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.core.sql import identifier, literal

#: Of databases that look at one delivery.
MEMORY_LIMIT = "512MB"
#: Instances that nobody uses; so many are kept.
_idle: list[duckdb.DuckDBPyConnection] = []
_MOST_IDLE = 1
_ATTACHED = "NOT internal AND database_name <> 'memory'"
#: For databases of local files: threads for others, eight unless told otherwise, each have a stack and an arena.
LOCAL: dict[str, str | bool | int | float | list[str]] = {"async_threads": 1}
_CONFIG = {
    **LOCAL,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # Files of private folders are read once; another may come to have the same name.
    "enable_external_file_cache": False,
}


@contextlib.contextmanager
def private_database(
    work: Path | None, *, memory_limit: str = MEMORY_LIMIT, threads: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of nothing else, empty, that never fetches extensions.

    Args:
        work: private folder for what does not fit into memory; ``None``: it has to fit.
        memory_limit: as DuckDB has it.
        threads: worker threads; ``None`` means one per core.

    Raises:
        duckdb.OutOfMemoryException: in the body, when what is done takes more memory than that.
    """
    instance = _instance(work)
    try:
        instance.execute(f"SET memory_limit = {literal(memory_limit)}")
        instance.execute("RESET threads" if threads is None else f"SET threads = {threads}")
        with instance.cursor() as connection:
            yield connection
        _empty(instance)
    except BaseException:
        # Whatever went wrong may have left something.
        instance.close()
        raise
    # One that has spilled keeps to the folder that it spilled into.
    if len(_idle) < _MOST_IDLE and not (work and any(work.glob("duckdb_temp*"))):
        _idle.append(instance)
    else:
        instance.close()


def _instance(work: Path | None) -> duckdb.DuckDBPyConnection:
    """An instance that nobody else has, and that spills into ``work``."""
    instance = _idle.pop() if _idle else duckdb.connect(config=_CONFIG)
    try:
        instance.execute(f"SET temp_directory = {literal('' if work is None else str(work))}")
    except BaseException:
        instance.close()
        raise
    return instance


def _empty(instance: duckdb.DuckDBPyConnection) -> None:
    """Make an instance as if it were new. Without its threads it gives memory back, too."""
    for (name,) in instance.execute(f"SELECT database_name FROM duckdb_databases() WHERE {_ATTACHED}").fetchall():
        instance.execute(f"DETACH {identifier(name)}")
    made = instance.execute(
        "SELECT 'VIEW', view_name FROM duckdb_views() WHERE NOT internal UNION ALL "
        "SELECT 'TABLE', table_name FROM duckdb_tables() WHERE NOT internal ORDER BY ALL DESC"
    ).fetchall()
    for kind, name in made:
        instance.execute(f"DROP {kind} {identifier(name)}")
    instance.execute("RESET disabled_optimizers")
    instance.execute("SET threads = 1")


def _forget() -> None:
    """After a fork: the threads of instances are the parent's. Closing one would wait for them."""
    _of_parent.extend(_idle)
    _idle.clear()


def _close() -> None:
    while _idle:
        _idle.pop().close()


_of_parent: list[duckdb.DuckDBPyConnection] = []
os.register_at_fork(after_in_child=_forget)
atexit.register(_close)
