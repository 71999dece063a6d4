"""The machine's trouble, told apart from a delivery's: a full disk or too little memory says nothing about a file."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator

import duckdb

#: What DuckDB's errors say, whose class depends on what it was writing.
_SAID = {os.strerror(number): number for number in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)}
#: Primary result codes of SQLite.
_CODES = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_CANTOPEN: errno.EIO,
}


@contextlib.contextmanager
def machine_trouble() -> Iterator[None]:
    """Turn DuckDB's and SQLite's forms of a full or failing disk and of too little memory into Python's.

    Raises:
        OSError: the disk cannot be read or written, or is full.
        MemoryError: a query needed more memory than there is.
    """
    try:
        yield
    except duckdb.OutOfMemoryException as problem:
        raise MemoryError(_first_line(problem)) from problem
    except duckdb.Error as problem:
        for said, number in _SAID.items():
            if said in str(problem):
                raise OSError(number, said if number == errno.ENOSPC else _first_line(problem)) from problem
        # Fatal is what DuckDB calls a commit that could not be made durable.
        if isinstance(problem, duckdb.IOException | duckdb.FatalException):
            raise OSError(errno.EIO, _first_line(problem)) from problem
        raise
    except sqlite3.OperationalError as problem:
        code = _CODES.get(getattr(problem, "sqlite_errorcode", 0) & 0xFF)
        if code is None:
            raise
        raise OSError(code, str(problem)) from problem


def _first_line(problem: Exception) -> str:
    return str(problem).partition("\n")[0]
