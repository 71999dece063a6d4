"""A catalog in a folder."""

from __future__ import annotations

from pathlib import Path

from pipelines.api.places.base import PAGE, IsFolder, Opened
from pipelines.api.places.opening import open_below
from pipelines.publish import FolderStore


class FolderPlace:
    """A folder; see :class:`pipelines.api.places.base.Place`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.store = FolderStore(root)

    def open(self, path: str) -> Opened | None:
        """See :class:`pipelines.api.places.base.Place`."""
        opened = open_below(self._root, path)
        if opened is None and (page := open_below(self._root, f"{path}/{PAGE}")):
            page.close()
            raise IsFolder
        return opened

    def lend(self, path: str) -> int:
        """See :class:`pipelines.api.places.base.Place`."""
        # Processes of queries open the objects of a folder themselves.
        raise FileNotFoundError(path)

    def signs(self) -> object:
        """The pointer, and the folder of indexes, which changes when one is finished."""
        return tuple(map(_sign, (self._root / "latest.json", self._root / "index")))

    def keep_index(self, path: str) -> None:
        """See :class:`pipelines.api.places.base.Place`. There are no copies."""


def _sign(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return (found.st_mtime_ns, found.st_ino, found.st_size)
