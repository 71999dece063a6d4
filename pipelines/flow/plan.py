"""What is there to do? Answered from the inbox's file times and the ledger, without reading a delivered byte."""

from __future__ import annotations

import time
from collections.abc import Iterable

from pipelines.core.errors import InvalidPeriod
from pipelines.flow.catching_up import catch_up
from pipelines.flow.clashes import to_reconsider
from pipelines.flow.frame_rows import FrameReading
from pipelines.flow.installation import Installation
from pipelines.flow.lookups import is_stored, references
from pipelines.flow.results import Work
from pipelines.ingest import InboxScan, scan_inbox
from pipelines.registry import Dataset


def inbox_changes(inst: Installation, stable_seconds: float) -> tuple[Work, ...]:
    """Datasets and periods with new or changed inbox folders whose files have been still for ``stable_seconds``."""
    newest = time.time_ns() - int(stable_seconds * 1e9)
    known = inst.ledger.signatures()
    found = {
        Work(folder.key.dataset, folder.key.period)
        for folder in scan_inbox(inst.workspace, inst.catalog).folders
        if known.get(folder.key) != folder.signature and all(file.mtime_ns <= newest for file in folder.files)
    }
    return in_order(inst, found)


def pending(inst: Installation, scan: InboxScan) -> tuple[Work, ...]:
    """Everything that :func:`pipelines.flow.process` has something to do for, in the order to do it.

    That is: inbox folders that changed, deliveries without an outcome under the current descriptors, references
    that could not be resolved and may be now, expectation frames that read rows which have changed, rejections for
    keys of another department that has redelivered, and periods whose segment was not composed after a crash or was
    composed under another descriptor.
    """
    catch_up(inst)
    _forget_lost_outcomes(inst)
    known = inst.ledger.signatures()
    found = {
        Work(folder.key.dataset, folder.key.period)
        for folder in scan.folders
        if known.get(folder.key) != folder.signature
    }
    found |= inst.ledger.undecided(inst.processing_keys)
    found |= inst.ledger.uncomposed(inst.processing_keys)
    found |= {*to_reconsider(inst)}
    found |= _resolvable(inst, found)
    return in_order(inst, found | _to_judge_again(inst, found))


def _forget_lost_outcomes(inst: Installation) -> None:
    """An outcome whose folder has been removed is undecided again."""
    for outcome in inst.ledger.outcomes(inst.processing_keys.values()):
        if not is_stored(inst, outcome):
            inst.ledger.forget_outcome(outcome)


def _to_judge_again(inst: Installation, soon: set[Work]) -> set[Work]:
    """Outcomes with expectation frames whose rows in other deliveries have changed, or are about to."""
    found: set[Work] = set()
    for dataset_id in inst.catalog.order:
        dataset = inst.catalog.datasets[dataset_id]
        judged = inst.ledger.frames_read(dataset_id, inst.processing_keys[dataset_id]) if dataset.reads else []
        reading = FrameReading(inst, dataset)
        for key, read in judged:
            if _reads_any(dataset, key.period, soon | found) or read != reading.identity(key):
                found.add(Work(dataset_id, key.period))
    return found


def _reads_any(dataset: Dataset, period: str, changing: set[Work]) -> bool:
    """Whether the frames of a dataset and period read any of these."""
    read = (work for work in changing if work.dataset in dataset.reads)
    # Of its own dataset, earlier periods.
    return any(work.dataset != dataset.id or dataset.period(work.period) < dataset.period(period) for work in read)


def _resolvable(inst: Installation, soon: set[Work]) -> set[Work]:
    """Outcomes with unresolved references whose referenced rows have changed, or are about to."""
    changing = {work.dataset for work in soon}
    found: set[Work] = set()
    for dataset_id in inst.catalog.order:
        dataset = inst.catalog.datasets[dataset_id]
        resources = {key.reference.resource for key in dataset.foreign_keys} & inst.catalog.datasets.keys()
        if not resources - {dataset_id}:
            continue
        unresolved = list(inst.ledger.unresolved(dataset_id, inst.processing_keys[dataset_id]))
        if not unresolved:
            continue
        identity = references(inst, dataset).identity
        found |= {work for work, looked_up in unresolved if resources & changing or looked_up != identity}
    return found


def in_order(inst: Installation, works: Iterable[Work]) -> tuple[Work, ...]:
    """Usable datasets only; referenced datasets first, then by dataset and period."""
    position = {dataset_id: place for place, dataset_id in enumerate(inst.catalog.order)}
    usable = [work for work in works if work.dataset in position and _is_period(inst, work)]
    datasets = inst.catalog.datasets
    return tuple(sorted(usable, key=lambda work: (position[work.dataset], datasets[work.dataset].period(work.period))))


def _is_period(inst: Installation, work: Work) -> bool:
    """Deliveries landed before a dataset's period class was changed have periods of the old class."""
    try:
        inst.catalog.datasets[work.dataset].period(work.period)
    except InvalidPeriod:
        return False
    return True
