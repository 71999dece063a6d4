"""One limit on the time of a whole fetch, however slowly the other side answers."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from pipelines.fetching.errors import FetchFailed

#: A connection on which nothing arrives for so many seconds is given up.
_IDLE_SECONDS = 60.0


class Deadline:
    """The moment at which a fetch must be over."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds that are left.

        Raises:
            FetchFailed: when there are none.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise FetchFailed("fetch-too-slow", seconds=int(self._seconds))
        return left

    def patience(self) -> float:
        """Seconds to wait for the next bytes."""
        return min(_IDLE_SECONDS, self.remaining())

    @contextlib.contextmanager
    def cutting(self, cut: Callable[[], None]) -> Iterator[None]:
        """Call ``cut`` (from another thread) when the time is over.

        Waiting times alone bound nothing: a server that sends one byte a minute never exceeds one.
        """
        timer = threading.Timer(self.remaining(), cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
