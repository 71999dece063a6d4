"""Files of the catalog as responses."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Sequence

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from pipelines.api.files.asked import Asked, version_of
from pipelines.api.files.bodies import CompressedResponse, FileResponse, response_of
from pipelines.api.files.compressing import Compressor
from pipelines.api.files.kinds import type_of
from pipelines.api.files.ranges import is_other, is_unchanged
from pipelines.api.places.base import PAGE, IsFolder, Place
from pipelines.api.preferences import wants_page
from pipelines.api.problems import Problem

#: Whether a version of a dataset has been withdrawn.
IsWithdrawn = Callable[[str, str], Awaitable[bool]]


class CatalogFiles:
    """The ASGI application of a place's files.

    Args:
        place: where they lie.
        is_withdrawn: is asked before files of a version are given.
        home: where a catalog without pages of its own begins.
        missing: pages for readers of what is not there; the first that the catalog has is shown.
    """

    def __init__(self, place: Place, is_withdrawn: IsWithdrawn, home: str, missing: Sequence[str]) -> None:
        self._place, self._is_withdrawn, self._home, self._missing = place, is_withdrawn, home, missing
        self._compressor = Compressor()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer (ASGI).

        Raises:
            Problem: when there is no such file, or the request cannot be met.
        """
        request = Request(scope)
        if request.method not in {"GET", "HEAD"}:
            raise Problem(405, "method", {"Allow": "GET, HEAD, OPTIONS"}, allowed="GET, HEAD")
        path = request.scope["path"].removeprefix("/")
        of_version = version_of(path)
        if of_version and await self._is_withdrawn(of_version[1], of_version[2]):
            raise Problem(410, "withdrawn", dataset=of_version[1], version=of_version[2])
        response = await self._respond(request, path)
        await response(scope, receive, send)

    async def _respond(self, request: Request, path: str) -> Response:
        page = f"{path}{PAGE}" if not path or path.endswith("/") else path
        try:
            opened = await to_thread.run_sync(self._place.open, page)
        except IsFolder:
            # Relative, so it can lead to no other host.
            return RedirectResponse(f"{path.rpartition('/')[2]}/", 308)
        if opened is None and not path:
            return RedirectResponse(self._home, 307)
        if opened is None:
            return await to_thread.run_sync(self._not_found, request)
        try:
            return await self._response(Asked(request.method, request.headers, page, opened))
        except BaseException:
            opened.close()
            raise

    def _not_found(self, request: Request) -> Response:
        if wants_page(request.headers.get("accept", "")):
            for path in self._missing:
                with contextlib.suppress(IsFolder):
                    page = self._place.open(path)
                    if page is not None:
                        headers = {"Content-Type": type_of(path), "Cache-Control": "no-store", "Vary": "Accept"}
                        return FileResponse(page, [(b"", 0, page.size)], b"", 404, headers)
        raise Problem(404, "not-found", {"Vary": "Accept, Accept-Language"})

    async def _response(self, asked: Asked) -> Response:
        etag, headers, opened = asked.etag, asked.headers(), asked.opened
        if is_other(asked.conditions, etag, opened.modified):
            raise Problem(412, "precondition")
        if is_unchanged(asked.conditions, etag, opened.modified):
            opened.close()
            kept = ("ETag", "Cache-Control", "Vary")
            return Response(status_code=304, headers={name: headers[name] for name in kept if name in headers})
        if asked.is_compressed:
            content = await self._compressor.compressed(opened, asked.validator)
            if content is not None:
                opened.close()
                return CompressedResponse(content, headers=headers)
            headers = asked.headers(as_it_is=True)
        return response_of(opened, asked.ranges(), headers)
