"""Running the server: one process, plain HTTP, for a reverse proxy to stand before."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from pipelines.api.app import make_app
from pipelines.api.envelope import ACCESS
from pipelines.api.limits import ServerLimits
from pipelines.api.places.base import Place
from pipelines.api.privacy import hide_from_others


class Server(uvicorn.Server):
    """Tells its address once it can be reached."""

    def __init__(self, config: uvicorn.Config, started: Callable[[str], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        for listener in sockets or [each for server in self.servers for each in server.sockets]:
            host, port, *_ = listener.getsockname()
            self._tell(f"http://{f'[{host}]' if ':' in host else host}:{port}")


def make_server(
    place: Place,
    host: str,
    port: int,
    limits: ServerLimits | None = None,
    base_url: str | None = None,
    started: Callable[[str], None] = lambda _: None,
) -> Server:
    """A server that has not been started.

    Args:
        place: where the catalog lies.
        host: address to listen on.
        port: to listen on; 0: any that is free.
        limits: what requests may take.
        base_url: where the public finds it, for links that cannot be relative; absent: as the request says.
        started: is told the address once the server can be reached.
    """
    bounds = limits or ServerLimits()
    config = uvicorn.Config(
        make_app(place, bounds, base_url), host=host, port=port, loop="asyncio", http=_protocol(bounds), ws="none",
        log_config=None, access_log=False, server_header=False, date_header=True, limit_concurrency=bounds.connections,
        timeout_keep_alive=5, timeout_graceful_shutdown=10, h11_max_incomplete_event_size=bounds.headers,
    )  # fmt: skip
    return Server(config, started)


def serve(place: Place, host: str, port: int, base_url: str | None, started: Callable[[str], None]) -> None:
    """Serve until interrupted; one line of JSON per request goes to standard error. See :func:`make_server`.

    The process is closed to others of its user from here on.
    """
    hide_from_others()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter('{"time":"%(asctime)s","request":%(message)s}'))
    ACCESS.addHandler(handler)
    ACCESS.setLevel(logging.INFO)
    ACCESS.propagate = False
    with contextlib.suppress(KeyboardInterrupt):
        make_server(place, host, port, None, base_url, started).run()


def _protocol(limits: ServerLimits) -> type[asyncio.Protocol]:
    """HTTP/1.1 in which the headers of a request have to arrive in time.

    uvicorn bounds the time between requests, not the one that a request takes to arrive.
    """

    class InTime(H11Protocol):
        _timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._wait()

        def data_received(self, data: bytes) -> None:
            before = self.cycle
            super().data_received(data)
            if self.cycle is not before:
                self._stop()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._wait()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop()
            super().connection_lost(exc)

        def _wait(self) -> None:
            self._stop()
            self._timer = self.loop.call_later(limits.header_seconds, self._close_if_waiting)

        def _stop(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

        def _close_if_waiting(self) -> None:
            # The next request may have come together with the last.
            if self.cycle is None or self.cycle.response_complete:
                self.transport.close()

    return InTime
