"""What requests may take. All of it is bounded, so that nobody can keep the others from being answered."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.catalog import Limits


@dataclass(frozen=True)
class ServerLimits:
    """Limits of one server; sizes in bytes, times in seconds, memory in MiB."""

    #: Of one query: time until its result is there, memory, threads.
    query: Limits = field(default_factory=lambda: Limits(seconds=10, memory=512, threads=2))
    #: Time for a whole version that is streamed, and for the rest of a page once it has begun.
    stream_seconds: float = 900
    page_seconds: float = 60
    #: Rows of a page, unless asked otherwise, and at most; bytes of its columns in memory.
    page: int = 1_000
    page_most: int = 10_000
    result_bytes: int = 32 << 20
    #: Queries and streams at once: of all, of one client; how long one more waits for its turn.
    queries: int = 4
    queries_of_client: int = 2
    streams: int = 4
    streams_of_client: int = 2
    patience: float = 2
    #: Request bodies, and the time for one to arrive.
    body: int = 64 << 10
    body_seconds: float = 10
    #: Request line and headers: size of both together, and the time for them to arrive.
    headers: int = 16 << 10
    header_seconds: float = 10
    #: Time in which a client has to take what was sent before it gets more.
    send_seconds: float = 30
    connections: int = 512
