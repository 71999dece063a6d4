"""Putting what was fetched into the inbox: each file in one step, the files of a folder together."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Mapping
from pathlib import Path

from pipelines.core.files import flush_file, flush_folder, temporary_beside

#: While it lies in a folder, the inbox waits: a part of a delivery's files is not the delivery.
_MARKER = ".fetching.part"


def place(folder: Path, parts: Mapping[str, Path]) -> None:
    """Move ``parts`` into ``folder`` under their names; a folder that an earlier fetch left half-way is released."""
    marker = folder / _MARKER
    if parts:
        folder.mkdir(parents=True, exist_ok=True)
    if len(parts) > 1:
        marker.touch()
    for name, part in sorted(parts.items()):
        _move(part, folder / name)
    marker.unlink(missing_ok=True)


def _move(part: Path, target: Path) -> None:
    flush_file(part)
    try:
        part.replace(target)
    except OSError as problem:
        if problem.errno != errno.EXDEV:
            raise
        # The inbox lies on another disk: the bytes go there under a name that the inbox waits for.
        with temporary_beside(target) as temporary:
            shutil.copy(part, temporary)
            flush_file(temporary)
            temporary.replace(target)
        part.unlink()
    flush_folder(target.parent)
