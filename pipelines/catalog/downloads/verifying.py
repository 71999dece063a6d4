"""Comparing downloads with what was said of them when they were made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pipelines.catalog.downloads.making import load_files
from pipelines.core.errors import CorruptStore
from pipelines.publish import Snapshot, Store, StoreEntry, StoreProblem, latest_snapshot
from pipelines.publish.download_files import DOWNLOADS, FILES, downloads_folder
from pipelines.publish.store import MALFORMED, MISSING, WRONG_HASH
from pipelines.publish.verifying import StoreNote
from pipelines.publish.verifying.checking import Progress, no_progress
from pipelines.publish.verifying.problems import DOWNLOAD, DOWNLOAD_WITHDRAWN


def verify_downloads(
    store: Store, progress: Progress = no_progress
) -> tuple[list[StoreProblem], list[StoreNote], list[StoreEntry]]:
    """Hash all downloads.

    Args:
        store: the catalog.
        progress: told of the bytes hashed.

    Returns:
        What is missing, altered or of a withdrawn version; files that no list names; the files that were compared.

    Raises:
        CorruptStore: when the latest snapshot cannot be read.
    """
    snapshot = latest_snapshot(store)
    versions: dict[tuple[str, str], dict[str, StoreEntry]] = defaultdict(dict)
    for entry in store.entries(DOWNLOADS):
        _, *folders, name = entry.path.split("/")
        if len(folders) == 2:
            versions[folders[0], folders[1]][name] = entry
    total, done = sum(entry.size for files in versions.values() for entry in files.values()), 0
    problems: list[StoreProblem] = []
    unlisted: list[StoreEntry] = []
    compared: list[StoreEntry] = []
    for (dataset, version), present in sorted(versions.items()):
        names: set[str] = set()
        if snapshot is not None and snapshot.tombstone_of(dataset, version) is not None:
            problems.append(StoreProblem(downloads_folder(dataset, version), DOWNLOAD_WITHDRAWN))
        else:
            problems += _version(store, snapshot, dataset, version, names)
            compared += [entry for name, entry in present.items() if name in names]
            unlisted += [entry for name, entry in present.items() if name not in names]
        done += sum(entry.size for entry in present.values())
        progress(done, total)
    notes = []
    if unlisted:
        size = sum(entry.size for entry in unlisted)
        notes.append(StoreNote("unreferred", len(unlisted), size, min(unlisted).path))
    return sorted(problems), notes, compared


def _version(
    store: Store, snapshot: Snapshot | None, dataset: str, version: str, names: set[str]
) -> Iterator[StoreProblem]:
    """What is wrong with a version's downloads; ``names`` gathers those of the files that were looked at."""
    folder = downloads_folder(dataset, version)
    try:
        found = load_files(store, dataset, version)
    except CorruptStore:
        names.add(FILES)
        yield StoreProblem(f"{folder}/{FILES}", DOWNLOAD, MALFORMED)
        return
    if found is None:
        return
    names.update((FILES, *(file.name for file in found.files)))
    entry = snapshot.datasets.get(dataset) if snapshot else None
    if entry is not None and entry.version == version and entry.manifest != found.manifest:
        yield StoreProblem(f"{folder}/{FILES}", DOWNLOAD, WRONG_HASH)
    for file in found.files:
        sha256 = store.sha256(f"{folder}/{file.name}")
        if sha256 != file.sha256:
            yield StoreProblem(f"{folder}/{file.name}", DOWNLOAD, MISSING if sha256 is None else WRONG_HASH)
