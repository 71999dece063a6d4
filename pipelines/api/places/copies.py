"""Copies of a bucket's objects on disk, of bounded size: those that were not used for longest go first.

An object's name is the SHA-256 of its bytes; they are compared before a copy is kept. A copy that is removed while it
is read stays readable by whoever has it open.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import threading
from collections import OrderedDict
from concurrent.futures import Future
from pathlib import Path

from pipelines.catalog import is_object
from pipelines.publish.stores import RemoteStore
from pipelines.publish.stores.content import named_hash

_FOLDER = "objects"


class Copies:
    """Copies in the store's own cache, for one process.

    Args:
        store: where objects come from.
        most: bytes that all copies may have, those that are just being fetched included.
    """

    def __init__(self, store: RemoteStore, most: int) -> None:
        self._store, self._most = store, most
        self._lock = threading.Lock()
        #: Size by path, those used last at the end; what is being fetched, by path.
        self._kept: OrderedDict[str, int] = OrderedDict()
        self._fetching: dict[str, Future[None]] = {}
        self._reserved = 0
        self._indexes: tuple[Path, ...] = ()
        self._find()

    def lend(self, path: str) -> int:
        """A descriptor of an object's copy, which is fetched where there is none.

        Raises:
            FileNotFoundError: when there is no such object.
            OSError: when it cannot be fetched, or is larger than all copies may be.
            CorruptStore: when its bytes are not what its name says.
        """
        if not is_object(path):
            raise FileNotFoundError(path)
        while True:
            with self._lock:
                with contextlib.suppress(FileNotFoundError):
                    descriptor = os.open(self._store.cache / path, os.O_RDONLY | os.O_CLOEXEC)
                    self._used(path, descriptor)
                    return descriptor
                self._kept.pop(path, None)
                others = self._fetching.get(path)
                mine = others or self._fetching.setdefault(path, Future())
            if others is None:
                self._fetch(path, mine)
            mine.result()

    def keep_index(self, path: str) -> None:
        """Remove the copies of all indexes but this one and the one before, which requests that have begun may need."""
        self._indexes = (*self._indexes[-1:], self._store.local(path))
        for folder in (self._store.cache / "tagged").iterdir():
            if not any(index.is_relative_to(folder) for index in self._indexes):
                shutil.rmtree(folder, ignore_errors=True)

    def _find(self) -> None:
        """What an earlier process left: copies, and files that it did not finish."""
        found = [path for path in (self._store.cache / _FOLDER).rglob("*") if path.is_file()]
        for file in sorted(found, key=lambda path: path.stat().st_mtime):
            if named_hash(file.name):
                self._kept[str(file.relative_to(self._store.cache))] = file.stat().st_size
            else:
                file.unlink()
        self._make_room(0)

    def _used(self, path: str, descriptor: int) -> None:
        self._kept[path] = os.fstat(descriptor).st_size
        self._kept.move_to_end(path)
        os.utime(descriptor)

    def _fetch(self, path: str, told: Future[None]) -> None:
        size = 0
        try:
            size = self._reserve(path)
            self._store.local(path)
            told.set_result(None)
        except BaseException as problem:
            told.set_exception(problem)
        finally:
            with self._lock:
                self._reserved -= size
                del self._fetching[path]
                if told.exception() is None:
                    self._kept[path] = size

    def _reserve(self, path: str) -> int:
        size = self._store.size(path)
        if size is None:
            raise FileNotFoundError(path)
        with self._lock:
            if size > self._most - self._reserved:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._store.cache))
            self._make_room(size)
            self._reserved += size
        return size

    def _make_room(self, size: int) -> None:
        total = sum(self._kept.values())
        while self._kept and total + self._reserved + size > self._most:
            path, gone = self._kept.popitem(last=False)
            Path(self._store.cache / path).unlink(missing_ok=True)
            total -= gone
