"""Files of the catalog as responses."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from email.utils import formatdate
from pathlib import Path

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from pipelines.api.files.ranges import NotSatisfiable, is_other, is_unchanged, range_counts, wanted_ranges
from pipelines.api.places.base import PAGE, IsFolder, Opened, Place
from pipelines.api.problems import Problem
from pipelines.core.identifiers import is_sha256

_BLOCK = 256 << 10
_FOREVER = "public, max-age=31536000, immutable"
_SHORTLY = "public, max-age=60, must-revalidate"
#: Kept, but asked about before each use (RFC 9111, section 5.2.2.4).
_ASKED_ABOUT = "public, no-cache"
#: Besides what is named by its hash: what is created once and never replaced; and the parts of pages, which have (some
#: of) their hash in their names or their folder's. Indexes are none of it: a damaged one, or one of an older form, is
#: made anew.
_IMMUTABLE = re.compile(
    r"snapshots/[0-9]+\.json|sums/[^/]+/[0-9]+(\.[0-9]+){2}\.SHA256SUMS"
    r"|assets/(.+/)?[^/]+\.[0-9a-f]{16,}((\.[a-z0-9]+)+|/.+)"
)
#: Files of one version of a dataset, which may be made anew, and go when it is withdrawn.
_OF_VERSION = re.compile(r"(?:downloads|metadata/datasets)/([^/]+)/([0-9]+(?:\.[0-9]+){2})/.+")
_TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8", ".json": "application/json", ".jsonld": "application/ld+json",
    ".ttl": "text/turtle; charset=utf-8", ".atom": "application/atom+xml", ".xml": "application/xml",
    ".csv": "text/csv; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".md": "text/markdown; charset=utf-8",
    ".sql": "application/sql", ".sha256": "text/plain; charset=utf-8", ".parquet": "application/vnd.apache.parquet",
    ".duckdb": "application/vnd.duckdb", ".zip": "application/zip", ".svg": "image/svg+xml", ".png": "image/png",
    ".ico": "image/x-icon", ".wasm": "application/wasm", ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json", ".bib": "application/x-bibtex; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip

#: Whether a version of a dataset has been withdrawn.
IsWithdrawn = Callable[[str, str], Awaitable[bool]]


class CatalogFiles:
    """The ASGI application of a place's files.

    Args:
        place: where they lie.
        is_withdrawn: is asked before files of a version are given.
        home: where a catalog without pages of its own begins.
    """

    def __init__(self, place: Place, is_withdrawn: IsWithdrawn, home: str) -> None:
        self._place, self._is_withdrawn, self._home = place, is_withdrawn, home

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer (ASGI).

        Raises:
            Problem: when there is no such file, or the request cannot be met.
        """
        request = Request(scope)
        if request.method not in {"GET", "HEAD"}:
            raise Problem(405, "method", {"Allow": "GET, HEAD, OPTIONS"}, allowed="GET, HEAD")
        path = request.scope["path"].removeprefix("/")
        of_version = _OF_VERSION.fullmatch(path)
        if of_version and await self._is_withdrawn(of_version[1], of_version[2]):
            raise Problem(410, "withdrawn", dataset=of_version[1], version=of_version[2])
        response = await to_thread.run_sync(self._respond, request, path)
        await response(scope, receive, send)

    def _respond(self, request: Request, path: str) -> Response:
        page = f"{path}{PAGE}" if not path or path.endswith("/") else path
        try:
            opened = self._place.open(page)
        except IsFolder:
            # Relative, so it can lead to no other host.
            return RedirectResponse(f"{path.rpartition('/')[2]}/", 308)
        if opened is None and not path:
            return RedirectResponse(self._home, 307)
        if opened is None:
            raise Problem(404, "not-found")
        try:
            return _response(request, page, opened)
        except BaseException:
            opened.close()
            raise


def _response(request: Request, path: str, opened: Opened) -> Response:
    named = Path(path).name.partition(".")[0]
    by_hash = is_sha256(named)
    etag = f'"{named if by_hash else opened.validator}"'
    headers = {
        "ETag": etag,
        "Last-Modified": formatdate(opened.modified, usegmt=True),
        "Accept-Ranges": "bytes",
        "Cache-Control": _kept(path, by_hash),
        "Content-Type": _TYPES.get(Path(path).suffix.lower(), "application/octet-stream"),
    }
    asked = request.headers
    if is_other(asked, etag, opened.modified):
        raise Problem(412, "precondition")
    if is_unchanged(asked, etag, opened.modified):
        opened.close()
        return Response(status_code=304, headers={name: headers[name] for name in ("ETag", "Cache-Control")})
    ranges = _ranges(request.method, asked, etag, opened.size)
    if not ranges:
        return _File(opened, [(b"", 0, opened.size)], b"", 200, headers)
    if len(ranges) == 1:
        first, after = ranges[0]
        headers["Content-Range"] = f"bytes {first}-{after - 1}/{opened.size}"
        return _File(opened, [(b"", first, after)], b"", 206, headers)
    boundary = secrets.token_hex(16)
    parts = [(_part(boundary, headers["Content-Type"], *each, opened.size), *each) for each in ranges]
    headers["Content-Type"] = f"multipart/byteranges; boundary={boundary}"
    return _File(opened, parts, f"\r\n--{boundary}--\r\n".encode("ascii"), 206, headers)


def _kept(path: str, by_hash: bool) -> str:
    if by_hash or _IMMUTABLE.fullmatch(path):
        return _FOREVER
    return _ASKED_ABOUT if _OF_VERSION.fullmatch(path) else _SHORTLY


def _ranges(method: str, asked: Headers, etag: str, size: int) -> Sequence[tuple[int, int]]:
    # Ranges are defined for GET alone (RFC 9110, section 14.2).
    if method != "GET" or "range" not in asked or not range_counts(asked, etag):
        return ()
    try:
        return wanted_ranges(asked["range"], size)
    except NotSatisfiable as problem:
        raise Problem(416, "range", {"Content-Range": f"bytes */{size}"}, size=size) from problem


def _part(boundary: str, kind: str, first: int, after: int, size: int) -> bytes:
    return (
        f"\r\n--{boundary}\r\nContent-Type: {kind}\r\nContent-Range: bytes {first}-{after - 1}/{size}\r\n\r\n"
    ).encode("ascii")


class _File(StreamingResponse):
    """Parts of an open file, each after some bytes of its own; the file is closed at the end, whatever happens."""

    def __init__(
        self,
        opened: Opened,
        parts: Sequence[tuple[bytes, int, int]],
        end: bytes,
        status: int,
        headers: Mapping[str, str],
    ) -> None:
        length = sum(len(before) + after - first for before, first, after in parts) + len(end)
        super().__init__(_blocks(opened, parts, end), status, {**headers, "Content-Length": str(length)})
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["method"] == "HEAD":
                await Response(status_code=self.status_code, headers=dict(self.headers))(scope, receive, send)
            else:
                await super().__call__(scope, receive, send)
        finally:
            self._opened.close()


async def _blocks(opened: Opened, parts: Sequence[tuple[bytes, int, int]], end: bytes) -> AsyncIterator[bytes]:
    for before, first, after in parts:
        if before:
            yield before
        position = first
        while position < after:
            block = await opened.read(position, min(_BLOCK, after - position))
            if not block:
                # Cut short while it is read: the connection breaks off, as its length says that more was to come.
                return
            yield block
            position += len(block)
    if end:
        yield end
