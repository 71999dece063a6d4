"""Gzip: one file, compressed (RFC 1952). Sizes are counted while it is unpacked, whatever its trailer says."""

from __future__ import annotations

import errno
import gzip
import zlib
from pathlib import Path

from pipelines.ingest.archives import MAX_EXTRACTED, MAX_RATIO, RATIO_FROM
from pipelines.ingest.problems import unreadable

_BLOCK = 1 << 20


class TooMuch(Exception):
    """A file unpacks to more than is allowed."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(limit)


def unpack(path: Path, name: str, target: Path, most: int = MAX_EXTRACTED) -> None:
    """Unpack a gzip file to ``target``, which is new. ``name`` is how the file is shown.

    Raises:
        TooMuch: when it unpacks to more than ``most`` bytes, or to far more times its size than tables do.
        Unreadable: when it is damaged or cut short.
    """
    limit = min(most, max(path.stat().st_size * MAX_RATIO, RATIO_FROM))
    size = 0
    try:
        with gzip.open(path) as packed, target.open("xb") as copy:
            while block := packed.read(_BLOCK):
                size += len(block)
                if size > limit:
                    raise TooMuch(limit)
                copy.write(block)
    except (EOFError, zlib.error, OSError) as problem:
        if getattr(problem, "errno", None) == errno.ENOSPC:
            raise  # the machine's trouble, not the file's
        raise unreadable("damaged-file", name, format="gzip") from problem


def inner_name(name: str) -> str:
    """What the file inside is called: the name without its ending."""
    return name[:-3] if name.lower().endswith(".gz") and len(name) > len(".gz") else name
