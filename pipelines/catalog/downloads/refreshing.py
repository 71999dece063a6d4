"""Bringing downloads up to the latest snapshot: what is made, what is removed, what failed.

``downloads/index.json`` says which version of each dataset was made last; only where the snapshot says otherwise is
anything looked at. Deleting it, or the whole folder, costs looking at all datasets once.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from traceback import format_tb
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.catalog.downloads.making import REVISION, VersionFiles, is_made, make_version
from pipelines.core.errors import GongkaiError, UnknownDataset
from pipelines.core.messages import Message
from pipelines.publish import (
    Snapshot,
    SnapshotEntry,
    Store,
    find_version,
    latest_snapshots,
    load_manifest,
    newest_version,
    refuse_withdrawn,
)
from pipelines.publish.download_files import DOWNLOADS, RECORD, downloads_folder, remove_downloads
from pipelines.publish.records import canonical_json

_logger = logging.getLogger(__name__)

#: Called with how many datasets are done, how many there are to do, and the one that is next.
Progress = Callable[[int, int, str], None]


def no_progress(_done: int, _total: int, _dataset: str) -> None:
    """Nobody watches."""


@dataclass
class Refreshed:
    """What was done: the versions whose downloads were made, and why those of a dataset could not be made."""

    made: list[VersionFiles] = field(default_factory=list)
    failed: dict[str, Message] = field(default_factory=dict)


@dataclass(frozen=True)
class _Made:
    """The version of a dataset that was made last, and its manifest's SHA-256; empty: one was begun."""

    version: str = ""
    manifest: str = ""

    @classmethod
    def of(cls, entry: SnapshotEntry) -> _Made:
        return cls(entry.version, entry.manifest)


def refresh_downloads(store: Store, work: Path, progress: Progress = no_progress) -> Refreshed:
    """Make the downloads of the latest snapshot's versions, and remove all others of datasets that changed.

    Costs comparing the snapshot with a record where nothing changed. A dataset that fails holds no other back, and is
    tried again by the next call. Processes that do this at once make the same files.

    Args:
        store: the catalog.
        work: private folder for scratch files.
        progress: is told of each dataset that is looked at.

    Raises:
        CorruptStore: when the latest snapshot cannot be read.
        OSError: when the store cannot be read or written at all.
    """
    done = Refreshed()
    for snapshot in latest_snapshots(store):
        _refresh(store, work, snapshot, done, progress)
    return done


def make_downloads(store: Store, work: Path, dataset: str, version: str | None = None) -> VersionFiles:
    """Make the downloads of a version anew, whether or not they are there; without a version, of the latest.

    Those of an earlier version stay until the dataset's next version is released.

    Raises:
        NothingReleased, UnknownDataset, UnknownVersion: the catalog shows no such dataset, or never had the version.
        VersionWithdrawn: the version has been withdrawn.
        CorruptStore: when the store is damaged.
    """
    base, entry = newest_version(store, dataset)
    if dataset not in base.datasets:
        raise UnknownDataset(dataset, ", ".join(base.datasets))
    sha256, manifest = find_version(store, dataset, entry, version or entry.version)
    refuse_withdrawn(store, dataset, [manifest.version])
    made = make_version(store, manifest, sha256, work)
    try:
        refuse_withdrawn(store, dataset, [manifest.version])
    except GongkaiError:
        # Withdrawn meanwhile: at that time there was nothing to remove yet.
        remove_downloads(store, downloads_folder(dataset, manifest.version))
        raise
    return made


def _refresh(store: Store, work: Path, snapshot: Snapshot, done: Refreshed, progress: Progress) -> None:
    recorded = _recorded(store)
    shown = {dataset: _Made.of(entry) for dataset, entry in snapshot.datasets.items()}
    known = recorded if recorded is not None else dict.fromkeys(_present(store), _Made())
    changed = sorted(dataset for dataset in shown.keys() | known.keys() if shown.get(dataset) != known.get(dataset))
    if not changed:
        return
    # First: what a crash leaves half made is found by this, also of a dataset that leaves the catalog meanwhile.
    _record(store, {**known, **dict.fromkeys(changed, _Made())})
    for place, dataset in enumerate(changed):
        progress(place, len(changed), dataset)
        entry = snapshot.datasets.get(dataset)
        failure = _tried(store, work, dataset, entry, done)
        done.failed.pop(dataset, None)
        if failure is not None:
            done.failed[dataset] = failure
        elif entry is not None:
            known[dataset] = _Made.of(entry)
        else:
            known.pop(dataset, None)
    _record(store, {**known, **dict.fromkeys(done.failed, _Made())})


def _tried(store: Store, work: Path, dataset: str, entry: SnapshotEntry | None, done: Refreshed) -> Message | None:
    """Bring a dataset's downloads up to date; otherwise tell why not. Errors of libraries may hold values."""
    try:
        _bring_up(store, work, dataset, entry, done)
    except GongkaiError as problem:
        return problem.message
    except (OSError, MemoryError, duckdb.Error, pa.ArrowException) as problem:
        where = "".join(format_tb(problem.__traceback__))
        _logger.error("%s: downloads were not made: %s\n%s", dataset, type(problem).__name__, where)
        return Message("downloads-failed", {"problem": type(problem).__name__})
    return None


def _bring_up(store: Store, work: Path, dataset: str, entry: SnapshotEntry | None, done: Refreshed) -> None:
    if entry is not None:
        manifest = load_manifest(store, entry.manifest)
        if not is_made(store, manifest, entry.manifest):
            done.made.append(make_version(store, manifest, entry.manifest, work))
    for version in sorted({path.path.split("/")[2] for path in store.entries(f"{DOWNLOADS}/{dataset}")}):
        if entry is None or version != entry.version:
            remove_downloads(store, downloads_folder(dataset, version))


def _present(store: Store) -> set[str]:
    """The datasets that there are downloads of; lists all of them."""
    return {parts[1] for entry in store.entries(DOWNLOADS) if len(parts := entry.path.split("/")) > 2}


def _recorded(store: Store) -> dict[str, _Made] | None:
    """What was made last; ``None`` where nobody knows, or files come to be other ones now."""
    try:
        document = json.loads(store.read(RECORD))
        made = {dataset: _Made(**entry) for dataset, entry in document["datasets"].items()}
        return made if document["revision"] == REVISION else None
    except (AttributeError, FileNotFoundError, KeyError, TypeError, ValueError):
        return None


def _record(store: Store, made: Mapping[str, _Made]) -> None:
    document: dict[str, Any] = {dataset: asdict(entry) for dataset, entry in made.items()}
    store.replace(RECORD, canonical_json({"revision": REVISION, "datasets": document}))
