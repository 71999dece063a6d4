"""Results of queries as responses: relayed frame by frame from the process of the query, never held whole."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import anyio
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pipelines.api.gate import Gate
from pipelines.api.problems import Problem, language_of
from pipelines.api.sandbox.client import Sandbox
from pipelines.api.sandbox.frames import Head, Query

#: Format → its media type.
FORMATS: Mapping[str, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "arrow": "application/vnd.apache.arrow.stream",
    "parquet": "application/vnd.apache.parquet",
}
#: What is said of results beside their bytes.
COMPLETE, ROWS, NOTICE, SNAPSHOT, VERSION = (
    "Gongkai-Complete", "Gongkai-Rows", "Gongkai-Notice", "Gongkai-Snapshot", "Gongkai-Version",
)  # fmt: skip


@dataclass(frozen=True)
class Envelope:
    """What stands around a result: headers, bytes before its rows, bytes after them."""

    headers: Mapping[str, str] = field(default_factory=dict)
    before: bytes = b""
    after: bytes = b""


def format_of(request: Request, asked: str | None) -> str:
    """The format that a client wants: by name, else by Accept, else JSON.

    Raises:
        Problem: when the name is none.
    """
    if asked is not None:
        if asked not in FORMATS:
            raise Problem(400, "no-format", known=", ".join(FORMATS))
        return asked
    accepted = [part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")]
    named = {media.partition(";")[0]: name for name, media in FORMATS.items()}
    return next((named[media] for media in accepted if media in named), "json")


def as_json(document: Mapping[str, Any]) -> bytes:
    """A document as it is sent."""
    return json.dumps(document, ensure_ascii=False, default=str).encode()


def around(document: Mapping[str, Any], rows: str, after: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """The JSON before and after the array ``rows`` of an object: what comes before it, and what after it."""
    opening = as_json(document)[:-1]
    comma = b"," if document else b""
    return opening + comma + json.dumps(rows).encode() + b":[\n", b"\n]," + as_json(after)[1:]


def said(head: Head, notice: str | None) -> dict[str, str]:
    """Headers that tell whether a result is all there is, and a sentence where it is not (RFC 8187)."""
    headers = {COMPLETE: "true" if head.complete else "false"}
    if head.rows is not None:
        headers[ROWS] = str(head.rows)
    if notice is not None:
        headers[NOTICE] = f"UTF-8''{quote(notice)}"
    return headers


class QueryResponse(Response):
    """Runs a query when it is its turn, and stops it when the client goes, or takes longer than ``seconds`` in all.

    A result that breaks off after it has begun ends the connection without an end of the body, so that no client takes
    it for whole.
    """

    def __init__(
        self,
        gate: Gate,
        sandbox: Sandbox,
        query: Query,
        seconds: float,
        envelope: Callable[[Head], Envelope],
        failed: Callable[[Problem, str], Response],
    ) -> None:
        super().__init__()
        self._gate, self._sandbox, self._query, self._seconds = gate, sandbox, query, seconds
        self._envelope, self._failed = envelope, failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer (ASGI)."""
        async with anyio.create_task_group() as group:
            group.start_soon(_until_gone, receive, group.cancel_scope)
            problem = await self._relay(scope, send)
            if problem is not None:
                await self._failed(problem, language_of(Request(scope)))(scope, receive, send)
            group.cancel_scope.cancel()

    async def _relay(self, scope: Scope, send: Send) -> Problem | None:
        told = scope.setdefault("told", {})
        try:
            async with (
                self._gate.entered(client_of(scope)),
                asyncio.timeout(self._seconds),
                self._sandbox.run(self._query) as result,
            ):
                envelope = self._envelope(result.head)
                headers = {"Content-Type": FORMATS[self._query.format], **envelope.headers}
                encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
                await send({"type": "http.response.start", "status": 200, "headers": encoded})
                if envelope.before:
                    await send(_body(envelope.before))
                async for content in result.content():
                    await send(_body(content))
                told.update(rows=result.rows, complete=result.head.complete)
                if result.rows is not None:
                    await send({**_body(envelope.after), "more_body": False})
        except Problem as problem:
            return problem
        except TimeoutError:
            told["slow"] = True
        return None


def client_of(scope: Scope) -> str:
    """Whose turn a query is: the address of the client."""
    return scope["client"][0] if scope.get("client") else ""


async def _until_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


def _body(content: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": content, "more_body": True}
