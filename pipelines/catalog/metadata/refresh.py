"""Bringing all documents up to the newest snapshot, at the cost of what changed since the last time.

::

    metadata/catalog.jsonld, catalog.ttl, data.json, dcat-us.jsonld, datapackage.json   the catalog
    metadata/feed.atom, feed/000042.atom                         its feed, and what each snapshot added
    metadata/themes/<theme>/feed.atom                            a theme
    metadata/datasets/<dataset>/dcat.jsonld, dcat.ttl, dcat-us.json, schema-org.jsonld, croissant.json   a dataset
    metadata/datasets/<dataset>/score.json, feed.atom
    metadata/datasets/<dataset>/<version>/datapackage.json       a version
    metadata/harvested/<source>/catalog.jsonld                   a catalog elsewhere
    sitemap.xml, robots.txt
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.catalog.downloads import files_digests
from pipelines.catalog.harvested import harvested_datasets, harvested_sources
from pipelines.catalog.metadata.addresses import (
    FOLDER,
    archive_path,
    dataset_folder,
    package_path,
    theme_feed_path,
)
from pipelines.catalog.metadata.assembling import DOCUMENTS, Assembly
from pipelines.catalog.metadata.atom import FEED, FeedAbout, archive, catalog_feed, entries_of, part_feed
from pipelines.catalog.metadata.compiling import compile_dataset
from pipelines.catalog.metadata.contract import Contract, xml_problems
from pipelines.catalog.metadata.facts import CatalogFacts
from pipelines.catalog.metadata.foreign_catalogs import DOCUMENTS as FOREIGN
from pipelines.catalog.metadata.foreign_catalogs import ForeignCatalog, document_digest, document_path
from pipelines.catalog.metadata.gathering import catalog_facts, dataset_facts, facts_depend
from pipelines.catalog.metadata.graph import as_json_ld
from pipelines.catalog.metadata.problems import MetadataProblem
from pipelines.catalog.metadata.state import MetadataState
from pipelines.catalog.metadata.texts import Texts, same, shorts
from pipelines.core.digests import json_digest
from pipelines.core.errors import CorruptStore, GongkaiError
from pipelines.core.files import scratch_folder
from pipelines.publish import (
    Snapshot,
    Store,
    latest_snapshots,
    load_manifest,
    load_snapshot,
    tool_versions,
)
from pipelines.publish.release_notes import SnapshotContents
from pipelines.registry import Catalog

#: Raised when a change of the program changes documents, so that they are made anew.
REVISION = 2
_OF_A_DATASET = ("dcat.jsonld", "dcat.ttl", "dcat-us.json", "schema-org.jsonld", "croissant.json", "score.json")


@dataclass(frozen=True)
class MetadataRefresh:
    """What a refresh did. ``made``: datasets whose documents were made; what has ``problems`` stays as it was."""

    made: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    problems: tuple[MetadataProblem, ...] = ()


def refresh_metadata(store: Store, catalog: Catalog, schema: Path, state_file: Path, work: Path) -> MetadataRefresh:
    """Make all documents stand for the latest snapshot and the registry as it is.

    Only datasets are looked at whose version, description or files changed since the last time. One that cannot be told
    by the rules holds no other back: its earlier documents stay. One process at a time.

    Args:
        store: the catalog.
        catalog: the registry; without ``base_url`` there is nothing to do.
        schema: the registry's folder, which has the rules.
        state_file: the index of what was made; it may be lost.
        work: private folder for scratch files.

    Returns:
        What was made, and what was not.

    Raises:
        ContractMissing: when a rule is not there.
        CorruptStore: when the newest snapshot cannot be read.
    """
    done = MetadataRefresh()
    if catalog.descriptor.base_url is None:
        return done
    about = catalog_facts(catalog, catalog.descriptor.base_url)
    with MetadataState.open(state_file) as state:
        for snapshot in latest_snapshots(store):
            done = _Refreshing(store, catalog, about, Contract.load(schema), state, snapshot).run(work)
    return done


@dataclass(frozen=True)
class _Refreshing:
    store: Store
    catalog: Catalog
    about: CatalogFacts
    contract: Contract
    state: MetadataState
    snapshot: Snapshot
    problems: list[MetadataProblem] = field(default_factory=list)

    def run(self, work: Path) -> MetadataRefresh:
        if self.state.made is not None and any(self.store.size(path) is None for path in (*DOCUMENTS, FEED)):
            self.state.outdate()
        self.state.belong(self.store.address, self._common())
        self._follow()
        known = self.state.digests
        files = files_digests(self.store)
        wanted = {dataset: self._digest(dataset, files) for dataset in self.snapshot.datasets}
        made = [name for name in wanted if known.get(name) != wanted[name] and self._make(name, wanted[name])]
        removed = [dataset for dataset in known if dataset not in wanted]
        for dataset in removed:
            self._remove(dataset)
        self._write_due_feeds()
        self._assemble(work, self._tell_harvested(work))
        return MetadataRefresh(tuple(made), tuple(removed), tuple(self.problems))

    def _common(self) -> str:
        """Changes whenever something changes that all documents depend on."""
        said = self.catalog.descriptor.model_dump(mode="json", exclude={"fetch_hosts", "fetch_private_hosts"})
        parts = [
            REVISION, tool_versions()["gongkai"], self.contract.digest, said,
            self.catalog.organisations_table.digest,
        ]  # fmt: skip
        return json_digest(parts)

    def _digest(self, dataset: str, files: Mapping[str, str]) -> str:
        """Changes whenever something changes that a dataset's documents depend on."""
        facts = facts_depend(self.catalog, self.snapshot, dataset, files)
        return json_digest([*facts, sorted(self.snapshot.tombstones.get(dataset, ()))])

    def _follow(self) -> None:
        """Take up the entries of snapshots that came since the last time, and write the document of each."""
        followed = self.state.followed
        before = load_snapshot(self.store, followed) if 0 < followed < self.snapshot.number else None
        for number in range(followed + 1, self.snapshot.number + 1):
            try:
                snapshot = load_snapshot(self.store, number)
                entries = list(entries_of(self.about, SnapshotContents.of(self.store, snapshot, before)))
            except CorruptStore:
                if number == self.snapshot.number:
                    raise
                before = None  # What older releases brought is not worth stopping for.
                continue
            if entries:
                lines = [entry.line for entry in entries]
                text = archive(self.about, snapshot, lines, self.state.archived_before(number))
                self._replace_feed(archive_path(number), text)
            self.state.add_snapshot(number, snapshot.released, entries)
            before = snapshot

    def _make(self, dataset: str, digest: str) -> bool:
        """Make a dataset's documents and put them in place; tell whether it was done."""
        folder = dataset_folder(dataset)
        try:
            released = self.state.released(dataset)
            facts = dataset_facts(self.store, self.catalog, self.about, self.snapshot, dataset, released)
            compiled = compile_dataset(facts, self.about, self.contract, self._works, digest)
        except (GongkaiError, AttributeError, LookupError, TypeError, ValueError) as problem:
            self.problems.append(MetadataProblem(folder, "facts", dataset, type(problem).__name__))
            return False
        if compiled.problems:
            self.problems.extend(compiled.problems)
            return False
        for path, content in compiled.documents.items():
            self.store.replace(path, content)
        for version in self.snapshot.tombstones.get(dataset, ()):
            self.store.remove(package_path(dataset, version))
        self.state.keep(compiled.kept)
        return True

    def _remove(self, dataset: str) -> None:
        """Take away the documents of a dataset that is not shown any more; its feed tells why."""
        folder = dataset_folder(dataset)
        for name in _OF_A_DATASET:
            self.store.remove(f"{folder}/{name}")
        for version in self.state.released(dataset):
            self.store.remove(package_path(dataset, version))
        self.state.remove([dataset])

    def _write_due_feeds(self) -> None:
        themes = {theme.id: theme.title for theme in self.about.themes}
        for kind, name in self.state.due_feeds():
            if kind == "dataset":
                page = self.about.addresses.page(name)
                about = FeedAbout(f":dataset:{name}", self._title(name), f"{dataset_folder(name)}/feed.atom", page)
                updated, lines = self.state.newest(dataset=name)
            else:
                title = themes.get(name, same(name))
                about = FeedAbout(f":theme:{name}", title, theme_feed_path(name))
                updated, lines = self.state.newest(theme=name)
            self._replace_feed(about.path, part_feed(about, self.about, updated or self.snapshot.released, lines))
            self.state.feed_written(kind, name)

    def _title(self, dataset: str) -> Texts:
        entry = self.snapshot.datasets.get(dataset) or (self.snapshot.left or {}).get(dataset)
        if entry is None:
            return same(dataset)
        return shorts(load_manifest(self.store, entry.manifest).metadata["title"])

    def _tell_harvested(self, work: Path) -> tuple[ForeignCatalog, ...]:
        """Write the documents of catalogs elsewhere that changed, remove those that are gone; all that there are."""
        known, sources = self.state.harvested, list(harvested_sources(self.store))
        told = {each.source: document_digest(each) for each in sources}
        paths = {document_path(each.source) for each in sources}
        foreign = tuple(
            ForeignCatalog(each, self.about.addresses, self.catalog.descriptor.known_licence) for each in sources
        )
        for each in foreign:
            name, path = each.source.source, document_path(each.source.source)
            is_there = known.get(name) == told[name] and self.store.size(path) is not None
            if not is_there and not self._write_foreign(each, path, work):
                told.pop(name)
        for entry in list(self.store.entries(FOREIGN)):
            if entry.path not in paths:
                self.store.remove(entry.path)
        if told != known:
            self.state.set_harvested(told)
        return foreign

    def _write_foreign(self, foreign: ForeignCatalog, path: str, work: Path) -> bool:
        """Write the document of a catalog elsewhere; tell whether it was done."""
        try:
            with scratch_folder(work, "harvested") as folder:
                with (folder / "document").open("w", encoding="utf-8", newline="") as stream:
                    stream.writelines(foreign.document(harvested_datasets(self.store, foreign.source)))
                self.store.replace_with(path, folder / "document")
        except (GongkaiError, FileNotFoundError, LookupError, TypeError, ValueError) as problem:
            self.problems.append(MetadataProblem(path, "facts", foreign.source.source, type(problem).__name__))
            return False
        return True

    def _assemble(self, work: Path, foreign: tuple[ForeignCatalog, ...]) -> None:
        assembly = Assembly(self.about, self.snapshot, self.state, tuple(self.catalog.organisations), foreign)
        made = assembly.digest
        if made == self.state.made:
            return
        head = {"@graph": [as_json_ld(entry) for entry in assembly.head]}
        found = self.contract.problems("dcat.jsonld", f"{FOLDER}/catalog.jsonld", head)
        if found:
            self.problems.extend(found)
            return
        assembly.write(self.store, work)
        _, lines = self.state.newest()
        archived = self.state.archived_before(self.snapshot.number + 1)
        self._replace_feed(FEED, catalog_feed(self.about, self.snapshot.released, lines, archived))
        self.state.set_made(made)

    def _replace_feed(self, path: str, text: str) -> None:
        content = text.encode()
        found = xml_problems(path, content)
        if found:
            self.problems.extend(found)
        else:
            self.store.replace(path, content)

    def _works(self, address: str) -> bool:
        path = self.about.addresses.path_of(address)
        return path is not None and self.store.size(path) is not None
