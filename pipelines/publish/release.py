"""The release: all candidates become public together, or none of them.

Order: objects, sources and code lists, manifests, then the snapshot (the commit point), then what is derived from it.
Before the snapshot exists readers see the old release, after it the new one; running again finishes what a crash left.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from pipelines.core.files import scratch_folder
from pipelines.core.messages import Message
from pipelines.core.paths import Workspace
from pipelines.disclose.negative_list import require_datasets
from pipelines.disclose.reviews import Reviews
from pipelines.publish.candidates import pending_candidates, remove_candidates
from pipelines.publish.comparisons import Comparisons
from pipelines.publish.gate import TextGate
from pipelines.publish.manifests import Manifest, load_manifest
from pipelines.publish.notes import remove_note
from pipelines.publish.planning import Planned, Planner, Replaced
from pipelines.publish.records import Segment
from pipelines.publish.snapshots import (
    Snapshot,
    SnapshotEntry,
    commit_snapshot,
    heal_pointer,
    latest_snapshot,
    next_snapshot,
)
from pipelines.publish.store import manifest_path, object_path, put_document, put_manifest, put_object
from pipelines.publish.stores import Store
from pipelines.publish.waiting import Waiting, require_ledger, waits_for_plan
from pipelines.publish.withdrawals import finish_withdrawal
from pipelines.registry import Catalog


@dataclass(frozen=True)
class Release:
    """The current snapshot, and the versions that this release added (none: nothing had changed).

    ``withdrawn`` datasets are no longer in the snapshot; ``notices`` say what else is not shown any more and why.
    ``waiting``: what is not released before an officer approves it. ``outdated`` candidates were not compared with all
    that is published of their periods by now: they are to be made anew.
    """

    snapshot: Snapshot | None
    versions: tuple[Manifest, ...]
    withdrawn: tuple[str, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    notices: tuple[Message, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    outdated: tuple[tuple[str, Segment], ...] = ()


def release(workspace: Workspace, store: Store, catalog: Catalog, processing_keys: Mapping[str, str],
            reviews: Reviews, now: datetime) -> Release:  # fmt: skip
    """Publish all candidates as one snapshot, and take out of it what may not be public any more.

    Datasets that the registry does not know, or that are broken in it, stay as they are unless the negative list bars
    what is shown of them; one that is not disclosed actively any more leaves the snapshot. Candidates of either wait,
    and one that was made under another processing key than the current is not taken, nor one that was not compared
    with all that is published of its period. What needs an officer's approval waits too, all else goes on.

    Args:
        workspace: where the candidates lie.
        store: where to publish.
        catalog: the registry, for what is said about the datasets.
        processing_keys: per usable dataset, the key that its candidates must have been made under.
        reviews: what officers have decided.
        now: time of the release (aware of its time zone).

    Raises:
        CorruptStore: when the current release or a candidate cannot be read.
        ListedDatasetMissing: the negative list in force is about a dataset that the registry does not have.
        ReviewsAltered: the ledger is not the one that the current release was made under.
        ReviewsOutdated: another process has released under later decisions.
    """
    require_datasets(catalog)
    gate = TextGate(catalog)
    while True:
        finish_withdrawal(store)
        base = latest_snapshot(store)
        require_ledger(workspace, base, reviews)
        made = [
            (dataset_id, segment)
            for dataset_id, segment in pending_candidates(workspace)
            if is_released(catalog, base, dataset_id) and segment.processing_key == processing_keys[dataset_id]
        ]
        comparisons = Comparisons(store, catalog, base)
        outdated = [entry for entry in made if not comparisons.is_current(*entry)]
        ready = [entry for entry in made if entry not in outdated]
        unplanned = {name: waits_for_plan(catalog, name, reviews) for name in {dataset_id for dataset_id, _ in ready}}
        candidates = [(dataset_id, segment) for dataset_id, segment in ready if unplanned[dataset_id] is None]
        with scratch_folder(workspace.work, "release") as folder:
            try:
                planned = Planner(workspace, store, catalog, reviews, base, gate, folder).plan(candidates)
                if not planned.any:
                    snapshot = base
                    store.remove_leftovers(time.time())
                    break
                snapshot = _next_snapshot(base, planned, reviews, now)
                if commit_versions(store, snapshot, planned.manifests):
                    break
            except FileNotFoundError:
                if _are_there(candidates):
                    raise
                continue  # A candidate was replaced or released by another process: begin again with what is there.
    heal_pointer(store)
    waiting = sorted({*planned.waiting, *filter(None, unplanned.values())})
    stay = {entry.dataset for entry in waiting} | planned.blocked
    remove_candidates(workspace, [entry for entry in candidates if entry[0] not in stay])
    for manifest in planned.manifests:
        remove_note(workspace, manifest.dataset)
    return Release(snapshot, tuple(planned.manifests), tuple(planned.withdrawn), tuple(planned.replaced),
                   tuple(planned.notices), tuple(waiting), tuple(outdated))  # fmt: skip


def no_longer_shown(
    store: Store, before: Mapping[str, SnapshotEntry], after: Mapping[str, SnapshotEntry]
) -> tuple[Replaced, ...]:
    """The segments of datasets as ``before`` shows them that ``after`` does not show. Reads what differs alone.

    Raises:
        CorruptStore: when a manifest cannot be read.
    """
    found = []
    for dataset_id in sorted(before):
        entry, now = before[dataset_id], after.get(dataset_id)
        if now == entry:
            continue
        known = load_manifest(store, now.manifest).segments if now else ()
        staying = {(segment.period, segment.digest) for segment in known}
        for segment in load_manifest(store, entry.manifest).segments:
            if (segment.period, segment.digest) not in staying:
                found.append(Replaced(dataset_id, segment.period, segment.digest))
    return tuple(found)


def _are_there(candidates: Iterable[tuple[str, Segment]]) -> bool:
    return all(part.parquet is None or part.parquet.is_file() for _, segment in candidates for part in segment.parts)


def is_released(catalog: Catalog, snapshot: Snapshot | None, dataset_id: str) -> bool:
    """Whether releases take up a dataset: it is usable, disclosed actively, and not held back by an officer."""
    dataset = catalog.datasets.get(dataset_id)
    return dataset is not None and dataset.is_disclosed and not (snapshot and dataset_id in snapshot.held)


def commit_versions(store: Store, snapshot: Snapshot, manifests: Sequence[Manifest]) -> bool:
    """Store the files of versions and what else they name, then their manifests, then the snapshot that has them.

    Returns:
        ``False`` when another release has taken the snapshot's number meanwhile.

    Raises:
        FileNotFoundError: when a file is neither in the store nor where it was made.
    """
    files = dict(_files(store, manifests))
    for put in files.values():
        put()
    if not commit_snapshot(store, snapshot):
        return False
    for path, put in files.items():
        # What was in the store unreferenced may have been collected as garbage until the commit.
        if store.size(path) is None:
            put()
    store.remove_leftovers(time.time())
    return True


def _files(store: Store, manifests: Sequence[Manifest]) -> Iterator[tuple[str, Callable[[], object]]]:
    """Path of each file that versions bring, and what puts it there; manifests last."""
    for part in (part for manifest in manifests for part in manifest.parts):
        if part.parquet is not None:
            yield object_path(part.sha256), partial(put_object, store, part.parquet, part.sha256, part.bytes)
    for path, content in (entry for manifest in manifests for entry in manifest.document_contents):
        yield path(hashlib.sha256(content).hexdigest()), partial(put_document, store, path, content)
    for manifest in manifests:
        yield manifest_path(manifest.sha256), partial(put_manifest, store, manifest.content())


def _next_snapshot(base: Snapshot | None, planned: Planned, reviews: Reviews, now: datetime) -> Snapshot:
    following = next_snapshot(base, now).under(reviews)
    datasets = {**following.datasets, **planned.relisted}
    for dataset_id in planned.withdrawn:
        datasets.pop(dataset_id, None)
    for manifest in planned.manifests:
        datasets[manifest.dataset] = SnapshotEntry(
            manifest.theme, manifest.version, manifest.sha256, approval=planned.approvals.get(manifest.dataset)
        )
    for dataset_id in planned.registry.keys() & datasets.keys():
        datasets[dataset_id] = replace(datasets[dataset_id], registry=planned.registry[dataset_id])
    return following.showing(datasets)
