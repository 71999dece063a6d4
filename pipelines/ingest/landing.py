"""Landing: delivered bytes enter the store under their SHA-256, and a record says what was delivered."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.errors import CorruptStore, GongkaiError
from pipelines.core.files import PRIVATE_FOLDER_MODE, create_file, link_file, temporary_beside
from pipelines.core.paths import Workspace
from pipelines.core.records import Delivery, DeliveryKey, LandedFile
from pipelines.ingest.inbox import InboxFolder
from pipelines.ingest.landing_records import digest_of, encode, landings, object_path, record_path
from pipelines.ingest.names import shown_file

_BLOCK = 1 << 20
_OWNER_READ_ONLY = 0o400


class FileStillChanging(GongkaiError):
    """A file of the delivery changed, or went away, while it was being landed. Land the folder again later."""

    message_id = "landing-file-still-changing"

    def __init__(self, key: DeliveryKey, name: str) -> None:
        super().__init__(delivery=str(key), name=shown_file(name, 0))


@dataclass(frozen=True)
class Landing:
    """A landed delivery; ``is_new`` is false when the same content was the newest delivery already."""

    delivery: Delivery
    is_new: bool


def land(workspace: Workspace, folder: InboxFolder) -> Landing:
    """Copy a folder's bytes into the landing store and record the delivery.

    Content that is stored already is not stored again, and the newest delivery's content makes no new record,
    so landing a folder twice changes nothing. Several processes may land the same folder.

    Raises:
        FileStillChanging: when a file's size or time changes while it is read, or it is no regular file any more.
        CorruptStore: when stored bytes or records are not what their name says.
    """
    files = tuple(sorted(_copy_folder(workspace, folder), key=lambda file: file.name))
    digest = digest_of(files)
    while True:
        known = landings(workspace, folder.key)
        if known and known[-1].digest == digest:
            return Landing(known[-1], is_new=False)
        delivery = Delivery(folder.key, known[-1].sequence + 1 if known else 1, digest, files)
        record = record_path(workspace, folder.key, delivery.sequence)
        _private_folder(workspace, record.parent)
        if create_file(record, encode(delivery), _OWNER_READ_ONLY):
            return Landing(delivery, is_new=True)
        # Somebody else took that number: look again, it may be the same content.


def _copy_folder(workspace: Workspace, folder: InboxFolder) -> Iterator[LandedFile]:
    try:
        # Opened once and used for every file: the folder cannot be exchanged for a link half-way.
        handle = os.open(folder.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as problem:
        raise FileStillChanging(folder.key, folder.path.name) from problem
    try:
        states: dict[str, tuple[int, int, int]] = {}
        for file in folder.files:
            with _opened(folder.key, file.name, handle) as stream:
                landed, states[file.name] = _copy(workspace, folder.key, file.name, stream)
                yield landed
        for name, state in states.items():
            # An early file may have changed while a late one was copied: a delivery is one moment's content.
            with _opened(folder.key, name, handle) as stream:
                if _state(stream) != state:
                    raise FileStillChanging(folder.key, name)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _opened(key: DeliveryKey, name: str, folder: int) -> Iterator[int]:
    try:
        # O_NONBLOCK: opening a named pipe that took the file's place must not wait for a writer.
        stream = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError as problem:
        raise FileStillChanging(key, name) from problem
    try:
        if not stat.S_ISREG(os.fstat(stream).st_mode):
            raise FileStillChanging(key, name)
        yield stream
    finally:
        os.close(stream)


def _state(stream: int) -> tuple[int, int, int]:
    status = os.fstat(stream)
    return status.st_size, status.st_mtime_ns, status.st_ino


def _copy(
    workspace: Workspace, key: DeliveryKey, name: str, stream: int
) -> tuple[LandedFile, tuple[int, int, int]]:  # fmt: skip
    before = _state(stream)
    objects = workspace.landing / "objects"
    _private_folder(workspace, objects)
    with temporary_beside(objects / "incoming") as temporary:
        digest, size = hashlib.sha256(), 0
        target = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(target, "wb") as copy:
            while block := os.read(stream, _BLOCK):
                digest.update(block)
                size += copy.write(block)
            copy.flush()
            os.fchmod(copy.fileno(), _OWNER_READ_ONLY)
            os.fsync(copy.fileno())
        if _state(stream) != before or size != before[0]:
            raise FileStillChanging(key, name)
        landed = LandedFile(name, digest.hexdigest(), size, object_path(workspace, digest.hexdigest()))
        _private_folder(workspace, landed.path.parent)
        if not link_file(temporary, landed.path) and landed.path.stat().st_size != size:
            raise CorruptStore(landed.path.relative_to(workspace.private).as_posix(), "size")
    return landed, before


def _private_folder(workspace: Workspace, folder: Path) -> None:
    """Create a folder below the private root; each new level is its owner's alone, whatever the umask."""
    missing = []
    while not folder.is_dir() and folder.is_relative_to(workspace.private):
        missing.append(folder)
        folder = folder.parent
    for level in reversed(missing):
        level.mkdir(mode=PRIVATE_FOLDER_MODE, parents=level == workspace.private, exist_ok=True)
