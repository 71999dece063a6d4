"""A store's objects as files for DuckDB, fetched when a query first reads them.

DuckDB's own way to object stores is an extension that it would download. Objects never change, so a copy that was
fetched once serves all later queries.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, BinaryIO

from fsspec.spec import AbstractFileSystem

from pipelines.publish import Store

PROTOCOL = "gongkai"
#: What the paths of views begin with where the catalog is not a folder.
REMOTE_ROOT = f"{PROTOCOL}://catalog"
_OBJECT = re.compile(r"objects/[0-9a-f]{2}/[0-9a-f]{64}\.parquet")


class ObjectFiles(AbstractFileSystem):  # type: ignore[misc]  # fsspec has no types
    """Objects of a catalog, to be read by name; nothing else of it, and nothing is written."""

    protocol = PROTOCOL
    cachable = False

    def opened(self, name: str) -> BinaryIO:
        """An object, opened; ``name`` is its path in the store.

        Raises:
            FileNotFoundError: when there is none.
            OSError: when it cannot be read.
        """
        raise NotImplementedError

    def size_of(self, name: str) -> int | None:
        """The size of an object in bytes; ``None`` when there is none."""
        raise NotImplementedError

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path.removeprefix(REMOTE_ROOT).lstrip("/")

    def _open(self, path: str, mode: str = "rb", **_: Any) -> BinaryIO:
        if mode != "rb":
            raise PermissionError(path)
        return self.opened(_checked(self._strip_protocol(path)))

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """What fsspec asks for: name, size in bytes, type."""
        name = _checked(self._strip_protocol(path))
        size = self.size_of(name)
        if size is None:
            raise FileNotFoundError(name)
        return {"name": name, "size": size, "type": "file"}

    def modified(self, path: str) -> dt.datetime:
        """The same time for all: objects never change."""
        _checked(self._strip_protocol(path))
        return dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

    def glob(self, path: str, **_: Any) -> list[str]:
        """The path itself: objects are named, never searched for."""
        return [path] if is_object(self._strip_protocol(path)) else []


class StoreFiles(ObjectFiles):
    """The objects of a store; each is fetched once, and a copy kept."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    def opened(self, name: str) -> BinaryIO:
        """See :class:`ObjectFiles`."""
        return self._store.local(name).open("rb")

    def size_of(self, name: str) -> int | None:
        """See :class:`ObjectFiles`."""
        return self._store.size(name)


def is_object(path: str) -> bool:
    """Whether a path in the store is that of an object."""
    return _OBJECT.fullmatch(path) is not None


def _checked(name: str) -> str:
    if not is_object(name):
        raise FileNotFoundError(name)
    return name
