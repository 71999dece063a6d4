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
ROOT = f"{PROTOCOL}://catalog"
_OBJECT = re.compile(r"objects/[0-9a-f]{2}/[0-9a-f]{64}\.parquet")


class StoreFiles(AbstractFileSystem):  # type: ignore[misc]  # fsspec has no types
    """The objects of a store, to be read; nothing else of it, and nothing is written."""

    protocol = PROTOCOL
    cachable = False

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path.removeprefix(ROOT).lstrip("/")

    def _open(self, path: str, mode: str = "rb", **_: Any) -> BinaryIO:
        if mode != "rb":
            raise PermissionError(path)
        return self._store.local(_checked(self._strip_protocol(path))).open("rb")

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """What fsspec asks for: name, size in bytes, type."""
        name = _checked(self._strip_protocol(path))
        size = self._store.size(name)
        if size is None:
            raise FileNotFoundError(name)
        return {"name": name, "size": size, "type": "file"}

    def modified(self, path: str) -> dt.datetime:
        """The same time for all: objects never change."""
        _checked(self._strip_protocol(path))
        return dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

    def glob(self, path: str, **_: Any) -> list[str]:
        """The path itself: objects are named, never searched for."""
        return [path] if _OBJECT.fullmatch(self._strip_protocol(path)) else []


def _checked(name: str) -> str:
    if not _OBJECT.fullmatch(name):
        raise FileNotFoundError(name)
    return name
