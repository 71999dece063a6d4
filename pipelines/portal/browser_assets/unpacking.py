"""Members of an archive, by name: nothing else of it is written, and its own paths lead nowhere."""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Collection, Mapping

from pipelines.portal.browser_assets.errors import ArchiveUnusable

#: Everything in an archive of npm lies below this folder.
_ROOT = "package/"
#: Bytes that an archive may unpack to: the largest that is used has 144 MB with all variants it offers.
_MOST = 256 << 20
#: Bytes of a file that is taken out of it.
_MOST_OF_FILE = 64 << 20


def members(package: str, archive: bytes, wanted: Collection[str]) -> Mapping[str, bytes]:
    """The bytes of named regular files of an archive.

    Members that are not wanted are passed over, links and folders too: no name of the archive becomes a path.

    Args:
        package: whose archive it is, for messages.
        archive: a tar file, compressed with gzip.
        wanted: names, without the folder that all members of archives of npm lie in.

    Raises:
        ArchiveUnusable: when it is broken or too large, or one is missing.
    """
    found: dict[str, bytes] = {}
    unpacked = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r|gz") as opened:
            for entry in opened:
                unpacked += entry.size
                if unpacked > _MOST:
                    raise ArchiveUnusable(package, f"> {_MOST} bytes")
                name = entry.name.removeprefix(_ROOT)
                if name in wanted and name not in found and entry.name.startswith(_ROOT) and entry.isreg():
                    found[name] = _content(package, opened, entry)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as problem:
        raise ArchiveUnusable(package, str(problem) or type(problem).__name__) from problem
    if missing := sorted(set(wanted) - found.keys()):
        raise ArchiveUnusable(package, ", ".join(missing))
    return found


def _content(package: str, opened: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    stream = opened.extractfile(entry)
    if stream is None or entry.size > _MOST_OF_FILE:
        raise ArchiveUnusable(package, f"{entry.name[:80]!a}: > {_MOST_OF_FILE} bytes")
    content = stream.read()
    if len(content) != entry.size:
        raise ArchiveUnusable(package, f"{entry.name[:80]!a}: {len(content)} < {entry.size} bytes")
    return content
