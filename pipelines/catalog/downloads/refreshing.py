"""Bringing downloads up to the latest snapshot: what is made, what is removed, what failed.

Only where the snapshot shows another version of a dataset than the record of what was made last (``record.py``) is
anything looked at. Deleting the record, or the whole folder, costs looking at all datasets once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from traceback import format_tb

import duckdb
import pyarrow as pa

from pipelines.catalog.downloads.making import VersionFiles, made_files, make_version
from pipelines.catalog.downloads.record import Made, record, recorded
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
from pipelines.publish.download_files import DOWNLOADS, downloads_folder, remove_downloads

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
    known = recorded(store)
    if known is not None and sha256 == entry.manifest:
        record(store, {**known, dataset: Made.of(made)})
    return made


def _refresh(store: Store, work: Path, snapshot: Snapshot, done: Refreshed, progress: Progress) -> None:
    before = recorded(store)
    known = before if before is not None else dict.fromkeys(_present(store), Made())
    changed = sorted(
        dataset
        for dataset in snapshot.datasets.keys() | known.keys()
        if not known.get(dataset, Made()).is_of(snapshot.datasets.get(dataset))
    )
    if not changed:
        return
    # First: what a crash leaves half made is found by this, also of a dataset that leaves the catalog meanwhile.
    record(store, {**known, **dict.fromkeys(changed, Made())})
    for place, dataset in enumerate(changed):
        progress(place, len(changed), dataset)
        entry = snapshot.datasets.get(dataset)
        done.failed.pop(dataset, None)
        made = _tried(store, work, dataset, entry, done)
        if isinstance(made, Message):
            done.failed[dataset] = made
        elif made is not None:
            known[dataset] = made
        else:
            known.pop(dataset, None)
    record(store, {**known, **dict.fromkeys(done.failed, Made())})


def _tried(
    store: Store, work: Path, dataset: str, entry: SnapshotEntry | None, done: Refreshed
) -> Made | Message | None:
    """Bring a dataset's downloads up to date; otherwise tell why not. Errors of libraries may hold values."""
    try:
        return _bring_up(store, work, dataset, entry, done)
    except GongkaiError as problem:
        return problem.message
    except (OSError, MemoryError, duckdb.Error, pa.ArrowException) as problem:
        where = "".join(format_tb(problem.__traceback__))
        _logger.error("%s: downloads were not made: %s\n%s", dataset, type(problem).__name__, where)
        return Message("downloads-failed", {"problem": type(problem).__name__})


def _bring_up(store: Store, work: Path, dataset: str, entry: SnapshotEntry | None, done: Refreshed) -> Made | None:
    made = None
    if entry is not None:
        manifest = load_manifest(store, entry.manifest)
        files = made_files(store, manifest, entry.manifest)
        if files is None:
            files = make_version(store, manifest, entry.manifest, work)
            done.made.append(files)
        made = Made.of(files)
    for version in sorted({path.path.split("/")[2] for path in store.entries(f"{DOWNLOADS}/{dataset}")}):
        if entry is None or version != entry.version:
            remove_downloads(store, downloads_folder(dataset, version))
    return made


def _present(store: Store) -> set[str]:
    """The datasets that there are downloads of; lists all of them."""
    return {parts[1] for entry in store.entries(DOWNLOADS) if len(parts := entry.path.split("/")) > 2}
