"""The machine's trouble, told apart from a delivery's: a full disk or too little memory says nothing about a file."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

import duckdb

_NO_SPACE = "No space left on device"


@contextlib.contextmanager
def machine_trouble() -> Iterator[None]:
    """Turn DuckDB's forms of a full disk and of too little memory into Python's.

    Raises:
        OSError: the disk cannot be read or written, or is full.
        MemoryError: a query needed more memory than there is.
    """
    try:
        yield
    except duckdb.OutOfMemoryException as problem:
        raise MemoryError(_first_line(problem)) from problem
    except duckdb.Error as problem:
        # A full disk surfaces under other classes too, depending on what DuckDB was writing.
        if _NO_SPACE in str(problem):
            raise OSError(errno.ENOSPC, _NO_SPACE) from problem
        if isinstance(problem, duckdb.IOException):
            raise OSError(errno.EIO, _first_line(problem)) from problem
        raise


def _first_line(problem: Exception) -> str:
    return str(problem).partition("\n")[0]
