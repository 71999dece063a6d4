"""What lies around every request: limits of its body and of slow clients, headers of its answer, a line in the log."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipelines.api.headers import PREFLIGHT, with_policies
from pipelines.api.limits import ServerLimits
from pipelines.api.problems import Problem, ProblemResponse, language_of

#: One JSON object per request: never parameters, bodies or results, which may tell what somebody looks for.
ACCESS = logging.getLogger("gongkai.access")
_LONGEST_PATH = 512


class Envelope:
    """Wraps the application. Bodies are read whole before it runs: they are small, and a slow one holds nothing."""

    def __init__(self, app: ASGIApp, limits: ServerLimits) -> None:
        self._app, self._limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        told: dict[str, Any] = {"status": None, "bytes": 0}
        scope["told"] = told

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
                message = {**message, "headers": with_policies(message.get("headers", []))}
            else:
                told["bytes"] += len(message.get("body", b""))
                told["whole"] = not message.get("more_body", False)
            # A client that takes nothing for so long is gone, whatever its connection says.
            try:
                async with asyncio.timeout(self._limits.send_seconds):
                    await send(message)
            except TimeoutError:
                told["slow"] = True
                raise

        try:
            await self._respond(scope, receive, sending)
        except Exception:
            # The connection closes without the end of the body: there is nobody to be told anything.
            if "slow" not in told:
                raise
        finally:
            _log(scope, told, time.monotonic() - started)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=PREFLIGHT)(scope, receive, send)
            return
        try:
            body = await self._body(receive)
        except Problem as problem:
            await ProblemResponse(problem, language_of(Request(scope)))(scope, receive, send)
            return
        if body is None:
            return
        given = False

        async def receiving() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, receiving, send)

    async def _body(self, receive: Receive) -> bytes | None:
        """The request's body; ``None`` where the client has gone.

        Raises:
            Problem: when it is too large, or does not arrive in time.
        """
        body = bytearray()
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    body += message.get("body", b"")
                    if len(body) > self._limits.body:
                        raise Problem(413, "too-large", {"Connection": "close"}, bytes=self._limits.body)
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError as problem:
            raise Problem(408, "too-slow", {"Connection": "close"}) from problem


def _log(scope: Scope, told: dict[str, Any], seconds: float) -> None:
    line = {"method": scope["method"], "path": scope["path"][:_LONGEST_PATH], **told, "seconds": round(seconds, 4)}
    ACCESS.info(json.dumps(line, ensure_ascii=True))
