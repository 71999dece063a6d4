"""``downloads/index.json``: which version of each dataset was made last, and what files that gave.

Whoever shows downloads finds here in one read what changed, however many datasets there are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.catalog.downloads.making import REVISION, VersionFiles
from pipelines.publish import SnapshotEntry, Store
from pipelines.publish.download_files import RECORD
from pipelines.publish.records import canonical_json


@dataclass(frozen=True)
class Made:
    """The version of a dataset that was made last, its manifest's SHA-256 and that of its ``files.json``; empty: one
    was begun."""

    version: str = ""
    manifest: str = ""
    files: str = ""

    @classmethod
    def of(cls, made: VersionFiles) -> Made:
        """What is recorded of files that are in their place."""
        return cls(made.version, made.manifest, hashlib.sha256(made.content()).hexdigest())

    def is_of(self, entry: SnapshotEntry | None) -> bool:
        """Whether it is the version that a snapshot shows; ``None``: none is shown."""
        return entry is not None and (self.version, self.manifest) == (entry.version, entry.manifest)


def recorded(store: Store) -> dict[str, Made] | None:
    """What was made last; ``None`` where nobody knows, or files come to be other ones now."""
    try:
        document = json.loads(store.read(RECORD))
        made = {dataset: Made(**entry) for dataset, entry in document["datasets"].items()}
        return made if document["revision"] == REVISION else None
    except (AttributeError, FileNotFoundError, KeyError, TypeError, ValueError):
        return None


def record(store: Store, made: Mapping[str, Made]) -> None:
    """Say what was made last."""
    document: dict[str, Any] = {dataset: asdict(entry) for dataset, entry in made.items()}
    store.replace(RECORD, canonical_json({"revision": REVISION, "datasets": document}))


def files_digests(store: Store) -> Mapping[str, str]:
    """Dataset → what changes when its files for download do; nothing of those that were not made."""
    return {dataset: made.files for dataset, made in (recorded(store) or {}).items() if made.version}
