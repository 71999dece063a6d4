"""Files whose name is the SHA-256 of their bytes, compared with it while they pass block by block."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO

from pipelines.core.errors import CorruptStore

#: Bytes of one request for larger files. S3 wants parts of 5 MiB at least, and 10,000 at most.
BLOCK = 8 << 20
_NAMED = re.compile(r"([0-9a-f]{64})(\.[a-z]+)?")


def named_hash(path: str) -> str | None:
    """The hash that a path's last part names; ``None`` where it names none."""
    named = _NAMED.fullmatch(PurePosixPath(path).name)
    return named[1] if named else None


def check_name(path: str, digest: hashlib._Hash) -> None:
    """Compare the hash of bytes with the one that their path names, if it does.

    Raises:
        CorruptStore: when they differ.
    """
    if named_hash(path) not in (None, digest.hexdigest()):
        raise CorruptStore(path, "sha256")


def checked_blocks(path: str, stream: IO[bytes]) -> Iterator[bytes]:
    """The bytes that are to become the file at ``path``, in blocks.

    Raises:
        CorruptStore: after the last block, when they are not what the path names.
    """
    digest = hashlib.sha256()
    while block := stream.read(BLOCK):
        digest.update(block)
        yield block
    check_name(path, digest)
