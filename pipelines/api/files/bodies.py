"""Bodies of responses: parts of open files, and bytes that have been compressed."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from pipelines.api.places.base import Opened

_BLOCK = 256 << 10


def response_of(opened: Opened, ranges: Sequence[tuple[int, int]], headers: dict[str, str]) -> Response:
    """The ranges of a file, or all of it where there are none; it is closed after that.

    Args:
        opened: the file.
        ranges: first byte and byte after the last, ascending.
        headers: of the response; those about ranges are added.
    """
    if not ranges:
        return FileResponse(opened, [(b"", 0, opened.size)], b"", 200, headers)
    if len(ranges) == 1:
        first, after = ranges[0]
        headers["Content-Range"] = f"bytes {first}-{after - 1}/{opened.size}"
        return FileResponse(opened, [(b"", first, after)], b"", 206, headers)
    boundary = secrets.token_hex(16)
    parts = [(_part(boundary, headers["Content-Type"], *each, opened.size), *each) for each in ranges]
    headers["Content-Type"] = f"multipart/byteranges; boundary={boundary}"
    return FileResponse(opened, parts, f"\r\n--{boundary}--\r\n".encode("ascii"), 206, headers)


def _part(boundary: str, kind: str, first: int, after: int, size: int) -> bytes:
    return (
        f"\r\n--{boundary}\r\nContent-Type: {kind}\r\nContent-Range: bytes {first}-{after - 1}/{size}\r\n\r\n"
    ).encode("ascii")


class FileResponse(StreamingResponse):
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
        """Answer (ASGI)."""
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


class CompressedResponse(Response):
    """Bytes that were compressed, as whose length the headers say; none for HEAD."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer (ASGI)."""
        if scope["method"] == "HEAD":
            self.body = b""
        await super().__call__(scope, receive, send)
