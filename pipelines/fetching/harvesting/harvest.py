"""Harvesting: every catalog on its own, and of each first what it says, then the files that are re-published."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from pipelines.catalog.harvested import (
    HarvestedDataset,
    HarvestedSource,
    harvested_datasets,
    harvested_source,
    is_sound,
    keep_source,
    kept_sources,
    remove_source,
    write_datasets,
)
from pipelines.catalog.metadata.texts import shorts
from pipelines.core.digests import json_digest
from pipelines.core.errors import UnknownHarvest
from pipelines.core.files import scratch_folder, sha256_of
from pipelines.core.messages import Message
from pipelines.core.paths import Workspace
from pipelines.fetching.errors import FetchFailed, machine_failed
from pipelines.fetching.fetch import Fetched, Outcome, fetch
from pipelines.fetching.harvesting import ckan, datapackage, dcat
from pipelines.fetching.harvesting.bringing import Bringing, Documents
from pipelines.fetching.harvesting.republishing import Republishing
from pipelines.fetching.harvesting.sifting import Sifting, licence_names
from pipelines.fetching.hosts import HostPolicy
from pipelines.fetching.store import exclusive
from pipelines.fetching.transfer import Advance
from pipelines.publish import Store
from pipelines.registry import Catalog
from pipelines.registry.harvests import HarvestDescriptor

#: Raised when a change of the program changes what is read out of documents, so that they are read anew.
REVISION = 2
_READERS = {"dcat": dcat.datasets, "datapackage": datapackage.datasets, "ckan": ckan.datasets}


class HarvestOutcome(StrEnum):
    """What became of a catalog."""

    LISTED = "listed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    REMOVED = "removed"


@dataclass(frozen=True)
class Republished:
    """What became of a dataset that is re-published; without ``fetched`` our dataset cannot be delivered at all."""

    identifier: str
    dataset: str
    fetched: Fetched | None

    @property
    def outcome(self) -> Outcome:
        """In short."""
        return self.fetched.outcome if self.fetched is not None else Outcome.FAILED

    @property
    def told(self) -> tuple[Message, Message] | None:
        """What is wrong, and what to do about it."""
        if self.fetched is None:
            broken = FetchFailed("harvest-broken-dataset", dataset=self.dataset)
            return broken.message, broken.remedy
        if self.fetched.message is None or self.fetched.remedy is None:
            return None
        return self.fetched.message, self.fetched.remedy


@dataclass(frozen=True)
class Harvested:
    """What became of a catalog; ``kept`` is what is listed of it now, which may be of an earlier day."""

    source: str
    outcome: HarvestOutcome
    kept: HarvestedSource | None = None
    failed: FetchFailed | None = None
    files: tuple[Republished, ...] = ()

    @property
    def has_failed(self) -> bool:
        """Whether it, or one of its files, did not come."""
        files = any(entry.outcome in (Outcome.FAILED, Outcome.HELD) for entry in self.files)
        return files or self.outcome is HarvestOutcome.FAILED


def harvest(workspace: Workspace, catalog: Catalog, store: Store, names: Sequence[str],
            begin: Callable[[str], Advance]) -> Iterator[Harvested]:  # fmt: skip
    """Harvest catalogs, one after the other; what fails of one changes nothing about another.

    Args:
        workspace: Whose inbox.
        catalog: Describes the catalogs, and says which hosts may be reached.
        store: Where what they say is kept.
        names: The catalogs; none named: all, and those are taken away that are described no more.
        begin: Called with a name before something is fetched; returns what is told of its progress.

    Raises:
        UnknownHarvest: when one is not described.
        FetchUnderWay: when another process is fetching.
    """
    for name in names:
        if name not in catalog.harvests:
            raise UnknownHarvest(ascii(name[:100])[1:-1], ", ".join(catalog.harvests) or "-")
    harvester = _Harvester(workspace, catalog, store, begin)
    for name in names or catalog.harvests:
        yield harvester.one(name)
    if not names:
        yield from harvester.removed()


@dataclass(frozen=True)
class _Harvester:
    workspace: Workspace
    catalog: Catalog
    store: Store
    begin: Callable[[str], Advance]

    def one(self, name: str) -> Harvested:
        described = self.catalog.harvests[name]
        try:
            if described is None:
                raise FetchFailed("harvest-broken", source=name)
            with exclusive(self.workspace):
                outcome, kept = self._listed(name, described)
            return Harvested(name, outcome, kept, files=tuple(self._republished(kept, described)))
        except FetchFailed as told:
            failed = told
        except OSError as problem:
            failed = machine_failed(problem)
        return Harvested(name, HarvestOutcome.FAILED, harvested_source(self.store, name), failed)

    def removed(self) -> Iterator[Harvested]:
        """Take away what is described no more."""
        with exclusive(self.workspace):
            for name in sorted(kept_sources(self.store) - self.catalog.harvests.keys()):
                remove_source(self.store, name)
                yield Harvested(name, HarvestOutcome.REMOVED)

    def _listed(self, name: str, described: HarvestDescriptor) -> tuple[HarvestOutcome, HarvestedSource]:
        """Bring a catalog's documents, and keep what they say where that changed."""
        descriptor = self.catalog.descriptor
        policy = HostPolicy(descriptor.fetch_hosts, descriptor.fetch_private_hosts)
        documents = Bringing(self.workspace, name, described, policy, self.begin(name)).documents()
        names = licence_names(descriptor)
        digest = json_digest([REVISION, described.model_dump(mode="json"), sorted(names.items()), documents.digest])
        checked, last = _now(), harvested_source(self.store, name)
        if last is not None and last.digest == digest and is_sound(self.store, last):
            kept = replace(last, checked=checked)
            keep_source(self.store, kept)
            return HarvestOutcome.UNCHANGED, kept
        with scratch_folder(self.workspace.work, "harvest") as folder:
            sifting, file = Sifting(described, names), folder / "datasets.jsonl"
            with contextlib.closing(_read(described, documents, folder)) as entries:
                count = write_datasets(sifting.appearing(entries), file)
            if not count and sifting.left_out.keys() <= {"unreadable"}:
                raise FetchFailed("harvest-empty")
            kept = HarvestedSource(
                source=name, title=shorts(described.title.model_dump()),
                publisher=shorts(described.publisher.model_dump()),
                kind=described.kind, url=described.url, read=checked, checked=checked, documents=documents.digest,
                digest=digest, datasets=count, left_out=dict(sorted(sifting.left_out.items())), sha256=sha256_of(file),
            )  # fmt: skip
            keep_source(self.store, kept, file)
        return HarvestOutcome.LISTED, kept

    def _republished(self, kept: HarvestedSource, described: HarvestDescriptor) -> Iterator[Republished]:
        """Deliver the files of datasets that are re-published."""
        mapped = described.republish
        if not mapped:
            return
        found = {entry.identifier: entry for entry in harvested_datasets(self.store, kept) if entry.republished_as}
        republishing = Republishing(kept, described, found)
        wanted = []
        for identifier, entry in mapped.items():
            dataset = self.catalog.datasets.get(entry.dataset)
            if dataset is None:
                yield Republished(identifier, entry.dataset, None)
            else:
                wanted.append(republishing.wanted(identifier, dataset))
        for fetched in fetch(self.workspace, self.catalog, wanted, lambda each: self.begin(each.name)):
            if fetched.wanted.foreign is not None:
                yield Republished(fetched.wanted.foreign.origin.dataset, fetched.wanted.dataset.id, fetched)


def _read(described: HarvestDescriptor, documents: Documents, scratch: Path) -> Generator[HarvestedDataset | None]:
    for path in documents.paths:
        yield from _READERS[described.kind](path, described.url, scratch)


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
