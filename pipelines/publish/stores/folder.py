"""A catalog in a local folder.

Bytes are flushed to disk and made read-only before they get their name, and the folder is flushed after, so that
what has a name is complete, also after a power cut. (obstore's store for local folders flushes nothing.)
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.files import (
    PRIVATE_FOLDER_MODE,
    PUBLIC_FOLDER_MODE,
    READ_ONLY_MODE,
    flush_file,
    flush_folder,
    link_file,
    sha256_of,
    write_file,
)
from pipelines.publish.stores.base import INCOMING, PROBES, STALE_SECONDS, StoreEntry, temporary_name, this_host

#: For what is replaced: DuckDB opens files for writing unless told otherwise.
_WRITABLE_MODE = 0o644
#: Renaming a folder, where another with files in it has that name.
_TAKEN = {errno.EEXIST, errno.ENOTEMPTY}


@dataclass(frozen=True)
class FolderStore:
    """A store in the folder ``root``, which is created on the first write."""

    root: Path

    @property
    def address(self) -> str:
        """The folder."""
        return str(self.root)

    def read(self, path: str) -> bytes:
        """See :class:`Store`."""
        return (self.root / path).read_bytes()

    def size(self, path: str) -> int | None:
        """See :class:`Store`."""
        target = self.root / path
        return target.stat().st_size if target.is_file() else None

    def modified(self, path: str) -> float | None:
        """See :class:`Store`."""
        target = self.root / path
        return target.stat().st_mtime if target.is_file() else None

    def sha256(self, path: str) -> str | None:
        """See :class:`Store`."""
        target = self.root / path
        return sha256_of(target) if target.is_file() else None

    def create(self, path: str, content: bytes) -> bool:
        """See :class:`Store`."""
        target = self.root / path
        if target.exists():
            return False
        self._make_folder(target.parent)
        with self._temporary() as temporary:
            write_file(temporary, content, READ_ONLY_MODE)
            return link_file(temporary, target)

    def upload(self, path: str, source: Path) -> bool:
        """See :class:`Store`. Links where both are on one file system and copies where they are not."""
        target = self.root / path
        if target.exists():
            return False
        self._make_folder(target.parent)
        source.chmod(READ_ONLY_MODE)
        flush_file(source)
        try:
            return link_file(source, target)
        except OSError as problem:
            if problem.errno != errno.EXDEV:
                raise
        with self._temporary() as temporary:
            _copy(source, temporary, READ_ONLY_MODE)
            return link_file(temporary, target)

    def replace(self, path: str, content: bytes) -> None:
        """See :class:`Store`."""
        with self._temporary() as temporary:
            write_file(temporary, content, _WRITABLE_MODE)
            self._put(temporary, path)

    def put_derived(self, path: str, content: bytes) -> None:
        """See :class:`Store`."""
        target = self.root / path
        with self._temporary() as temporary:
            temporary.write_bytes(content)
            temporary.chmod(_WRITABLE_MODE)
            self._make_folder(target.parent, is_derived=True)
            temporary.replace(target)

    def flush(self) -> None:
        """See :class:`Store`."""
        os.sync()

    def replace_with(self, path: str, source: Path) -> None:
        """See :class:`Store`."""
        with self._temporary() as temporary:
            _copy(source, temporary, _WRITABLE_MODE)
            self._put(temporary, path)

    def touch(self, path: str) -> bool:
        """See :class:`Store`."""
        try:
            os.utime(self.root / path)
        except FileNotFoundError:
            return False
        return True

    def remove(self, path: str) -> None:
        """See :class:`Store`."""
        target = self.root / path
        try:
            target.unlink()
        except FileNotFoundError:
            return
        flush_folder(target.parent)

    def names(self, folder: str) -> tuple[str, ...]:
        """See :class:`Store`."""
        try:
            with os.scandir(self.root / folder) as entries:
                return tuple(sorted(entry.name for entry in entries if entry.is_file()))
        except FileNotFoundError:
            return ()

    def entries(self, folder: str) -> Iterator[StoreEntry]:
        """See :class:`Store`."""
        for path in (self.root / folder).rglob("*"):
            with contextlib.suppress(FileNotFoundError):  # Another process may remove it.
                found = path.lstat()
                if stat.S_ISREG(found.st_mode):
                    yield StoreEntry(path.relative_to(self.root).as_posix(), found.st_size, found.st_mtime)

    def local(self, path: str) -> Path:
        """See :class:`Store`."""
        target = self.root / path
        if not target.is_file():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(target))
        return target

    def remove_leftovers(self, now: float) -> None:
        """Remove what writers that died have left.

        Args:
            now: seconds since 1970. What another host left is removed a day after it was last written.
        """
        folders = [self.root / name for name in (INCOMING, PROBES)]
        for path in (path for folder in folders if folder.is_dir() for path in folder.iterdir()):
            host, _, rest = path.name.partition("~")
            process = rest.partition("~")[0]
            # Leftovers of this host's dead processes go at once.
            died = host == this_host() and process.isdigit() and not Path("/proc", process).exists()
            with contextlib.suppress(FileNotFoundError):  # Another process removes them too.
                if died or path.stat().st_mtime < now - STALE_SECONDS:
                    path.rmdir() if path.is_dir() else path.unlink()

    def _name_for_temporary(self) -> Path:
        _make_root(self.root)
        folder = self.root / INCOMING
        # What is being written is nobody else's to read yet.
        folder.mkdir(PRIVATE_FOLDER_MODE, exist_ok=True)
        return folder / temporary_name()

    def _make_folder(self, folder: Path, is_derived: bool = False) -> None:
        """Create the root or a folder below it; those that have derived files alone are not flushed, but for the first
        below the root, which may have others too."""
        if folder.is_dir():
            return
        if folder == self.root:
            _make_root(folder)
            return
        self._make_folder(folder.parent, is_derived)
        is_flushed = not is_derived or folder.parent == self.root
        _create_folder(folder, self._name_for_temporary(), is_flushed)

    @contextlib.contextmanager
    def _temporary(self) -> Iterator[Path]:
        temporary = self._name_for_temporary()
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)

    def _put(self, temporary: Path, path: str) -> None:
        target = self.root / path
        self._make_folder(target.parent)
        temporary.replace(target)
        flush_folder(target.parent)


def _copy(source: Path, target: Path, mode: int) -> None:
    shutil.copyfile(source, target)
    target.chmod(mode)
    flush_file(target)


def _make_root(folder: Path) -> None:
    """Create ``folder`` and what leads to it, each entry flushed: a file in a lost folder is lost."""
    if folder.is_dir():
        return
    _make_root(folder.parent)
    _create_folder(folder, folder.with_name(f".{folder.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp"))


def _create_folder(folder: Path, temporary: Path, is_flushed: bool = True) -> None:
    parent = os.open(folder.parent, os.O_RDONLY)
    try:
        # One at a time: a rename would replace an empty folder, while who made it already puts something into it.
        with contextlib.suppress(OSError):  # Network file systems may not lock folders.
            fcntl.flock(parent, fcntl.LOCK_EX)
        if folder.is_dir():
            return
        temporary.mkdir()
        try:
            # Readers of the catalog are other users, whatever the umask of who runs the release. The name comes last:
            # a folder that is there is not looked at again.
            temporary.chmod(PUBLIC_FOLDER_MODE)
            temporary.rename(folder)
        except OSError as problem:
            temporary.rmdir()
            if problem.errno not in _TAKEN:
                raise
        if is_flushed:
            os.fsync(parent)
    finally:
        os.close(parent)
