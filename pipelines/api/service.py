"""What all parts of the server share."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from pipelines.api.answering import Envelope, QueryResponse
from pipelines.api.gate import Gate
from pipelines.api.limits import ServerLimits
from pipelines.api.problems import Problem, ProblemResponse
from pipelines.api.releases import Released, Releases
from pipelines.api.sandbox.client import Sandbox
from pipelines.api.sandbox.frames import Head, Query

_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?|\[[0-9a-fA-F:.]{2,45}\](:[0-9]{1,5})?")


@dataclass(frozen=True)
class Service:
    """One server: its releases, its queries and their limits; ``base_url`` is where the public finds it, if known."""

    releases: Releases
    sandbox: Sandbox
    gate: Gate
    streams: Gate
    limits: ServerLimits
    base_url: str | None = None

    def query(
        self, released: Released, sql: str, form: str, limit: int | None, *, hidden: int = 0, strange: bool = False
    ) -> Query:
        """A query over a release, under this server's limits; without ``limit`` all of its rows are streamed."""
        most = self.limits.query
        seconds = self.limits.stream_seconds if limit is None else most.seconds
        return Query(
            released.index_file, released.root, sql, form, limit, released.withdrawn, hidden, strange, seconds,
            most.memory, most.threads, self.limits.result_bytes,
        )  # fmt: skip

    def address(self, connection: HTTPConnection) -> str:
        """The address that links begin with where they cannot be relative, without a slash at the end."""
        if self.base_url is not None:
            return self.base_url.rstrip("/")
        host = connection.headers.get("host", "")
        if not _HOST.fullmatch(host):
            server = connection.scope.get("server") or ("localhost", None)
            host = f"{server[0]}:{server[1]}" if server[1] else str(server[0])
        return f"{connection.url.scheme}://{host}"

    def answer(
        self,
        query: Query,
        envelope: Callable[[Head], Envelope],
        failed: Callable[[Problem, str], Response] = ProblemResponse,
    ) -> QueryResponse:
        """The response to a query, once it is its turn.

        Args:
            query: see :meth:`query`.
            envelope: what stands around its result.
            failed: how it is told that there is none.
        """
        is_stream = query.limit is None
        seconds = self.limits.stream_seconds if is_stream else query.seconds + self.limits.page_seconds
        gate = self.streams if is_stream else self.gate
        return QueryResponse(gate, self.sandbox, query, seconds, envelope, failed)


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    service: Service = request.app.state.service
    return service
