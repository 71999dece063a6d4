"""What an officer does to what has been released: go back, withdraw, reinstate, say why, collect garbage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from pipelines.core.versions import Change
from pipelines.disclose.reviews import Reviews
from pipelines.flow.installation import Installation
from pipelines.flow.machine import machine_trouble
from pipelines.flow.public_texts import require_nobodys
from pipelines.flow.releasing import (
    refresh_derived,
    release_state,
    require_catalog,
    tell,
    under_decisions,
)
from pipelines.flow.results import Work
from pipelines.publish import (
    Release,
    VersionNote,
    Withdrawal,
    collect_garbage,
    latest_number,
    latest_snapshot,
    newest_entries,
    newest_version,
    save_note,
    versions_of,
)
from pipelines.publish import reinstate as reinstate_dataset
from pipelines.publish import rollback as publish_earlier
from pipelines.publish import withdraw as withdraw_versions
from pipelines.publish.stores import StoreEntry


def rollback(inst: Installation, dataset: str, version: str, reason: Mapping[str, str]) -> Release:
    """Release a dataset with the content of an earlier version; see :func:`pipelines.publish.rollback`."""
    require_catalog(inst)
    require_nobodys(*reason.values())

    def go_back(inst: Installation, reviews: Reviews) -> Release:
        return publish_earlier(inst.workspace, inst.store, inst.catalog, reviews, dataset, version, reason, _now())

    with machine_trouble():
        inst, done, _ = under_decisions(inst, go_back)
    _follow_up(inst)
    return done


def withdraw(inst: Installation, dataset: str, versions: Collection[str], reason: Mapping[str, str], *, basis: str = "",
             remove_bytes: bool = False) -> Withdrawal:  # fmt: skip
    """Withdraw versions of a dataset, all of them if none is named; see :func:`pipelines.publish.withdraw`."""
    require_catalog(inst)
    require_nobodys(*reason.values(), basis)
    with machine_trouble():
        done = withdraw_versions(inst.store, dataset, versions, reason, _now(), basis=basis, remove_bytes=remove_bytes)
    _follow_up(inst)
    return done


def reinstate(inst: Installation, dataset: str) -> bool:
    """Let releases take up a dataset again that a withdrawal holds back; all of its periods are composed anew.

    Returns:
        Whether it was held back.

    Raises:
        NothingReleased, UnknownDataset: there is no such dataset.
    """
    require_catalog(inst)
    with machine_trouble():
        _, entry = newest_version(inst.store, dataset)
        # First: should the process die in between, composing once more than needed does no harm.
        for _, manifest in versions_of(inst.store, entry):
            for segment in manifest.segments:
                inst.ledger.forget_composition(Work(dataset, segment.period), segment.digest)
        done = reinstate_dataset(inst.store, dataset, _now())
    _follow_up(inst)
    return done


def note(inst: Installation, dataset: str, text: Mapping[str, str], at_least: Change = Change.PATCH) -> str | None:
    """Say why a dataset's next version is made, and how far its number moves at least.

    Returns:
        The version that it will follow; ``None`` before the first.

    Raises:
        UnknownDataset: the registry has no such dataset.
        PersonalText: the text looks like it has personal data; notes are published.
        CorruptStore: when the store is damaged.
    """
    inst.catalog.dataset(dataset)
    require_nobodys(*text.values())
    follows = previous = None
    snapshot = latest_snapshot(inst.store)
    entry = newest_entries(inst.store, snapshot, {dataset}).get(dataset) if snapshot else None
    if entry is not None:
        follows, previous = entry.manifest, entry.version
    save_note(inst.workspace, VersionNote(dataset, follows, text, at_least))
    return previous


def garbage(inst: Installation, grace: dt.timedelta, *, dry_run: bool) -> tuple[StoreEntry, ...]:
    """Remove files of the catalog that no snapshot refers to; see :func:`pipelines.publish.collect_garbage`."""
    require_catalog(inst)
    with machine_trouble():
        return collect_garbage(inst.store, _now(), grace, dry_run=dry_run)


def _follow_up(inst: Installation) -> None:
    """What has to be done after a snapshot that was not made of candidates."""
    registry, _ = inst.ledger.released()
    inst.ledger.record_released(registry or release_state(inst, inst.reviews), latest_number(inst.store))
    tell(inst)
    refresh_derived(inst)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
