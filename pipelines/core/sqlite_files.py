"""SQLite files in the private folder: the ledger and small ones beside it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from pipelines.core.files import PRIVATE_FILE_MODE


@contextlib.contextmanager
def database(path: Path, tables: str) -> Iterator[sqlite3.Connection]:
    """An open database with these tables; what is committed to it is on disk. Several processes may use it at once."""
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    with contextlib.closing(connection):
        path.chmod(PRIVATE_FILE_MODE)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(tables)
        yield connection


@contextlib.contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction: all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        if connection.in_transaction:  # A full disk has ended it already.
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
