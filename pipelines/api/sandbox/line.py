"""The process's end of its connection to the server, and objects of a catalog in a bucket, which come over it.

The process has no way to the bucket. It asks the server for an object by name, and is lent an open file of the
server's own copy (SCM_RIGHTS, unix(7)), so it needs neither keys nor a path to the copies.
"""

from __future__ import annotations

import errno
import os
import socket
import threading
from typing import BinaryIO

from pipelines.api.sandbox import frames
from pipelines.catalog import ObjectFiles


class Line:
    """A connection that several threads of a process send over; a question is answered before anything else is sent.

    ``failed``: something could not be borrowed, which DuckDB tells as an error of its own.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._sending = connection, threading.Lock()
        self.failed = False

    def send(self, content: bytes) -> None:
        """Send whole frames."""
        with self._sending:
            self._connection.sendall(content)

    def borrow(self, name: str) -> int:
        """A descriptor of an object, opened to be read.

        Raises:
            FileNotFoundError: when there is none.
            OSError: when the server cannot read it.
        """
        with self._sending:
            self._connection.sendall(frames.frame(frames.WANT, name.encode("ascii")))
            answer, descriptors, _, _ = socket.recv_fds(self._connection, 1, 1)
        if answer == frames.LENT:
            return descriptors[0]
        self.failed = True
        number = errno.ENOENT if answer == frames.ABSENT else errno.EIO
        raise OSError(number, os.strerror(number), name)


class BorrowedFiles(ObjectFiles):
    """Objects that the server lends."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    def opened(self, name: str) -> BinaryIO:
        """See :class:`ObjectFiles`."""
        return os.fdopen(self._line.borrow(name), "rb")

    def size_of(self, name: str) -> int | None:
        """See :class:`ObjectFiles`."""
        try:
            with self.opened(name) as file:
                return os.fstat(file.fileno()).st_size
        except FileNotFoundError:
            return None
