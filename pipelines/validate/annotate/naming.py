"""Where annotated copies go: one file, or a file per workbook in a folder; delivered names lead nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from pipelines.core.paths import is_plain_name
from pipelines.validate.annotate.errors import FolderNeeded, WrongEnding

ENDING = ".xlsx"
#: Endings that say another kind of file than the copy is.
_OTHERS = {".xls", ".xlsm", ".xlsb", ".xltx", ".xltm", ".csv", ".html", ".ods", ".zip"}
#: Leaves room for the ending, a number, and what the name of a temporary file adds.
_LONGEST_BYTES = 150


def copy_paths(files: Sequence[str], target: Path) -> dict[str, Path]:
    """The path of each workbook's copy. ``target`` is the copy itself when it ends in ``.xlsx``, else a folder.

    Raises:
        FolderNeeded: when one file is named for several workbooks.
        WrongEnding: when the target ends as another kind of file does.
    """
    ending = target.suffix.lower()
    if not target.is_dir() and ending == ENDING:
        if len(files) > 1:
            raise FolderNeeded(len(files), str(target))
        return dict.fromkeys(files, target)
    if not target.is_dir() and ending in _OTHERS:
        raise WrongEnding(str(target))
    paths: dict[str, Path] = {}
    taken: set[str] = set()
    for number, file in enumerate(files, start=1):
        name = _free(_stem(file, number), taken)
        taken.add(name.casefold())
        paths[file] = target / f"{name}{ENDING}"
    return paths


def _stem(file: str, number: int) -> str:
    """The last part of a delivered name without its ending, if that can be the name of a file."""
    stem = PurePosixPath(file).stem.encode()[:_LONGEST_BYTES].decode("utf-8", "ignore").strip(" .")
    return stem if is_plain_name(stem) else f"workbook-{number}"


def _free(stem: str, taken: set[str]) -> str:
    name, number = stem, 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}-{number}"
    return name
