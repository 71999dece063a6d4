"""Rolling back: a dataset shows again what an earlier version had, as a new version that says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pipelines.core.errors import GongkaiError
from pipelines.core.files import scratch_folder
from pipelines.core.messages import Message
from pipelines.core.paths import Workspace
from pipelines.disclose.negative_list import require_datasets
from pipelines.disclose.reviews import Reviews, SubjectKind
from pipelines.publish.compose import Next, restore
from pipelines.publish.errors import NotDisclosed, VersionWithdrawn
from pipelines.publish.gate import TextGate
from pipelines.publish.history import find_version, newest_version
from pipelines.publish.notes import VersionNote, remove_note, save_note
from pipelines.publish.planning import base_of
from pipelines.publish.release import Release, commit_versions
from pipelines.publish.snapshots import Snapshot, SnapshotEntry, heal_pointer, next_snapshot
from pipelines.publish.stores import Store
from pipelines.publish.waiting import Waiting, needed_approval, require_ledger, waits_for_plan
from pipelines.publish.withdrawals import finish_withdrawal
from pipelines.registry import Catalog


class PersonalDataFound(GongkaiError):
    """The texts of a version hold what looks like personal data."""

    message_id = "publish-personal-data"

    def __init__(self, first: Message) -> None:
        super().__init__(**first.params)


def rollback(workspace: Workspace, store: Store, catalog: Catalog, reviews: Reviews, dataset: str, version: str,
             reason: Mapping[str, str], now: datetime) -> Release:  # fmt: skip
    """Release a version of a dataset with the content of an earlier one, as far as that may still be public.

    A dataset that is held back after a withdrawal is released again. What was shown until now is not released again,
    whatever makes it anew; other deliveries are. The version needs the approvals that any version of the dataset
    needs: while it has not got them nothing is released, and what is asked for is kept, so that it can be looked at.

    Args:
        workspace: for scratch files, and for what waits.
        store: the catalog.
        catalog: the registry, which must have the dataset.
        reviews: what officers have decided.
        dataset: the dataset.
        version: the version whose content is brought back.
        reason: why, in ``zh`` and ``en``; it becomes the new version's note.
        now: time of the release (aware of its time zone).

    Returns:
        The release; without versions where the dataset shows just that already, or where it waits for an approval.

    Raises:
        NothingReleased, UnknownDataset, UnknownVersion: there is no such dataset or version.
        VersionWithdrawn: the version has been withdrawn.
        ListedDatasetMissing: the negative list in force is about a dataset that the registry does not have.
        NotDisclosed: the registry does not disclose the dataset actively.
        NothingToRestore: nothing of the version may be public any more.
        PersonalDataFound: what the registry says of the dataset today looks like it has personal data.
        ReviewsAltered: the ledger of reviews is not the one that the current release was made under.
        ReviewsOutdated: another process has released under later decisions.
        CorruptStore: when the store is damaged.
    """
    described = catalog.dataset(dataset)
    if not described.is_disclosed:
        raise NotDisclosed(dataset, described.descriptor.disclosure.attribute.value)
    require_datasets(catalog)
    gate = TextGate(catalog)
    while True:
        finish_withdrawal(store)
        base, entry = newest_version(store, dataset)
        require_ledger(workspace, base, reviews)
        with scratch_folder(workspace.work, "release") as folder:
            note = VersionNote(dataset, entry.manifest, reason, restores=version)
            restored = restored_version(catalog, store, base, entry, note, folder)
            manifest = restored.manifest
            if manifest is None:
                return Release(base, (), notices=restored.notices)
            blocked = gate.personal_data_in(manifest)
            if blocked:
                raise PersonalDataFound(blocked[0])
            needed = waits_for_plan(catalog, dataset, reviews) or needed_approval(described, manifest.sha256, reviews)
            if isinstance(needed, Waiting):
                if needed.kind is SubjectKind.VERSION:
                    save_note(workspace, note)
                return Release(base, (), waiting=(needed,))
            shown = SnapshotEntry(manifest.theme, manifest.version, manifest.sha256, approval=needed)
            following = next_snapshot(base, now).under(reviews).showing({**base.datasets, dataset: shown})
            snapshot = replace(following, held=base.held - {dataset})
            if commit_versions(store, snapshot, [manifest]):
                break
    heal_pointer(store)
    remove_note(workspace, dataset)
    return Release(snapshot, (manifest,), notices=restored.notices)


def restored_version(catalog: Catalog, store: Store, base: Snapshot, entry: SnapshotEntry, note: VersionNote,
                     folder: Path) -> Next:  # fmt: skip
    """What a rollback makes of a dataset.

    Args:
        catalog: the registry.
        store: the catalog.
        base: the current release.
        entry: the dataset's newest version.
        note: which version is brought back, and why.
        folder: private work folder.

    Raises:
        UnknownVersion: there is no such version.
        VersionWithdrawn: the version has been withdrawn.
        NothingToRestore: nothing of the version may be public any more.
        CorruptStore: when the store is damaged.
    """
    dataset, version = note.dataset, note.restores or ""
    if base.tombstone_of(dataset, version) is not None:
        raise VersionWithdrawn(dataset, version)
    _, target = find_version(store, dataset, entry, version)
    return restore(catalog, dataset, base_of(store, base, dataset, entry), target, store, folder, note)
