"""Opening a file below a folder by a path from outside, without ever leaving the folder."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from anyio import to_thread

from pipelines.core.paths import is_plain_name

#: A pipe would wait for somebody who writes.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class OpenedFile:
    """An open file of a folder.

    ``validator`` is a strong one as long as files are replaced and never changed.
    """

    descriptor: int
    size: int
    modified: float
    validator: str

    async def read(self, position: int, most: int) -> bytes:
        """See :class:`pipelines.api.places.base.Opened`."""
        return await to_thread.run_sync(partial(os.pread, self.descriptor, most, position))

    def close(self) -> None:
        """Close it."""
        os.close(self.descriptor)


def may_be_seen(path: str) -> bool:
    """Whether a path from outside may name a file: no empty parts, no way up, nothing whose name begins with a dot."""
    return all(is_plain_name(part) and not part.startswith(".") for part in path.split("/"))


def open_below(root: Path, path: str) -> OpenedFile | None:
    """Open a regular file.

    Args:
        root: the folder, which may itself be reached through links.
        path: components with ``/`` between, already decoded, from whoever.

    Returns:
        ``None`` where there is no such file, or it is not for anybody to see.
    """
    if not may_be_seen(path):
        return None
    parts = path.split("/")
    try:
        folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        for part in parts[:-1]:
            inner = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        descriptor = os.open(parts[-1], _FILE, dir_fd=folder)
    except OSError:
        # Absent, a link, not to be read: all the same to who asks.
        return None
    finally:
        os.close(folder)
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode):
        validator = f"{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}"
        return OpenedFile(descriptor, found.st_size, found.st_mtime, validator)
    os.close(descriptor)
    return None
