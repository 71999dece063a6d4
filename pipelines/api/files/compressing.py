"""Files compressed with gzip, each once: what was made is kept as long as there is room for it.

All of it is bounded: the size of a file, how many are compressed at once and how many requests wait for that, and the
bytes that are kept.
"""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from functools import partial
from weakref import WeakValueDictionary

from anyio import to_thread

from pipelines.api.places.base import Opened

#: Bytes of a file: a smaller one would hardly get smaller, a larger one takes too long.
_LEAST, _MOST = 1_000, 2 << 20
#: Bytes of all that is kept.
_KEPT = 32 << 20
#: Files compressed at once, and requests that may be at it or wait; others get files as they are.
_AT_ONCE, _WAITING = 2, 32
#: More takes twice the time for a hundredth of the size.
_LEVEL = 6


def fits(size: int) -> bool:
    """Whether a text of so many bytes is compressed."""
    return _LEAST <= size <= _MOST


class Compressor:
    """Compressed files by their validators, those used last at the end. It belongs to one event loop.

    Args:
        kept: bytes that may be kept.
        waiting: requests that may be at it or wait.
    """

    def __init__(self, kept: int = _KEPT, waiting: int = _WAITING) -> None:
        self._most, self._places = kept, waiting
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._turns = asyncio.Semaphore(_AT_ONCE)
        #: Those who want the same file wait for each other; a lock is there as long as somebody has it or waits.
        self._same: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def compressed(self, opened: Opened, validator: str) -> bytes | None:
        """The bytes of a file with gzip (RFC 1952): the same whenever they are made, since they tell no time.

        Returns:
            ``None`` where the file cannot be read to its end, or too many wait already.
        """
        found = self._find(validator)
        if found is not None or not self._places:
            return found
        self._places -= 1
        try:
            async with self._same.setdefault(validator, asyncio.Lock()), self._turns:
                # Somebody else may have been here first.
                return self._find(validator) or await self._make(opened, validator)
        finally:
            self._places += 1

    def _find(self, validator: str) -> bytes | None:
        if validator in self._kept:
            self._kept.move_to_end(validator)
        return self._kept.get(validator)

    async def _make(self, opened: Opened, validator: str) -> bytes | None:
        content = bytearray()
        while len(content) < opened.size:
            block = await opened.read(len(content), opened.size - len(content))
            if not block:
                return None
            content += block
        made = await to_thread.run_sync(partial(gzip.compress, content, _LEVEL, mtime=0))
        self._kept[validator] = made
        self._bytes += len(made)
        while self._bytes > self._most:
            self._bytes -= len(self._kept.popitem(last=False)[1])
        return made
