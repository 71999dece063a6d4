"""Bringing the portal up to the newest snapshot, at the cost of what changed since the last time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pipelines.catalog.downloads import files_digests
from pipelines.catalog.harvested import HarvestedSource, harvested_datasets, harvested_sources
from pipelines.catalog.metadata.addresses import harvested_place
from pipelines.catalog.metadata.facts import CatalogFacts
from pipelines.catalog.metadata.gathering import catalog_facts, facts_depend
from pipelines.core.digests import json_digest
from pipelines.core.errors import CorruptStore, GongkaiError
from pipelines.core.messages import Message
from pipelines.portal import freshness
from pipelines.portal.assets import own_assets
from pipelines.portal.bundles import bundles_at, put_bundles
from pipelines.portal.charts import charts_digest
from pipelines.portal.citation import CITATION_FILES
from pipelines.portal.pages.dataset import dataset_pages
from pipelines.portal.pages.gone import gone_pages
from pipelines.portal.pages.sections import Section, sections
from pipelines.portal.pages.versions import version_pages
from pipelines.portal.places import LANGUAGES, SEARCH, folder, page_file, version_place
from pipelines.portal.registers import published_registers
from pipelines.portal.rendering import Site
from pipelines.portal.search import Listing, search_pages
from pipelines.portal.settling import settling
from pipelines.portal.shelf import CardShelf
from pipelines.portal.sources import DatasetSource, GoneSource, SiteSource, declared_charts
from pipelines.portal.state import PortalState
from pipelines.portal.versions import learn_versions
from pipelines.portal.withheld import field_titles
from pipelines.portal.writing import PageWriter, sweep
from pipelines.publish import (
    Snapshot,
    SnapshotEntry,
    Store,
    latest_snapshots,
    load_manifest,
    load_snapshot,
    newest_entries,
    tool_versions,
)
from pipelines.registry import Catalog

_logger = logging.getLogger(__name__)

#: Raised when a change of the program changes pages in a way that templates and assets do not tell.
REVISION = 2
#: Owners of pages that are no dataset's: their names are no identifiers.
_SEARCH, _ASSETS = "(search)", "(assets)"

#: What is wrong with something that is shown, and nothing else: a file that is not there is one of them, a disk that
#: cannot be read is not.
_TROUBLE = (GongkaiError, FileNotFoundError, LookupError, TypeError, ValueError)

#: Called with how many datasets are done, how many there are to do, and the one that is next.
Progress = Callable[[int, int, str], None]


def no_progress(_done: int, _total: int, _dataset: str) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class PortalRefresh:
    """What a refresh did: datasets whose pages were made, and those that left the catalog, whose pages say so now.

    Datasets, and parts of the site by their places, that ``failed`` keep their earlier pages, unless these show what
    was withdrawn.
    """

    made: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: dict[str, Message] = field(default_factory=dict)


def refresh_portal(
    store: Store,
    catalog: Catalog,
    state_file: Path,
    work: Path,
    progress: Progress = no_progress,
    browser_assets: Path | None = None,
) -> PortalRefresh:
    """Make all pages stand for the latest snapshot and the registry as it is.

    A dataset whose pages cannot be made holds no other back: its earlier pages stay. One process at a time.

    Args:
        store: the catalog.
        catalog: the registry.
        state_file: the index of what was made; it may be lost.
        work: private folder for scratch files.
        progress: is told of each dataset whose pages are made.
        browser_assets: folder of other people's scripts; what of them is not there, pages do without.

    Raises:
        CorruptStore: when the newest snapshot cannot be read.
        OSError: when the store cannot be read or written at all.
    """
    done = PortalRefresh()
    about = catalog_facts(catalog, catalog.descriptor.base_url or "")
    has_address = catalog.descriptor.base_url is not None
    site = Site(about, own_assets(), has_address, bundles=bundles_at(browser_assets))
    with PortalState.open(state_file) as state, settling(store, state):
        for snapshot in latest_snapshots(store):
            harvested = tuple(harvested_sources(store))
            done = _Refreshing(store, catalog, about, site, state, snapshot, harvested, work, progress).run()
    return done


@dataclass(frozen=True)
class _Refreshing:
    store: Store
    catalog: Catalog
    about: CatalogFacts
    site: Site
    state: PortalState
    snapshot: Snapshot
    harvested: Sequence[HarvestedSource]
    work: Path
    progress: Progress

    def run(self) -> PortalRefresh:
        if any(self.store.size(page_file("", language)) is None for language in LANGUAGES):
            self.state.outdate()
        self.state.belong(self.store.address, self._common())
        self._follow()
        assets = PageWriter(self.store, self.state, _ASSETS)
        for asset in self.site.assets.values():
            assets.put(asset.path, asset.content)
        put_bundles(self.site.bundles.values(), assets)
        # What left comes first: whatever stops the rest, it is not shown any more.
        removed = self._make_gone()
        made, failed = self._make_datasets()
        failed |= self._make_search()
        failed |= self._make_sections()
        # Pages that name earlier ones are replaced by now.
        assets.finish()
        sweep(self.store, self.state)
        return PortalRefresh(tuple(made), tuple(removed), failed)

    def _follow(self) -> None:
        """Take up when versions were released, of snapshots that came since the last time."""
        if self.snapshot.number < self.state.followed:
            # The catalog was restored from an earlier copy: numbers and versions are given once more.
            self.state.forget_releases()
        shown: dict[str, str] = {}
        for number in range(max(1, self.state.followed), self.snapshot.number + 1):
            try:
                snapshot = load_snapshot(self.store, number)
            except CorruptStore:
                if number == self.snapshot.number:
                    raise
                continue  # A version counts as released when the next one shows it.
            versions = {dataset: entry.version for dataset, entry in snapshot.datasets.items()}
            if number > self.state.followed:
                new = {dataset: version for dataset, version in versions.items() if shown.get(dataset) != version}
                self.state.add_releases(number, snapshot.released, new)
            shown = versions

    def _common(self) -> str:
        organisations = self.catalog.organisations_table.digest
        return json_digest([REVISION, tool_versions()["gongkai"], self.site.digest, organisations])

    def _digest(self, dataset: str, files: Mapping[str, str]) -> str:
        """Changes whenever something changes that a dataset's pages depend on."""
        facts = facts_depend(self.catalog, self.snapshot, dataset, files)
        stones = self.snapshot.tombstones.get(dataset, {})
        charts = charts_digest(declared_charts(self.catalog, dataset), self.catalog.codelists)
        told = [freshness.said(self.catalog, dataset), field_titles(self.catalog, dataset), charts]
        return json_digest([*facts, stones, told])

    def _make_datasets(self) -> tuple[list[str], dict[str, Message]]:
        known = self.state.digests
        files = files_digests(self.store)
        wanted = {dataset: self._digest(dataset, files) for dataset in self.snapshot.datasets}
        changed = [dataset for dataset, digest in wanted.items() if known.get(dataset) != digest]
        made, failed = [], {}
        for position, dataset in enumerate(changed):
            self.progress(position, len(changed), dataset)
            try:
                self._make(dataset, wanted[dataset])
            except _TROUBLE as problem:
                failed[dataset] = Message(
                    "portal-dataset-failed", {"dataset": dataset, "problem": type(problem).__name__}
                )
                _logger.error("portal: %s", failed[dataset].text())
                self._hide_withdrawn(dataset)
                continue
            made.append(dataset)
        return made, failed

    def _make(self, dataset: str, digest: str) -> None:
        released = self.state.released(dataset)
        lines = learn_versions(self.store, self.state, dataset, self.snapshot.datasets[dataset])
        source = DatasetSource.of(
            self.store, self.catalog, self.about, self.snapshot, dataset, released, lines, self.work
        )
        pages = PageWriter(self.store, self.state, dataset)
        dataset_pages(self.site, source, pages)
        version_pages(self.site, source, pages)
        pages.finish()
        self.state.keep(dataset, digest, source.card.as_json())

    def _hide_withdrawn(self, dataset: str) -> None:
        """Take away pages that show a version which has been withdrawn since they were made."""
        stones = self.snapshot.tombstones.get(dataset, {})
        if any(card.version in stones for card in CardShelf(self.state).some([dataset])):
            self._remove(dataset)
        shown = set(self.state.pages_of(dataset))
        pages = PageWriter(self.store, self.state, dataset)
        for place in (version_place(dataset, version) for version in stones):
            # Only a version that is shown can be cited; the page of another one says that it was withdrawn.
            if any(f"{place}{name}" in shown for name in CITATION_FILES):
                for language in LANGUAGES:
                    pages.take_away(f"{folder(language)}{place}")

    def _remove(self, dataset: str) -> None:
        PageWriter(self.store, self.state, dataset).finish()
        self.state.remove(dataset)

    def _make_search(self) -> dict[str, Message]:
        """Make the index that search loads; what is wrong with it, where it could not be made."""
        pages = PageWriter(self.store, self.state, _SEARCH)
        listings = [Listing(told, partial(harvested_datasets, self.store, told)) for told in self.harvested]
        cards, version = CardShelf(self.state).texts, tool_versions()["gongkai"]
        try:
            failed = search_pages(self.site, self.state, cards, pages, version, listings)
        except _TROUBLE as problem:
            return {SEARCH: _section_failed(SEARCH, problem)}
        pages.finish()
        places = {harvested_place(source): problem for source, problem in failed.items()}
        return {place: _section_failed(place, problem) for place, problem in places.items()}

    def _make_sections(self) -> dict[str, Message]:
        """Make the parts of the site that changed; those that could not be made, and why."""
        registers = published_registers(self.store, self.catalog, self.snapshot, self.work)
        shelf = CardShelf(self.state)
        gone = self.state.digests.keys() - self.snapshot.datasets.keys()
        source = SiteSource(self.store, self.catalog, self.about, self.snapshot, registers, shelf, self.harvested, gone)
        parts, failed = sections(source), {}
        for owner in set(self.state.sections) - {section.owner for section in parts}:
            PageWriter(self.store, self.state, owner).finish()
            self.state.forget_section(owner)
        for position, section in enumerate(parts):
            self.progress(position, len(parts), section.place)
            try:
                self._make_section(section, source)
            except _TROUBLE as problem:
                failed[section.place] = _section_failed(section.place, problem)
        return failed

    def _make_section(self, section: Section, source: SiteSource) -> None:
        digest = json_digest(section.depends(source))
        if self.state.section(section.owner) == digest:
            return
        pages = PageWriter(self.store, self.state, section.owner)
        section.make(self.site, source, pages)
        pages.finish()
        self.state.keep_section(section.owner, digest)

    def _make_gone(self) -> list[str]:
        """Have the pages of datasets that left the catalog say so: their addresses may be cited anywhere."""
        known = self.state.digests
        gone = {*known, *self.snapshot.tombstones, *(self.snapshot.left or {})} - self.snapshot.datasets.keys()
        entries = newest_entries(self.store, self.snapshot, gone)
        removed = []
        for dataset, entry in sorted(entries.items()):
            digest = json_digest([entry.manifest, self.snapshot.tombstones.get(dataset, {})])
            if known.get(dataset) == digest:
                continue
            removed.append(dataset)
            try:
                self._make_tombstone(dataset, entry, digest)
            except _TROUBLE as problem:
                _logger.error("portal: %s: %s", dataset, type(problem).__name__)
                # Nothing may go on showing what is no longer in the catalog.
                self._remove(dataset)
        for dataset in sorted(gone & known.keys() - entries.keys()):
            self._remove(dataset)
        return removed

    def _make_tombstone(self, dataset: str, entry: SnapshotEntry, digest: str) -> None:
        lines = learn_versions(self.store, self.state, dataset, entry)
        manifest = load_manifest(self.store, entry.manifest)
        released = self.state.released(dataset)
        source = GoneSource(self.store, self.snapshot, dataset, entry, manifest, released, lines)
        pages = PageWriter(self.store, self.state, dataset)
        gone_pages(self.site, source, pages)
        pages.finish()
        self.state.keep(dataset, digest)


def _section_failed(place: str, problem: Exception) -> Message:
    failed = Message("portal-section-failed", {"section": place, "problem": type(problem).__name__})
    _logger.error("portal: %s", failed.text())
    return failed
