"""Go through published segments, one after the other; what is wrong with one stops no other."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from pipelines.core.errors import GongkaiError, NothingReleased, UnknownDataset
from pipelines.core.messages import Message
from pipelines.core.paths import Workspace
from pipelines.flow.installation import Installation
from pipelines.flow.machine import machine_trouble
from pipelines.flow.outcomes import Progress
from pipelines.flow.periods import process
from pipelines.flow.plan import in_order
from pipelines.flow.rebuild import rebuild_ledger
from pipelines.flow.rebuilding.differences import differences
from pipelines.flow.rebuilding.making import NO_MEMORY, make
from pipelines.flow.rebuilding.results import Comparison, DatasetTrouble, RebuiltSegment
from pipelines.flow.rebuilding.scratch import scratch_installation
from pipelines.flow.releasing import require_catalog
from pipelines.flow.results import Work
from pipelines.publish import (
    PublishedSegment,
    Segment,
    Store,
    damaged_parts,
    is_kept,
    latest_snapshot,
    load_deliveries,
    newest_entries,
    object_path,
    published_segments,
    put_back,
    remove_period_candidate,
)
from pipelines.registry import Catalog


@dataclass(frozen=True)
class Step:
    """A published segment to make again, or (``None``) a period whose rows other datasets are checked against."""

    work: Work
    published: PublishedSegment | None = None


@dataclass
class Rebuilding:
    """The steps to take, in this order, and what has come of them so far."""

    scratch: Installation
    records: Workspace
    """Where the installation keeps how people's rows were protected."""
    steps: tuple[Step, ...] = ()
    segments: list[RebuiltSegment] = field(default_factory=list)
    troubles: list[DatasetTrouble] = field(default_factory=list)
    related: frozenset[str] = frozenset()
    """Datasets whose outcomes are kept, because others are checked against them."""

    @property
    def sound(self) -> bool:
        """Whether everything so far was made again byte for byte, and is in the store."""
        return not self.troubles and all(segment.sound for segment in self.segments)

    def take(self, step: Step, *, dry_run: bool, progress: Progress | None = None) -> None:
        """Take one step.

        Args:
            step: one of ``steps``.
            dry_run: put nothing back.
            progress: called with the number of rows that a stage has just gone through.

        Raises:
            OSError: the machine's trouble.
        """
        try:
            if step.published is None:
                self._bring_up(step.work, progress)
            else:
                self._make_again(step.published, dry_run, progress)
        except GongkaiError as problem:
            self.troubles.append(DatasetTrouble(step.work.dataset, problem.message))
        except MemoryError:
            self.troubles.append(DatasetTrouble(step.work.dataset, NO_MEMORY))

    def _bring_up(self, work: Work, progress: Progress | None) -> None:
        """Decide a period as a run does, for the rows that stand; its segment is made of what was published, later."""
        result = process(self.scratch, work, progress)
        remove_period_candidate(self.scratch.workspace, work.dataset, work.period)
        if result.unfinished:
            raise MemoryError

    def _make_again(self, published: PublishedSegment, dry_run: bool, progress: Progress | None) -> None:
        store, segment = self.scratch.store, published.segment
        kept = is_kept(store, published.dataset, published.versions)
        damaged = damaged_parts(store, segment.parts) if kept else ()
        if not published.shown and not damaged:
            return
        with machine_trouble(), self.scratch.scratch(f"{published.dataset}.{segment.period}") as folder:
            made = make(self.scratch, published, folder, self.records, progress)
            parts = {part.sha256: part for part in made.segment.parts} if made.segment else {}
            same = [parts[part.sha256] for part in damaged if part.sha256 in parts]
            put = () if dry_run else put_back(store, published.dataset, published.versions, same)
        comparison, reasons = _compared(store, published, made.segment, made.reasons)
        self.segments.append(RebuiltSegment(
            published.dataset, segment.period, published.versions[0], comparison, reasons,
            damaged=tuple(object_path(part.sha256) for part in damaged),
            restored=tuple(object_path(part.sha256) for part in put),
        ))  # fmt: skip
        if published.dataset not in self.related:
            _remove_outcomes(self.scratch, published.dataset)


@contextlib.contextmanager
def rebuilding(inst: Installation, datasets: Collection[str] = ()) -> Iterator[Rebuilding]:
    """Get ready to make again what the current release shows, and what earlier versions had and is damaged.

    Nothing of the installation changes but objects that are put back: outcomes are decided in a scratch folder.

    Args:
        inst: the installation.
        datasets: which; none means all.

    Raises:
        CatalogMissing: the released catalog is not where it was.
        NothingReleased: nothing has been released.
        UnknownDataset: one of ``datasets`` never was.
        CorruptStore: a snapshot is damaged.
    """
    require_catalog(inst)
    snapshot = latest_snapshot(inst.store)
    if snapshot is None:
        raise NothingReleased(inst.store.address)
    chosen = {*datasets} or {*snapshot.datasets, *inst.catalog.datasets}
    entries = newest_entries(inst.store, snapshot, chosen)
    for dataset in sorted({*datasets} - entries.keys()):
        raise UnknownDataset(dataset, ", ".join(sorted(snapshot.datasets)))
    with scratch_installation(inst) as scratch:
        job = Rebuilding(scratch, inst.workspace, related=_related(inst.catalog, entries))
        steps: list[Step] = []
        for dataset in (*inst.catalog.order, *sorted(entries.keys() - inst.catalog.datasets.keys())):
            if dataset in job.related:
                steps += (Step(work) for work in _landed(job, dataset))
            if dataset in entries:
                found, trouble = published_segments(inst.store, snapshot, dataset, entries[dataset])
                steps += (Step(Work(dataset, each.segment.period), each) for each in found)
                if trouble is not None:
                    job.troubles.append(DatasetTrouble(dataset, trouble.message))
        job.steps = tuple(steps)
        yield job


def _related(catalog: Catalog, datasets: Iterable[str]) -> frozenset[str]:
    """Datasets that these are checked against by foreign keys or read in expectation frames, and those in turn."""
    found: set[str] = set()
    waiting = [dataset for dataset in datasets if dataset in catalog.datasets]
    while waiting:
        dataset = catalog.datasets[waiting.pop()]
        names = {name for name in dataset.related | dataset.reads if name in catalog.datasets}
        waiting += names - found
        found |= names
    return frozenset(found)


def _landed(job: Rebuilding, dataset: str) -> tuple[Work, ...]:
    """The periods of a dataset that have been landed, as the scratch ledger knows them from now on."""
    try:
        rebuild_ledger(job.scratch.workspace, job.scratch.ledger, dataset)
    except GongkaiError as problem:
        job.troubles.append(DatasetTrouble(dataset, problem.message))
    landed = job.scratch.ledger.deliveries(dataset=dataset)
    return in_order(job.scratch, {Work(dataset, delivery.key.period) for delivery in landed})


def _compared(store: Store, published: PublishedSegment, made: Segment | None,
              reasons: tuple[Message, ...]) -> tuple[Comparison, tuple[Message, ...]]:  # fmt: skip
    if made is None:
        return Comparison.NOT_MADE, reasons
    if [part.sha256 for part in made.parts] == [part.sha256 for part in published.segment.parts]:
        return Comparison.IDENTICAL, ()
    return Comparison.DIFFERENT, (*reasons, *differences(published, load_deliveries(store, published.segment), made))


def _remove_outcomes(scratch: Installation, dataset: str) -> None:
    """What is not looked at again makes room for what comes next."""
    for folder in scratch.workspace.outcomes.iterdir():
        if folder.name.startswith(f"{dataset}."):
            shutil.rmtree(folder)
