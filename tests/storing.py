"""What tests put into stores, what they find there, and writers of one store in processes of their own."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forked import CONTEXT

from pipelines.publish.stores import FolderStore, Store, open_store

CONTENT = b"content"
_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class Watched(FolderStore):
    """A store that tells what has been read of it."""

    paths: list[str] = dataclasses.field(default_factory=list)

    def read(self, path: str) -> bytes:
        self.paths.append(path)
        return super().read(path)


def files(store: Store) -> list[str]:
    """Paths of all files of a store."""
    return sorted(entry.path for entry in store.entries(""))


def create_at_once(address: str, cache: Path, paths: list[str], writers: int) -> dict[str, list[bytes]]:
    """Create each path from so many processes at once; the contents of those that were told they created it."""
    together, results = CONTEXT.Barrier(writers), CONTEXT.SimpleQueue()
    processes = [
        CONTEXT.Process(target=_create, args=(dict(os.environ), address, cache, paths, together, results))
        for _ in range(writers)
    ]
    for process in processes:
        process.start()
    created: dict[str, list[bytes]] = {path: [] for path in paths}
    for _ in processes:
        content, mine = results.get()
        for path in mine:
            created[path].append(content)
    for process in processes:
        process.join(_SECONDS)
    return created


def _create(environment: Mapping[str, str], address: str, cache: Path, paths: list[str], together: Any,
            results: Any) -> None:  # fmt: skip
    os.environ.update(environment)
    content = b"%d" % os.getpid()
    mine = []
    try:
        store = open_store(address, cache)
        for path in paths:
            together.wait(_SECONDS)
            if store.create(path, content):
                mine.append(path)
    finally:
        results.put((content, mine))
