"""Answers with gzip while they are sent, block by block: rows of queries, and documents about them.

Files of the catalog have their own way (:mod:`pipelines.api.files.compressing`): they are compressed once and kept.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipResponder, IdentityResponder
from starlette.types import ASGIApp, Receive, Scope, Send

from pipelines.api.answering import FORMATS
from pipelines.api.problems import wanted_codings

#: Bytes of an answer that hardly gets smaller.
_LEAST = 1_000
#: Level 6 takes twice the time in all for a quarter less: rows are made for one answer, and not kept.
_LEVEL = 2
#: Bytes of a block that is compressed beside the event loop, which answers others meanwhile.
_IN_A_THREAD = 16 << 10
#: What is compressed in itself.
_AS_THEY_ARE = (FORMATS["arrow"], FORMATS["parquet"])


class Compressed:
    """Middleware (ASGI): whoever wants it gets the application's answers with gzip (RFC 9110, section 12.5.3).

    What tells that a client has gone comes to the application as without it, and a block is sent before the next one
    is asked for.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer (ASGI).

        Raises:
            Problem: when the client takes answers in no form that there is.
        """
        gzip, as_it_is = wanted_codings(Headers(scope=scope).get("accept-encoding"))
        if gzip and gzip >= as_it_is:
            compressing = GZipResponder(
                self._app, _LEAST, _LEVEL, thread_minimum_size=_IN_A_THREAD, exclude_content_types=_AS_THEY_ARE
            )
            await compressing(scope, receive, send)
        else:
            await IdentityResponder(self._app, _LEAST, exclude_content_types=_AS_THEY_ARE)(scope, receive, send)
