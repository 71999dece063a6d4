"""Durable file writes: a reader sees the old bytes or the new ones, whatever happens in between.

The protocol is: temporary file in the same folder, flush to disk, mode, atomic rename or link,
flush the folder (POSIX ``rename`` and ``link`` are atomic within a file system).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

PRIVATE_FOLDER_MODE = 0o700
PRIVATE_FILE_MODE = 0o600
PUBLIC_FOLDER_MODE = 0o755
READ_ONLY_MODE = 0o444
_BLOCK = 1 << 20


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal; reads in blocks of 1 MiB."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def flush_folder(folder: Path) -> None:
    """Make renames and links inside ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_file(path: Path) -> None:
    """Make a file's bytes durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def scratch_folder(parent: Path, name: str) -> Iterator[Path]:
    """A new private folder, removed on leaving.

    It is named after the process: what a killed one left is removed by the next that opens the installation.
    """
    folder = parent / f"{os.getpid()}-{name}-{secrets.token_hex(4)}"
    folder.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def temporary_beside(target: Path) -> Iterator[Path]:
    """A path for a temporary file in ``target``'s folder; unlinked on leaving if it still exists."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.parent / f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp"
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def replace_file(target: Path, content: bytes, mode: int = 0o644) -> None:
    """Write ``content`` to ``target``, replacing what is there in one step."""
    with temporary_beside(target) as temporary:
        write_file(temporary, content, mode)
        temporary.replace(target)
        flush_folder(target.parent)


def make_private_folders(root: Path, folder: Path) -> None:
    """Make ``folder``, ``root`` that it is or lies below, and those between, durably and for the owner alone."""
    between = [each for each in folder.parents if each.is_relative_to(root)]
    for each in (*reversed(between), folder):
        each.mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
        flush_folder(each.parent)


def replace_by_copy(target: Path, source: Path) -> None:
    """Copy ``source`` to ``target`` for the owner alone, in one step. What names the target flushes its folder."""
    with temporary_beside(target) as temporary:
        shutil.copyfile(source, temporary)
        temporary.chmod(PRIVATE_FILE_MODE)
        flush_file(temporary)
        temporary.replace(target)


def create_file(target: Path, content: bytes, mode: int = READ_ONLY_MODE) -> bool:
    """Write ``content`` to ``target`` only if nothing is there; tell whether it was created."""
    with temporary_beside(target) as temporary:
        write_file(temporary, content, mode)
        return link_file(temporary, target)


def link_file(source: Path, target: Path) -> bool:
    """Give ``source``'s bytes the name ``target`` only if that name is free; tell whether it was.

    Both must lie on the same file system.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileExistsError:
        # Over NFS an answer can be lost; the link that is then in the way is this one (open(2), "O_EXCL").
        if not source.samefile(target):
            return False
    flush_folder(target.parent)
    return True


def write_file(path: Path, content: bytes, mode: int) -> None:
    """Write a new file and flush it to disk.

    Raises:
        FileExistsError: when ``path`` exists.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fchmod(stream.fileno(), mode)
        os.fsync(stream.fileno())
