"""A catalog in a bucket of S3, Google Cloud Storage or Azure, or of a store that speaks S3, over obstore.

A file that never changes is created with ``If-None-Match: *``, which the store decides in one step. Requests carry
at most a few MiB each, so that the limits on time hold whatever a file's size.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError

from pipelines.core.files import READ_ONLY_MODE, flush_file, temporary_beside
from pipelines.core.paths import join_inside
from pipelines.publish.stores.answers import UNCERTAIN, as_os_error
from pipelines.publish.stores.base import INCOMING, PROBES, STALE_SECONDS, StoredFile, StoreEntry, temporary_name
from pipelines.publish.stores.content import BLOCK, check_name, checked_blocks, named_hash

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

#: One request may take two minutes in all; four of 8 MiB at once ask for 280 kB/s.
CLIENT_OPTIONS: ClientConfig = {"connect_timeout": timedelta(seconds=10), "timeout": timedelta(minutes=2)}
RETRIES: RetryConfig = {
    "max_retries": 4,
    "retry_timeout": timedelta(minutes=2),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=5), "base": 2},
}
#: For files of more than one block; obstore holds that many blocks in memory.
_REQUESTS_AT_ONCE = 4
#: How often creating is tried anew when the answer was lost or the file that stood in the way is gone.
_TRIES = 3
#: Attribute of created files that says who created them.
_WRITER = "writer"
#: Processes that have used obstore, by number: this one, and after a fork the one that it was forked from.
_users: set[int] = set()


@dataclass(frozen=True)
class RemoteStore:
    """A store in a bucket.

    ``address`` is its URL, ``cache`` a local folder for files that never change; it may be removed whenever no
    process uses it. ``client`` is obstore's, with the URL's folder as prefix.
    """

    address: str
    cache: Path
    client: ObjectStore

    def read(self, path: str) -> bytes:
        """See :class:`Store`."""
        with self._errors(path):
            return obstore.get(self.client, path).bytes().to_bytes()

    def size(self, path: str) -> int | None:
        """See :class:`Store`."""
        found = self._head(path)
        return found["size"] if found else None

    def stat(self, path: str) -> StoredFile | None:
        """What there is to know of a file without reading it; ``None`` when there is none."""
        found = self._head(path)
        return found and StoredFile(found["size"], found["last_modified"].timestamp(), found["e_tag"] or "")

    def read_range(self, path: str, start: int, end: int, tag: str) -> bytes:
        """Bytes of a file from ``start`` to before ``end``.

        Raises:
            FileNotFoundError: when there is none.
            FileExistsError: when another file lies there than the one with that tag.
        """
        options: GetOptions = {"range": (start, end)}
        if tag:
            options["if_match"] = tag
        with self._errors(path):
            return obstore.get(self.client, path, options=options).bytes().to_bytes()

    def modified(self, path: str) -> float | None:
        """See :class:`Store`. Many stores tell times to the second."""
        found = self._head(path)
        return found["last_modified"].timestamp() if found else None

    def sha256(self, path: str) -> str | None:
        """See :class:`Store`."""
        digest = hashlib.sha256()
        try:
            for block in self._blocks(path):
                digest.update(block)
        except FileNotFoundError:
            return None
        return digest.hexdigest()

    def create(self, path: str, content: bytes) -> bool:
        """See :class:`Store`.

        A lost answer leaves open whether the file was created, and asking again then finds it there. So a created
        file says who created it.
        """
        writer = secrets.token_hex(16)
        for tries_left in reversed(range(_TRIES)):
            try:
                with self._errors(path):
                    obstore.put(self.client, path, content, mode="create", attributes={_WRITER: writer})
                return True
            except FileExistsError:
                found = self._writer(path)
                if found is not None:
                    return found == writer
                if not tries_left:
                    raise
            except OSError as problem:
                if not tries_left or problem.errno not in UNCERTAIN:
                    raise
        raise AssertionError("unreachable")

    def upload(self, path: str, source: Path) -> bool:
        """See :class:`Store`.

        A file of more than one block is not created in one step: obstore sends ``If-None-Match`` only with requests
        that hold a whole file. Another writer of that name writes the same bytes, so it may be replaced by itself.

        Raises:
            CorruptStore: when ``source`` is not what the name says.
        """
        if source.stat().st_size <= BLOCK:
            content = source.read_bytes()
            check_name(path, hashlib.sha256(content))
            return self.create(path, content)
        if self.size(path) is not None:
            return False
        self.replace_with(path, source)
        return True

    def replace(self, path: str, content: bytes) -> None:
        """See :class:`Store`."""
        with self._errors(path):
            obstore.put(self.client, path, content)

    def put_derived(self, path: str, content: bytes) -> None:
        """See :class:`Store`."""
        self.replace(path, content)

    def flush(self) -> None:
        """See :class:`Store`. What is answered for is stored."""

    def replace_with(self, path: str, source: Path) -> None:
        """See :class:`Store`. Parts become the file in one step after the last one, if its hash is right."""
        if source.stat().st_size <= BLOCK:
            self.replace(path, source.read_bytes())
            return
        with source.open("rb") as stream, self._errors(path):
            obstore.put(
                self.client,
                path,
                checked_blocks(path, stream),
                chunk_size=BLOCK,
                max_concurrency=_REQUESTS_AT_ONCE,
            )

    def touch(self, path: str) -> bool:
        """See :class:`Store`. Copies inside the store, to another name and back: S3 copies no file onto itself."""
        beside = f"{INCOMING}/{temporary_name()}"
        try:
            with self._errors(path):
                obstore.copy(self.client, path, beside)
        except FileNotFoundError:
            return False
        try:
            with self._errors(path):
                obstore.copy(self.client, beside, path)
        finally:
            self.remove(beside)
        return True

    def remove(self, path: str) -> None:
        """See :class:`Store`. The local copy goes too."""
        if named_hash(path):
            self._copy_of(path).unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError), self._errors(path):
            obstore.delete(self.client, path)

    def names(self, folder: str) -> tuple[str, ...]:
        """See :class:`Store`."""
        with self._errors(folder):
            found = obstore.list_with_delimiter(self.client, folder or None)["objects"]
        return tuple(sorted(PurePosixPath(entry["path"]).name for entry in found))

    def entries(self, folder: str) -> Iterator[StoreEntry]:
        """See :class:`Store`."""
        with self._errors(folder):
            for page in obstore.list(self.client, folder or None):
                for entry in page:
                    yield StoreEntry(entry["path"], entry["size"], entry["last_modified"].timestamp())

    def local(self, path: str) -> Path:
        """See :class:`Store`. Downloads what is not in the cache; a name that is no hash is looked up first.

        Raises:
            CorruptStore: when the bytes are not what the name says.
        """
        target = self._copy_of(path)
        if target.is_file():
            return target
        digest = hashlib.sha256()
        with temporary_beside(target) as temporary:
            with temporary.open("xb") as stream:
                for block in self._blocks(path):
                    stream.write(block)
                    digest.update(block)
            check_name(path, digest)
            temporary.chmod(READ_ONLY_MODE)
            flush_file(temporary)
            temporary.replace(target)
        return target

    def remove_leftovers(self, now: float) -> None:
        """Remove what writers that died have left.

        Args:
            now: seconds since 1970. What is a day old is removed.
        """
        for entry in (entry for folder in (INCOMING, PROBES) for entry in self.entries(folder)):
            if entry.modified < now - STALE_SECONDS:
                self.remove(entry.path)

    def _copy_of(self, path: str) -> Path:
        """Where a file's copy is kept. Under a name that is no hash a removed file may come back as another one."""
        copy = join_inside(self.cache, path)
        if named_hash(path):
            return copy
        with self._errors(path):
            tag = obstore.head(self.client, path)["e_tag"] or ""
        return self.cache / "tagged" / hashlib.sha256(tag.encode()).hexdigest()[:32] / path

    def _blocks(self, path: str) -> Iterator[memoryview]:
        with self._errors(path):
            size = obstore.head(self.client, path)["size"]
            for start in range(0, size, BLOCK):
                end = min(start + BLOCK, size)
                yield memoryview(obstore.get_range(self.client, path, start=start, end=end))

    def _head(self, path: str) -> ObjectMeta | None:
        try:
            with self._errors(path):
                return obstore.head(self.client, path)
        except FileNotFoundError:
            return None

    def _writer(self, path: str) -> str | None:
        """Who created a file, empty where it does not say; ``None`` when there is none."""
        try:
            with self._errors(path):
                return obstore.get(self.client, path, options={"head": True}).attributes.get(_WRITER, "")
        except FileNotFoundError:
            return None

    @contextlib.contextmanager
    def _errors(self, path: str) -> Iterator[None]:
        _require_own_threads()
        try:
            yield
        except (BaseError, FileNotFoundError) as problem:
            raise as_os_error(problem, f"{self.address}/{path}") from None


def _require_own_threads() -> None:
    """Refuse to go on in a fork: obstore's threads are the parent's, and both would wait for ever."""
    _users.add(os.getpid())
    if len(_users) > 1:
        raise RuntimeError("a remote store was used before this process was forked")
