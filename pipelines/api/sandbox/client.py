"""The server's side of the processes that run queries."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from anyio import to_thread

from pipelines.api.problems import Problem
from pipelines.api.sandbox import frames
from pipelines.api.sandbox.frames import DATA, FAILURE, HEAD, PREFIX_SIZE, TAIL, WANT, Head, Query
from pipelines.core.errors import GongkaiError

#: Seconds that a query may take beyond its own limit, before it is killed.
_GRACE = 2.0
#: What the nursery needs of the environment; keys and passwords of the server are no business of queries.
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TZ")


#: Opens an object of the catalog by its path, to be read; it raises FileNotFoundError, OSError or CorruptStore.
Lend = Callable[[str], int]


class _Frames:
    """Frames as they come from a process. Objects that it asks for in between are lent to it."""

    def __init__(self, connection: socket.socket, reader: asyncio.StreamReader, lend: Lend) -> None:
        self._connection, self._reader, self._lend = connection, reader, lend

    async def next(self) -> tuple[bytes, bytes]:
        """The next frame, which is no question; empty at the end."""
        try:
            while True:
                kind, length = frames.opened(await self._reader.readexactly(PREFIX_SIZE))
                content = await self._reader.readexactly(length)
                if kind != WANT:
                    return kind, content
                await to_thread.run_sync(partial(self._answer, content.decode("ascii")))
        except (asyncio.IncompleteReadError, ConnectionError):
            return b"", b""

    def _answer(self, path: str) -> None:
        # Here and not where it is awaited: who waits may be gone before the file is there, and nobody would close it.
        answer, files = frames.UNREACHABLE, []
        try:
            files = [self._lend(path)]
            answer = frames.LENT
        except FileNotFoundError:
            answer = frames.ABSENT
        except (OSError, GongkaiError):
            pass
        try:
            with contextlib.suppress(OSError):  # The process has ended.
                socket.send_fds(self._connection, [answer], files)
        finally:
            for file in files:
                os.close(file)


class Result:
    """A result that has begun: what is known of it, and its frames as they come. ``rows`` are known at its end."""

    def __init__(self, head: Head, coming: _Frames) -> None:
        self.head, self._coming = head, coming
        self.rows: int | None = None

    async def content(self) -> AsyncIterator[bytes]:
        """The bytes of its rows in the format asked for; after the last, ``rows`` is a number if all of them came."""
        while True:
            kind, content = await self._coming.next()
            if kind == TAIL:
                self.rows = json.loads(content)["rows"]
                return
            if kind != DATA:
                return
            if content:
                yield content


class Sandbox:
    """Runs queries, each in a process of its own; ``lend`` is asked for objects where they lie in a bucket."""

    def __init__(self, lend: Lend) -> None:
        self._lend = lend
        self._numbers = itertools.count(1)
        self._opened: str | None = None
        self._nursery: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def start(self) -> socket.socket:
        """Start the nursery; what it is spoken to by."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with theirs:
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "pipelines.api.sandbox.nursery"], stdin=theirs.fileno(), env=environment
            )
        self._control = ours
        return ours

    def begin(self) -> None:
        """Start the nursery and wait until it is ready, so that no query waits for it. Blocks."""
        self.start().recv(len(frames.READY))

    def open(self, index: str) -> socket.socket:
        """Have the index attached that the next queries are over; what the nursery is spoken to by."""
        control = self._control or self.start()
        if self._opened != index:
            control.send(b"open " + os.fsencode(index))
            self._opened = index
        return control

    def stop(self) -> None:
        """End the nursery and all queries."""
        if self._control is not None and self._nursery is not None:
            self._control.close()
            self._nursery.wait()
        self._control = self._nursery = self._opened = None

    @asynccontextmanager
    async def run(self, query: Query) -> AsyncIterator[Result]:
        """Run a query; its process does not outlive the block.

        Raises:
            Problem: when there is no result.
        """
        with self._child(query.index) as connection:
            reader, writer = await asyncio.open_unix_connection(sock=connection)
            try:
                writer.write(query.line())
                await writer.drain()
                coming = _Frames(connection, reader, self._lend)
                yield Result(await _head(coming, query), coming)
            except ConnectionError as problem:
                raise Problem(503, "query-lost") from problem
            finally:
                writer.close()

    @contextlib.contextmanager
    def _child(self, index: str) -> Iterator[socket.socket]:
        number = next(self._numbers)
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._fork(number, theirs, index)
            try:
                yield ours
            finally:
                self._kill(number)

    def _fork(self, number: int, connection: socket.socket, index: str) -> None:
        for _ in range(2):
            try:
                self.open(index)
                socket.send_fds(
                    self._control or self.start(), [f"fork {number}".encode("ascii")], [connection.fileno()]
                )
                return
            except ConnectionError:
                # The nursery has been killed, and every query with it.
                self.stop()

    def _kill(self, number: int) -> None:
        if self._control is not None:
            with contextlib.suppress(ConnectionError):
                self._control.send(f"kill {number}".encode("ascii"))


async def _head(coming: _Frames, query: Query) -> Head:
    try:
        async with asyncio.timeout(query.seconds + _GRACE):
            kind, content = await coming.next()
    except TimeoutError as problem:
        raise Problem(422, frames.TIME, seconds=query.seconds) from problem
    if kind == HEAD:
        return Head(**json.loads(content))
    # A process that ends without a word asked the kernel for more memory than it may have.
    failure = json.loads(content) if kind == FAILURE else {"kind": frames.MEMORY}
    raise _problem(query, **failure)


def _problem(query: Query, kind: str, reason: str = "") -> Problem:
    params: dict[str, dict[str, Any]] = {
        frames.REFUSED: {"reason": reason},
        frames.FAILED: {"reason": reason},
        frames.TIME: {"seconds": query.seconds},
        frames.MEMORY: {"memory": query.memory},
        frames.LARGE: {"bytes": query.result_bytes},
    }
    return Problem(_STATUS[kind], kind, **params.get(kind, {}))


_STATUS = {
    frames.REFUSED: 400, frames.FAILED: 400, frames.TIME: 422, frames.MEMORY: 422, frames.LARGE: 422,
    frames.WITHDRAWN: 410, frames.UNREADABLE: 503,
}  # fmt: skip
