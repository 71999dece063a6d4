"""A catalog in a bucket.

Files are passed on block by block, as they are asked for. Objects that queries read are copied to a folder of the
server's, see :mod:`pipelines.api.places.copies`. Only the server has the bucket's keys.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import math
import threading
import time
from dataclasses import dataclass

from anyio import to_thread

from pipelines.api.places.base import PAGE, IsFolder, Opened
from pipelines.api.places.copies import Copies
from pipelines.api.places.opening import may_be_seen
from pipelines.publish.stores import RemoteStore
from pipelines.publish.stores.base import StoredFile

#: Seconds for which nobody looks whether there is another release.
_LOOKED = 5.0
#: Requests to the bucket at once for files. Threads are left for all else, however slow the bucket is.
_REQUESTS = 24


class BucketPlace:
    """A bucket; see :class:`pipelines.api.places.base.Place`.

    Args:
        store: the bucket, with a cache that no other process uses.
        most: bytes of objects that the cache may hold.
        looked: seconds for which nobody looks whether there is another release.
    """

    def __init__(self, store: RemoteStore, most: int, looked: float = _LOOKED) -> None:
        self.store = store
        self._copies = Copies(store, most)
        self._looked, self._next_look = looked, 0.0
        self._looking = threading.Lock()
        self._signs: object = None
        self._requests = asyncio.Semaphore(_REQUESTS)

    def open(self, path: str) -> Opened | None:
        """See :class:`pipelines.api.places.base.Place`."""
        if not may_be_seen(path):
            return None
        found = self.store.stat(path)
        if found is not None:
            return _BucketFile(self.store, path, found, self._requests)
        if may_be_seen(f"{path}/{PAGE}") and self.store.stat(f"{path}/{PAGE}") is not None:
            raise IsFolder
        return None

    def lend(self, path: str) -> int:
        """See :class:`pipelines.api.places.base.Place`."""
        return self._copies.lend(path)

    def signs(self) -> object:
        """The pointer and the names of indexes, as somebody has seen them who is sent once in a while.

        Nobody waits for him, however slow the bucket is.
        """
        with self._looking:
            due = time.monotonic() >= self._next_look
            if due:
                self._next_look = math.inf
        if due:
            threading.Thread(target=self._look, daemon=True).start()
        return self._signs

    def look(self) -> None:
        """Wait for what :meth:`signs` tells.

        Raises:
            OSError: when the bucket cannot be reached.
        """
        pointer = self.store.stat("latest.json")
        self._signs = (pointer and pointer.tag, self.store.names("index"))

    def _look(self) -> None:
        try:
            with contextlib.suppress(OSError):  # Out of reach: what was seen last is all that is known.
                self.look()
        finally:
            self._next_look = time.monotonic() + self._looked

    def keep_index(self, path: str) -> None:
        """See :class:`pipelines.api.places.base.Place`."""
        self._copies.keep_index(path)


@dataclass(frozen=True)
class _BucketFile:
    """A file of a bucket as it was when it was opened."""

    store: RemoteStore
    path: str
    found: StoredFile
    requests: asyncio.Semaphore

    @property
    def size(self) -> int:
        return self.found.size

    @property
    def modified(self) -> float:
        return self.found.modified

    @property
    def validator(self) -> str:
        return hashlib.sha256(f"{self.found.tag} {self.size} {self.modified}".encode()).hexdigest()[:32]

    async def read(self, position: int, most: int) -> bytes:
        async with self.requests:
            try:
                return await to_thread.run_sync(self._read, position, min(position + most, self.size))
            except OSError:
                # Replaced, or out of reach: the client is told by a body that ends too early.
                return b""

    def _read(self, start: int, end: int) -> bytes:
        return self.store.read_range(self.path, start, end, self.found.tag)

    def close(self) -> None:
        """Nothing is open between reads."""
