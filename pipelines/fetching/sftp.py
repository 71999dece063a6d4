"""One file of an SFTP server into its private part: resumed, bounded in bytes, and complete or not at all."""

from __future__ import annotations

import stat
import time
from dataclasses import dataclass

from paramiko import SFTPAttributes, SFTPClient, SFTPFile

from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.ssh import session, sftp_place, ssh_errors
from pipelines.fetching.store import Validators
from pipelines.fetching.transfer import Transfer
from pipelines.registry.sources import SftpSource

#: Asked for in one request; servers that give no more than 32 kB at a time give less.
_BLOCK = 1 << 18
#: SFTP tells times in whole seconds: a file may change twice within one and look the same.
_SETTLED_SECONDS = 2


@dataclass(frozen=True)
class SftpDownload(Transfer):
    """One file to bring. ``url``: with the period in its place."""

    url: str
    source: SftpSource

    def run(self, last: Validators | None) -> bool:
        """Bring the file into the store's part.

        Args:
            last: Size and time of the state that is in the inbox; ``None``: bring it in any case.

        Returns:
            Whether anything came; false when size and time are those of ``last``.

        Raises:
            FetchFailed: what to do about it is its remedy.
        """
        place = sftp_place(self.url)
        with session(place, self.source, self.policy, self.deadline) as server:
            with ssh_errors(place.host, self.deadline):
                before = server.lstat(place.path)
            _require_file(before, place.host)
            state = _validators(before)
            if last is not None and last.etag and last.etag == state.etag:
                return False
            self.require_size(before.st_size or 0)
            unfinished = self.store.unfinished(self.origin)
            size = unfinished[0] if unfinished is not None and unfinished[1] == state.resumable else 0
            if not 0 < size <= (before.st_size or 0):
                size = 0
                self.store.begin(self.origin, state)
            self._bring(server, place.path, place.host, before, size)
        return True

    def _bring(self, server: SFTPClient, path: bytes, host: str, before: SFTPAttributes, size: int) -> None:
        with ssh_errors(host, self.deadline):
            remote = server.open(path, "rb")
            remote.MAX_REQUEST_SIZE = _BLOCK
            remote.seek(size)
            opened = remote.stat()
        # What was opened is what was looked at: between the two, a link may have taken the file's place.
        self._require_same(before, opened, host)
        size = self._write(remote, host, size, before.st_size)
        with ssh_errors(host, self.deadline):
            after = remote.stat(), server.lstat(path)
        for found in after:
            self._require_same(before, found, host)
        if size != before.st_size:
            self.store.discard()
            raise FetchFailed("fetch-incomplete", host=host, size=size, total=before.st_size or 0)

    def _write(self, remote: SFTPFile, host: str, size: int, total: int | None) -> int:
        with self.store.part.open("ab") as stream:
            while True:
                with ssh_errors(host, self.deadline):
                    block = remote.read(_BLOCK)
                self.deadline.remaining()
                if not block:
                    return size
                size += len(block)
                self.require_size(size)
                stream.write(block)
                self.advance(size, total)

    def _require_same(self, before: SFTPAttributes, now: SFTPAttributes, host: str) -> None:
        if (before.st_size, before.st_mtime) != (now.st_size, now.st_mtime) or not _is_file(now):
            self.store.discard()
            raise FetchFailed("fetch-changed-meanwhile", host=host)


def _is_file(found: SFTPAttributes) -> bool:
    return stat.S_ISREG(found.st_mode or 0)


def _require_file(found: SFTPAttributes, host: str) -> None:
    if not _is_file(found):
        raise FetchFailed("fetch-not-a-file", host=host)
    if found.st_size is None:
        raise FetchFailed("fetch-no-size", host=host)


def _validators(found: SFTPAttributes) -> Validators:
    """Size and time of change, if they tell one state of the file from another."""
    if found.st_mtime is None or found.st_mtime > time.time() - _SETTLED_SECONDS:
        return Validators()
    state = f"{found.st_size}-{found.st_mtime}"
    return Validators(etag=state, resumable=state)
