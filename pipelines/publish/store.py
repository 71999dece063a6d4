"""The public store on a local folder: files named by the SHA-256 of their bytes, never changed once there.

::

    objects/ab/<sha256>.parquet     segments
    manifests/ab/<sha256>.json      dataset versions

Bytes are flushed to disk and made read-only before they get their name, and the folder is flushed after,
so that what has a name is complete, also after a power cut.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import shutil
from pathlib import Path

from pipelines.core.errors import CorruptStore
from pipelines.core.files import (
    PUBLIC_FOLDER_MODE,
    READ_ONLY_MODE,
    create_file,
    flush_file,
    flush_folder,
    link_file,
    sha256_of,
    temporary_beside,
)

# Reasons of CorruptStore; the message catalogue has a sentence for each.
MISSING, WRONG_SIZE, WRONG_HASH, MALFORMED = "missing", "size", "sha256", "malformed"


def object_path(sha256: str) -> str:
    """Where a segment lies, relative to the store's root."""
    return f"objects/{sha256[:2]}/{sha256}.parquet"


def manifest_path(sha256: str) -> str:
    """Where a manifest lies, relative to the store's root."""
    return f"manifests/{sha256[:2]}/{sha256}.json"


def put_object(root: Path, source: Path, sha256: str, size: int) -> bool:
    """Give a segment's bytes their name in the store; tell whether they were new.

    Raises:
        FileNotFoundError: when neither ``source`` nor the object exists.
        CorruptStore: when an object of that name has another size.
    """
    relative = object_path(sha256)
    target = root / relative
    created = not target.exists() and place_file(source, target)
    if target.stat().st_size != size:
        raise CorruptStore(relative, WRONG_SIZE)
    return created


def put_manifest(root: Path, content: bytes) -> str:
    """Store a manifest; return its SHA-256.

    Raises:
        CorruptStore: when a manifest of that name has another size.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    relative = manifest_path(sha256)
    target = root / relative
    if not target.exists():
        make_folder(target.parent)
        create_file(target, content)
    if target.stat().st_size != len(content):
        raise CorruptStore(relative, WRONG_SIZE)
    return sha256


def read_verified(root: Path, relative: str, sha256: str) -> bytes:
    """A stored document's bytes, after comparing them with their hash.

    Raises:
        CorruptStore: when it is missing or is not what its name says.
    """
    try:
        content = (root / relative).read_bytes()
    except FileNotFoundError:
        raise CorruptStore(relative, MISSING) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise CorruptStore(relative, WRONG_HASH)
    return content


def check_object(root: Path, sha256: str, size: int, *, rehash: bool) -> None:
    """Look after a segment's bytes: that they are there and of the right size and, on demand, the right hash.

    Raises:
        CorruptStore: when they are not.
    """
    relative = object_path(sha256)
    target = root / relative
    if not target.is_file():
        raise CorruptStore(relative, MISSING)
    if target.stat().st_size != size:
        raise CorruptStore(relative, WRONG_SIZE)
    if rehash and sha256_of(target) != sha256:
        raise CorruptStore(relative, WRONG_HASH)


def place_file(source: Path, target: Path) -> bool:
    """Give ``source``'s bytes the name ``target``, durably and read-only, if that name is free.

    Links where both are on one file system and copies where they are not. ``source`` becomes read-only too.
    """
    make_folder(target.parent)
    source.chmod(READ_ONLY_MODE)
    flush_file(source)
    try:
        return link_file(source, target)
    except OSError as problem:
        if problem.errno != errno.EXDEV:
            raise
    with temporary_beside(target) as temporary:
        shutil.copyfile(source, temporary)
        temporary.chmod(READ_ONLY_MODE)
        flush_file(temporary)
        return link_file(temporary, target)


def remove_stale_temporaries(root: Path, before: float) -> None:
    """Remove temporary files that a crash left, if they were last written before that time (seconds since 1970).

    Younger ones may belong to a release that is running.
    """
    for path in root.rglob(".*.tmp"):
        with contextlib.suppress(FileNotFoundError):  # Another process removes them too.
            if path.stat().st_mtime < before:
                path.unlink()


def make_folder(folder: Path) -> None:
    """Create ``folder`` and what leads to it, each entry flushed: a file in a lost folder is lost."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
        # Readers of the catalog are other users, whatever the umask of who runs the release.
        folder.chmod(PUBLIC_FOLDER_MODE)
    flush_folder(folder.parent)
