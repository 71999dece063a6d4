"""Faults at chosen calls: of the file system, by this process's Python code, or of a catalog's store.

::

    with file_faults(Faults(7, Kind.EIO)) as faults:   # The seventh call fails.
        release(...)
    faults.calls                                       # How many there were.
"""

from __future__ import annotations

import builtins
import contextlib
import errno
import fcntl
import io
import os
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import IO, Any, cast
from unittest import mock

from pipelines.publish import Store

#: Calls that take up space, or may. Opening is one where it is for writing.
FILLING = {"link", "replace", "rename", "mkdir", "fsync", "utime", "chmod", "fchmod", "write", "flush", "open to write"}
#: Calls after which another process may see something else.
CHANGING = FILLING - {"fsync"} | {"unlink", "remove", "rmdir"}
_READING = {"stat", "lstat", "scandir", "listdir", "close"}


class Kind(StrEnum):
    """What happens."""

    KILL = "kill"
    """The process is gone, without any clean-up, as after SIGKILL."""
    ENOSPC = "ENOSPC"
    FULL = "full"
    """The disk stays full: every later call that writes fails too."""
    EIO = "EIO"
    LOST = "lost"
    """The call is carried out, and then fails: its answer was lost."""

    def matters(self, name: str) -> bool:
        """Whether going wrong like that at a call can leave something else than at the next call."""
        return name in (FILLING if self in {Kind.ENOSPC, Kind.FULL} else CHANGING)


class Faults:
    """Counts calls and lets the ``fatal``-th (from 1) go wrong; none for 0."""

    def __init__(self, fatal: int = 0, kind: Kind = Kind.EIO) -> None:
        self.fatal, self.kind, self.calls = fatal, kind, 0
        self.names: list[str] = []

    def run(self, name: str, call: Callable[[], Any]) -> Any:
        """Make a call, or not."""
        self.calls += 1
        self.names.append(name)
        if self.calls < self.fatal or not self.fatal:
            return call()
        if self.kind is Kind.FULL and name in FILLING:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self.calls != self.fatal or self.kind is Kind.FULL:
            return call()
        if self.kind is Kind.KILL:
            os._exit(9)
        if self.kind is Kind.LOST:
            call()
        number = errno.ENOSPC if self.kind is Kind.ENOSPC else errno.EIO
        raise OSError(number, os.strerror(number))


@contextlib.contextmanager
def file_faults(faults: Faults) -> Iterator[Faults]:
    """Faults at calls of the file system that Python code makes; DuckDB's and Arrow's own are not seen."""
    with contextlib.ExitStack() as stack:
        for name in (CHANGING | _READING) - {"write", "flush", "open to write"}:
            stack.enter_context(mock.patch.object(os, name, _faulty(faults, name, getattr(os, name))))
        # Flushing takes most of the time and changes nothing that a process sees.
        stack.enter_context(mock.patch.object(os, "fsync", _faulty(faults, "fsync", lambda _: None)))
        stack.enter_context(mock.patch.object(fcntl, "flock", _faulty(faults, "flock", fcntl.flock)))
        stack.enter_context(mock.patch.object(os, "open", _faulty_open(faults, os.open)))
        stack.enter_context(mock.patch.object(os, "fdopen", _faulty_stream(faults, os.fdopen)))
        for module in (io, builtins):
            stack.enter_context(mock.patch.object(module, "open", _faulty_open(faults, io.open)))
        yield faults


def _faulty(faults: Faults, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def step(*args: Any, **kwargs: Any) -> Any:
        return faults.run(name, lambda: call(*args, **kwargs))

    return step


def _faulty_open(faults: Faults, call: Callable[..., Any]) -> Callable[..., Any]:
    def step(path: Any, mode: Any = "r", *args: Any, **kwargs: Any) -> Any:
        writes = bool(mode & os.O_ACCMODE) if isinstance(mode, int) else not set(mode) <= set("rbt")
        return faults.run("open to write" if writes else "open", lambda: call(path, mode, *args, **kwargs))

    return step


def _faulty_stream(faults: Faults, call: Callable[..., IO[bytes]]) -> Callable[..., IO[bytes]]:
    def step(*args: Any, **kwargs: Any) -> IO[bytes]:
        return cast("IO[bytes]", _FaultyStream(call(*args, **kwargs), faults))

    return step


class _FaultyStream:
    def __init__(self, stream: IO[bytes], faults: Faults) -> None:
        self._stream, self.fileno = stream, stream.fileno
        self.write = _faulty(faults, "write", stream.write)
        self.flush = _faulty(faults, "flush", stream.flush)

    def __enter__(self) -> _FaultyStream:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


class _FaultyStore:
    def __init__(self, store: Store, faults: Faults) -> None:
        self._store, self._faults = store, faults

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._store, name)
        return _faulty(self._faults, name, attribute) if callable(attribute) else attribute


def faulty_store(store: Store, faults: Faults) -> Store:
    """A store whose operations go wrong."""
    return cast("Store", _FaultyStore(store, faults))


def some_of(places: Sequence[int], every: int) -> Sequence[int]:
    """Each so-and-so-many-th place where something may fail; all of them in ``make faults``."""
    return places if os.environ.get("FAULTS") == "all" else places[::every]
