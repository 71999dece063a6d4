"""Connections to an index: read-only, and locked down before anybody's statement is run.

A connection is made in two steps: the index is attached, and the connection is restricted. A process that only
attaches may be forked, and each fork restrict itself as its statement needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.catalog.errors import IndexUnusable
from pipelines.catalog.index_files import INDEX, index_path
from pipelines.catalog.store_files import REMOTE_ROOT, ObjectFiles, StoreFiles
from pipelines.core.errors import NothingReleased
from pipelines.core.sql import literal
from pipelines.publish import FolderStore, Store, latest_number


@dataclass(frozen=True)
class Limits:
    """What the statements of somebody unknown may take: seconds, MiB of memory, threads. They spill nothing to disk."""

    seconds: float
    memory: int
    threads: int

    def settings(self) -> Iterable[str]:
        """SQL that sets them."""
        yield f"SET threads = {self.threads}"
        yield f"SET memory_limit = '{self.memory}MiB'"
        yield "SET max_temp_directory_size = '0B'"
        yield f"SET max_execution_time = {max(1, round(self.seconds * 1000))}"


def connect_index(store: Store, number: int | None, limits: Limits | None = None) -> duckdb.DuckDBPyConnection:
    """A locked-down connection to the index of a snapshot (absent: of the newest).

    Args:
        store: the catalog's.
        number: of the snapshot.
        limits: what statements may take, if they are a stranger's; those see rows only, no other file of the catalog.

    Raises:
        NothingReleased: when nothing has been released.
        IndexUnusable: when the index is missing or damaged.
    """
    index, root = place_of_index(store, number)
    connection = attach_index(index)
    restrict(connection, root, None if isinstance(store, FolderStore) else StoreFiles(store), limits)
    return connection


def place_of_index(store: Store, number: int | None) -> tuple[Path, str]:
    """A local file of the index of a snapshot (absent: of the newest), and what the paths of its views begin with.

    Raises:
        NothingReleased, IndexUnusable: as :func:`connect_index`.
    """
    newest = latest_number(store)
    if newest == 0:
        raise NothingReleased(store.address)
    folder = store.root.resolve() if isinstance(store, FolderStore) else None
    if folder is not None and number is None:
        index = folder / INDEX
        if not index.is_file():
            raise IndexUnusable(str(index))
        return index, str(folder)
    path = index_path(newest if number is None else number)
    try:
        return store.local(path).resolve(), str(folder) if folder is not None else REMOTE_ROOT
    except FileNotFoundError:
        raise IndexUnusable(f"{store.address}/{path}") from None


def attach_index(index: Path, *, single: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection to a database of its own with the index attached as ``catalog``, not restricted yet.

    DuckDB opens a file once per process, so a second reader would get what the first one opened, also after the index
    was replaced.

    Args:
        index: its file.
        single: without any thread of DuckDB's, so that the process may be forked.

    Raises:
        IndexUnusable: when it cannot be read.
    """
    threads: dict[str, str | bool | int | float | list[str]] = {"threads": 1, "async_threads": 0} if single else {}
    connection = duckdb.connect(config={"temp_directory": f"{index}.tmp", **threads})
    try:
        connection.execute(f"ATTACH {literal(str(index))} AS catalog (READ_ONLY)")
    except duckdb.Error as problem:
        connection.close()
        raise IndexUnusable(str(index)) from problem
    return connection


def restrict(
    connection: duckdb.DuckDBPyConnection, root: str, files: ObjectFiles | None, limits: Limits | None
) -> None:
    """Let a connection see the catalog and nothing else, for good.

    Args:
        connection: with the index attached.
        root: what the paths of its views begin with.
        files: how objects are read where that is no folder.
        limits: see :func:`connect_index`.
    """
    connection.execute("USE catalog")
    if files is not None:
        connection.register_filesystem(files)
    readable = root if limits is None else f"{root}/objects"
    for setting in limits.settings() if limits is not None else ():
        connection.execute(setting)
    # In this order: the last two make the ones before them final.
    connection.execute(f"SET VARIABLE catalog_root = {literal(root)}")
    connection.execute(f"SET allowed_directories = [{literal(readable)}]")
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
