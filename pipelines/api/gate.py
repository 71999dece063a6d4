"""How many queries run at once: of all clients together, and of each."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pipelines.api.problems import Problem


class Gate:
    """Lets so many in; one more waits for a while and is then told to come again."""

    def __init__(self, places: int, of_client: int, patience: float, seconds: float) -> None:
        """A gate.

        Args:
            places: how many may be in at once.
            of_client: and how many of one client, those that wait included.
            patience: seconds that one waits for a place.
            seconds: after which it is worth while to come again.
        """
        self._of_one, self._patience, self._seconds = of_client, patience, math.ceil(seconds)
        self._free = asyncio.Semaphore(places)
        self._of_client: Counter[str] = Counter()

    @asynccontextmanager
    async def entered(self, client: str) -> AsyncIterator[None]:
        """A turn of a client, which ends with the block.

        Raises:
            Problem: when it has as many already as it may, or others have all and do not end in time.
        """
        if self._of_client[client] >= self._of_one:
            raise self._busy()
        self._of_client[client] += 1
        try:
            try:
                async with asyncio.timeout(self._patience):
                    await self._free.acquire()
            except TimeoutError as problem:
                raise self._busy() from problem
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._of_client[client] -= 1
            if not self._of_client[client]:
                del self._of_client[client]

    def _busy(self) -> Problem:
        return Problem(429, "busy", {"Retry-After": str(self._seconds)}, seconds=self._seconds)
