"""What publishing asks of a place that keeps a catalog.

Paths are relative, with ``/`` between their parts. Every operation is done or not done: a reader never sees part
of a file, and what a call has returned from survives a power cut as far as the store can promise it.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

#: Folders of a store: what is being written, and what a store is tried with. Both hold what writers that died left.
INCOMING, PROBES = ".incoming", ".probe"
#: No single file takes that long to write.
STALE_SECONDS = 24 * 60 * 60


def temporary_name() -> str:
    """A new name in one of these folders; it says which process it belongs to."""
    return f"{this_host()}~{os.getpid()}~{secrets.token_hex(4)}"


def this_host() -> str:
    """This host's name, as far as it can be part of a file's."""
    return "".join(character for character in socket.gethostname() if character.isalnum() or character in "-.")[:64]


@dataclass(frozen=True, order=True)
class StoreEntry:
    """A stored file. ``size`` in bytes, ``modified`` in seconds since 1970 by the store's clock."""

    path: str
    size: int
    modified: float


@dataclass(frozen=True)
class StoredFile:
    """A file of a bucket as it is now: size in bytes, time of its last change in seconds since 1970, and the store's
    tag (RFC 9110, section 8.8.3), another one for other bytes."""

    size: int
    modified: float
    tag: str


class Store(Protocol):
    """A place that keeps a catalog. All methods raise ``OSError`` where the store cannot do what it is asked."""

    @property
    def address(self) -> str:
        """The folder or URL, for messages; without credentials."""

    def read(self, path: str) -> bytes:
        """A file's bytes.

        Raises:
            FileNotFoundError: when there is none.
        """

    def size(self, path: str) -> int | None:
        """A file's size in bytes; ``None`` when there is none."""

    def modified(self, path: str) -> float | None:
        """When a file was written, in seconds since 1970 by the store's clock; ``None`` when there is none."""

    def sha256(self, path: str) -> str | None:
        """SHA-256 of a file's bytes as they are stored now, in hexadecimal; ``None`` when there is none. Streams."""

    def create(self, path: str, content: bytes) -> bool:
        """Write a file that never changes, only if none is there; tell whether it was created."""

    def upload(self, path: str, source: Path) -> bool:
        """Like :meth:`create`, with the bytes of a local file, which may become read-only and the very same file.

        Raises:
            FileNotFoundError: when ``source`` does not exist.
        """

    def replace(self, path: str, content: bytes) -> None:
        """Write a file in place of what is there."""

    def put_derived(self, path: str, content: bytes) -> None:
        """Like :meth:`replace`, for what can be made again: until :meth:`flush` a power cut may leave the earlier file,
        none, or one without its bytes. Much cheaper for many small files."""

    def flush(self) -> None:
        """Have all that :meth:`put_derived` wrote survive a power cut."""

    def replace_with(self, path: str, source: Path) -> None:
        """Like :meth:`replace`, with a copy of a local file."""

    def touch(self, path: str) -> bool:
        """Make a file count as written now; tell whether it is there."""

    def remove(self, path: str) -> None:
        """Remove a file. Absent: nothing to do."""

    def names(self, folder: str) -> tuple[str, ...]:
        """Names of the files directly in a folder, ascending; none where there is no such folder."""

    def entries(self, folder: str) -> Iterator[StoreEntry]:
        """All files below a folder, in no order; none where there is no such folder."""

    def remove_leftovers(self, now: float) -> None:
        """Remove what writers that died have left; ``now`` in seconds since 1970. Costs as much as there is of it."""

    def local(self, path: str) -> Path:
        """A local file with the bytes of one that never changes: the file itself, or a copy that is kept.

        Raises:
            FileNotFoundError: when there is none.
        """
