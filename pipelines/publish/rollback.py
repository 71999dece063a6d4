"""Rolling back: a dataset shows again what an earlier version had, as a new version that says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from pipelines.core.files import scratch_folder
from pipelines.core.paths import Workspace
from pipelines.publish.compose import restore
from pipelines.publish.errors import NotDisclosed, VersionWithdrawn
from pipelines.publish.history import find_version, newest_version
from pipelines.publish.notes import VersionNote
from pipelines.publish.planning import base_of
from pipelines.publish.release import Release, commit_versions
from pipelines.publish.snapshots import SnapshotEntry, heal_pointer, next_snapshot
from pipelines.publish.stores import Store
from pipelines.publish.withdrawals import finish_withdrawal
from pipelines.registry import Catalog


def rollback(workspace: Workspace, store: Store, catalog: Catalog, dataset: str, version: str,
             reason: Mapping[str, str], now: datetime) -> Release:  # fmt: skip
    """Release a version of a dataset with the content of an earlier one, as far as that may still be public.

    A dataset that is held back after a withdrawal is released again. What was shown until now is not released again,
    whatever makes it anew; other deliveries are.

    Args:
        workspace: for scratch files.
        store: the catalog.
        catalog: the registry, which must have the dataset.
        dataset: the dataset.
        version: the version whose content is brought back.
        reason: why, in ``zh`` and ``en``; it becomes the new version's note.
        now: time of the release (aware of its time zone).

    Returns:
        The release; without versions where the dataset shows just that already.

    Raises:
        NothingReleased, UnknownDataset, UnknownVersion: there is no such dataset or version.
        VersionWithdrawn: the version has been withdrawn.
        NotDisclosed: the registry does not disclose the dataset actively.
        NothingToRestore: nothing of the version may be public any more.
        CorruptStore: when the store is damaged.
    """
    if not catalog.dataset(dataset).is_disclosed:
        raise NotDisclosed(dataset, catalog.dataset(dataset).descriptor.disclosure.attribute.value)
    while True:
        finish_withdrawal(store)
        base, entry = newest_version(store, dataset)
        if base.tombstone_of(dataset, version) is not None:
            raise VersionWithdrawn(dataset, version)
        _, target = find_version(store, dataset, entry, version)
        current = base_of(store, base, dataset, entry)
        with scratch_folder(workspace.work, "release") as folder:
            note = VersionNote(dataset, entry.manifest, reason)
            restored = restore(catalog, dataset, current, target, store, folder, note)
            manifest = restored.manifest
            if manifest is None:
                return Release(base, (), notices=restored.notices)
            shown = {**base.datasets, dataset: SnapshotEntry(manifest.theme, manifest.version, manifest.sha256)}
            snapshot = replace(next_snapshot(base, now).showing(shown), held=base.held - {dataset})
            if commit_versions(store, snapshot, [manifest]):
                break
    heal_pointer(store)
    return Release(snapshot, (manifest,), notices=restored.notices)
