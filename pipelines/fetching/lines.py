"""Plain connections to an address that was judged, for protocols other than HTTP."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Sequence

from pipelines.fetching.deadline import Deadline
from pipelines.fetching.errors import FetchFailed, connection_failed


@contextlib.contextmanager
def line_to(host: str, port: int, addresses: Sequence[str], deadline: Deadline) -> Iterator[socket.socket]:
    """A connection to the first address that takes one; it is cut when the time is over, and closed in the end.

    Args:
        host: The name that errors tell.
        port: At all the addresses.
        addresses: Judged before, in the order of preference.
        deadline: When it is cut.

    Raises:
        FetchFailed: when no address takes a connection.
    """
    made = _first(host, port, addresses, deadline)
    # Requests are small and waited for: held back until the last one is acknowledged, each would cost 40 ms.
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Whoever adds TLS takes the socket over; its double still reaches the line.
    with contextlib.closing(made), contextlib.closing(made.dup()) as double:

        def cut() -> None:
            with contextlib.suppress(OSError):
                double.shutdown(socket.SHUT_RDWR)

        with deadline.cutting(cut):
            yield made


def _first(host: str, port: int, addresses: Sequence[str], deadline: Deadline) -> socket.socket:
    failure = FetchFailed("fetch-connection", host=host, reason="")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=deadline.patience())
        except OSError as problem:
            deadline.remaining()
            failure = connection_failed(host, problem)
    raise failure
