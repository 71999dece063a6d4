"""Opening a file below a folder by a path from outside, without ever leaving the folder."""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.paths import is_plain_name

#: A pipe would wait for somebody who writes.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class Opened:
    """An open file: descriptor, size in bytes, time of its last change in seconds since 1970, and a strong validator
    of what is in it as long as it is replaced and never changed."""

    descriptor: int
    size: int
    modified: float
    validator: str


class IsFolder(Exception):
    """The path leads to a folder."""


def open_below(root: Path, path: str) -> Opened | None:
    """Open a regular file.

    Args:
        root: the folder, which may itself be reached through links.
        path: components with ``/`` between, already decoded, from whoever.

    Returns:
        ``None`` where there is no such file, or it is not for anybody to see.

    Raises:
        IsFolder: when it is a folder.
    """
    parts = path.split("/")
    if not all(is_plain_name(part) and not part.startswith(".") for part in parts):
        return None
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
        return Opened(descriptor, found.st_size, found.st_mtime, validator)
    os.close(descriptor)
    if stat.S_ISDIR(found.st_mode):
        raise IsFolder
    return None


def is_file_below(root: Path, path: str) -> bool:
    """Whether :func:`open_below` would open it."""
    with contextlib.suppress(IsFolder):
        opened = open_below(root, path)
        if opened is not None:
            os.close(opened.descriptor)
            return True
    return False
