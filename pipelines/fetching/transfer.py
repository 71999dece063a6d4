"""What bringing a file and bringing rows have in common: where the bytes go, and within which bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.fetching.deadline import Deadline
from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.hosts import HostPolicy
from pipelines.fetching.store import SourceStore

#: Told how many bytes have come, and how many there will be where that is known.
Advance = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Transfer:
    """One source to bring. ``limit``: most bytes; ``origin``: a digest of where it comes from."""

    origin: str
    limit: int
    store: SourceStore
    policy: HostPolicy
    deadline: Deadline
    advance: Advance

    def require_size(self, size: int) -> None:
        """Forget what has come if it is, or will be, too much.

        Raises:
            FetchFailed: then.
        """
        if size > self.limit:
            self.store.discard()
            raise FetchFailed("fetch-too-large", megabytes=self.limit // 1_000_000)
