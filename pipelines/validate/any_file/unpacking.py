"""Compressed files and archives: the one table inside, unpacked into a private folder, within limits."""

from __future__ import annotations

from pathlib import Path

from pipelines.ingest.archives import MAX_RATIO, extract, tables
from pipelines.ingest.gzipped import TooMuch, unpack
from pipelines.ingest.problems import Unreadable
from pipelines.validate.any_file.refusals import of_reader, refused, unusable

#: Bytes that a compressed file may unpack to.
MAX_UNPACKED = 16 << 30
_LISTED = 20


def gunzip(path: Path, name: str, target: Path) -> None:
    """Unpack a gzip file.

    Raises:
        Refusal: it is damaged or cut short, or unpacks to far more than tables do.
    """
    try:
        unpack(path, name, target, MAX_UNPACKED)
    except TooMuch as problem:
        params = {"limit": problem.limit >> 20, "ratio": MAX_RATIO}
        raise refused("source-error", "unpacks-to-too-much", **params) from problem
    except Unreadable as fault:
        raise of_reader(fault) from fault


def unzip(path: Path, name: str, member: str | None, target: Path) -> str:
    """Unpack the only table of a zip archive, or the one called ``member``; returns its name.

    Raises:
        Refusal: the archive is damaged, or breaks a limit.
        Unusable: the archive has no such member, or several and none was named.
    """
    try:
        names = tables(path, name)
        chosen = member if member is not None or len(names) != 1 else names[0]
        if chosen not in names:
            listed = ", ".join(names[:_LISTED]) + (" …" if len(names) > _LISTED else "")
            raise unusable("no-member" if member is not None else "which-member", name, members=listed)
        extract(path, name, chosen, target)
    except Unreadable as fault:
        raise of_reader(fault) from fault
    return chosen
