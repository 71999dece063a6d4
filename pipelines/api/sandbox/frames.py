"""What travels between the server and the process of a query: a request as one line of JSON, then frames back.

A frame is one byte that says what it is, four bytes of length (big-endian) and the content. Where objects lie in a
bucket the process asks for them in between; such a frame is answered by one byte, which an open file comes with.
"""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

#: What is known before the first byte of rows; bytes in the format asked for; what is known after the last; a failure.
HEAD, DATA, TAIL, FAILURE = b"H", b"D", b"T", b"E"
#: The path of an object that is wanted, and the answers: a file comes along, there is none, it cannot be read.
WANT = b"W"
LENT, ABSENT, UNREACHABLE = b"+", b"-", b"!"
#: What the nursery says once it has loaded what queries need.
READY = b"ready"
_PREFIX = struct.Struct(">cI")
PREFIX_SIZE = _PREFIX.size

#: Kinds of failures, which are also the names of problems.
REFUSED, FAILED, TIME, MEMORY, WITHDRAWN, LARGE, UNREADABLE = (
    "query-refused", "query-failed", "query-time", "query-memory", "query-withdrawn", "query-large", "query-unreadable",
)  # fmt: skip


@dataclass(frozen=True)
class Query:
    """A statement to run over an index.

    ``index`` is its file, ``root`` what the paths of its views begin with, ``withdrawn`` what has been withdrawn since
    its snapshot (dataset → versions). ``strange``: the statement is not the server's own, so it is judged. ``hidden``:
    so many of its last columns are text that tells where the next page begins; they are not part of the rows.
    ``limit``: a page has at most so many rows, and is finished before its first byte is sent; ``None``: rows are
    streamed as they come.
    """

    index: str
    root: str
    sql: str
    format: str
    limit: int | None
    withdrawn: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hidden: int = 0
    strange: bool = False
    seconds: float = 10
    memory: int = 512
    threads: int = 1
    result_bytes: int = 32 << 20

    def line(self) -> bytes:
        """As it is sent."""
        return json.dumps(dataclasses.asdict(self)).encode() + b"\n"

    @classmethod
    def of_line(cls, line: bytes) -> Self:
        """As it was sent."""
        return cls(**json.loads(line))


@dataclass(frozen=True)
class Head:
    """What is known of a result before its rows: names and DuckDB's types of its columns.

    Of a page also its rows, whether they are all, and the hidden columns of its last row and how many rows at its
    end have the same.
    """

    columns: Sequence[tuple[str, str]]
    rows: int | None = None
    complete: bool = True
    last: Sequence[str | None] = ()
    ties: int = 0


def frame(kind: bytes, content: bytes) -> bytes:
    """A frame."""
    return _PREFIX.pack(kind, len(content)) + content


def document(kind: bytes, content: dict[str, Any]) -> bytes:
    """A frame with a JSON document."""
    return frame(kind, json.dumps(content).encode())


def opened(prefix: bytes) -> tuple[bytes, int]:
    """Kind and length of the frame that begins so."""
    kind, length = _PREFIX.unpack(prefix)
    return kind, length
