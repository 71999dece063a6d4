"""Zip archives as transparent containers: each member becomes a source file ``archive.zip/member``.

Nothing is written under a name from the archive, sizes are counted while extracting (headers can lie), and one
fault refuses the whole archive: a delivery is never read in part.
"""

from __future__ import annotations

import errno
import itertools
import stat
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pipelines.core.paths import is_plain_name
from pipelines.ingest.formats import recognise
from pipelines.ingest.names import shown_file
from pipelines.ingest.problems import unreadable
from pipelines.registry.layouts import FileFormat

MAX_MEMBERS = 100
#: Bytes that all members of one archive may come to.
MAX_EXTRACTED = 2 << 30
#: Deflate cannot exceed about 1,032 : 1; real tables stay far below this. Small members are not judged by it.
MAX_RATIO = 200
RATIO_FROM = 16 << 20
_BLOCK = 1 << 20
_UTF8_FLAG = 0x800
_LOCAL_HEADER = 30  # bytes, without the name (APPNOTE.TXT, 4.3.7)
_ENCRYPTED_FLAG = 0x1
_FAULTS = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError, RuntimeError)


class Member(NamedTuple):
    """One table of an archive: its own ``name``, how it is ``shown`` (``archive.zip/member``), its extracted bytes."""

    name: str
    shown: str
    path: Path


def expand(archive: Path, name: str, scratch: Path) -> list[Member]:
    """Extract the tables of a zip archive into ``scratch``.

    ``name`` is how the archive is shown.

    Returns:
        The members in the order of their names.

    Raises:
        Unreadable: when the archive is damaged, encrypted, too large or nested, or a member's name is unsafe.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = _members(opened, name)
            return _extract(opened, members, name, scratch)
    except _FAULTS as problem:
        raise unreadable("damaged-file", name, format="zip") from problem


def tables(archive: Path, name: str) -> list[str]:
    """The names of the tables in a zip archive, sorted; nothing is extracted.

    Raises:
        Unreadable: as :func:`expand`.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            return sorted(_members(opened, name))
    except _FAULTS as problem:
        raise unreadable("damaged-file", name, format="zip") from problem


def extract(archive: Path, name: str, member: str, target: Path) -> None:
    """Extract one table of a zip archive, by its name as :func:`tables` gives it, to ``target``.

    Raises:
        Unreadable: as :func:`expand`.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            _extract_one(opened, _members(opened, name)[member], name, target, MAX_EXTRACTED)
    except _FAULTS as problem:
        if getattr(problem, "errno", None) == errno.ENOSPC:
            raise  # the machine's trouble, not the archive's
        raise unreadable("damaged-file", name, format="zip") from problem


def member_name(info: zipfile.ZipInfo) -> str:
    """A member's name; without the UTF-8 flag it is UTF-8 if it can be, else GB18030, as Chinese tools write it."""
    if info.flag_bits & _UTF8_FLAG:
        return info.orig_filename
    try:
        # Python decodes such names as code page 437, which maps every byte and so can be undone.
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.orig_filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.orig_filename


def is_safe_member(name: str) -> bool:
    """Tell whether a member's name is a relative path of plain names."""
    return bool(name) and all(is_plain_name(part) for part in name.split("/"))


def _members(opened: zipfile.ZipFile, archive: str) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    infos = opened.infolist()
    if _overlap(infos):
        raise unreadable("damaged-file", archive, format="zip")
    for position, info in enumerate(infos, start=1):
        name = member_name(info)
        # A folder's own entry ends in a slash; its name is judged like any other.
        is_folder = name.endswith("/")
        name = name.removesuffix("/")
        if not is_safe_member(name):
            raise unreadable("archive-unsafe-name", archive, member=ascii(shown_file(name, position))[:200])
        if stat.S_ISLNK(info.external_attr >> 16):
            raise unreadable("archive-link", archive, member=shown_file(name, position))
        if is_folder or _is_clutter(name):
            continue
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise unreadable("encrypted-file", archive)
        if name in members:
            raise unreadable("archive-repeated-name", archive, member=shown_file(name, position))
        members[name] = info
        if len(members) > MAX_MEMBERS:
            raise unreadable("archive-too-many", archive, limit=MAX_MEMBERS)
    if not members:
        raise unreadable("archive-empty", archive)
    return members


def _overlap(infos: Sequence[zipfile.ZipInfo]) -> bool:
    """Tell whether entries share their bytes, so that a small archive would unpack to any size."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    return any(
        info.header_offset + _LOCAL_HEADER + info.compress_size > following.header_offset
        for info, following in itertools.pairwise(ordered)
    )


def _is_clutter(name: str) -> bool:
    parts = name.split("/")
    return any(part.startswith((".", "~$")) or part == "__MACOSX" for part in parts)


def _extract(opened: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], archive: str, scratch: Path) -> list[Member]:
    extracted: list[Member] = []
    budget = MAX_EXTRACTED
    for number, name in enumerate(sorted(members)):
        target = scratch / f"member-{number:03d}"
        budget -= _extract_one(opened, members[name], archive, target, budget)
        plain = shown_file(name, number + 1, members)
        shown = f"{archive}/{plain}"
        if target.stat().st_size and not isinstance(recognise(target, shown), FileFormat):
            raise unreadable("archive-nested", archive, member=plain)
        extracted.append(Member(name, shown, target))
    return extracted


def _extract_one(opened: zipfile.ZipFile, info: zipfile.ZipInfo, archive: str, target: Path, budget: int) -> int:
    limit = min(budget, max(info.compress_size * MAX_RATIO, RATIO_FROM))
    size = 0
    with opened.open(info) as member, target.open("xb") as copy:
        while block := member.read(_BLOCK):
            size += len(block)
            if size > limit:
                raise unreadable("archive-too-large", archive, limit=MAX_EXTRACTED, ratio=MAX_RATIO)
            copy.write(block)
    return size
