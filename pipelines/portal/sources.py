"""What pages are made of: read once from the store and the registry, then handed to what makes pages."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from pipelines.catalog.harvested import HarvestedSource
from pipelines.catalog.metadata.addresses import dataset_folder
from pipelines.catalog.metadata.facts import CatalogFacts, DatasetFacts
from pipelines.catalog.metadata.gathering import dataset_facts
from pipelines.catalog.metadata.score import Score
from pipelines.catalog.metadata.texts import Texts, shorts
from pipelines.core.identifiers import is_identifier
from pipelines.portal.cards import Card, card_of
from pipelines.portal.registers import Register
from pipelines.portal.shelf import CardGroups, CardShelf
from pipelines.portal.versions import VersionLine
from pipelines.publish import Manifest, Snapshot, SnapshotEntry, Store, load_manifest, versions_of
from pipelines.registry import Catalog
from pipelines.registry.charts import ChartDescriptor
from pipelines.registry.dataset import RegisterKind


@dataclass(frozen=True)
class SiteSource:
    """What pages about more than one dataset are made of: published registers, all cards, catalogs elsewhere.

    ``gone`` are the datasets that left the catalog and have pages that say so.
    """

    store: Store
    catalog: Catalog
    about: CatalogFacts
    snapshot: Snapshot
    registers: Mapping[RegisterKind, Register]
    shelf: CardShelf
    harvested: Sequence[HarvestedSource] = ()
    gone: Set[str] = frozenset()

    @cached_property
    def groups(self) -> CardGroups:
        """Which datasets belong together."""
        return CardGroups.of(self.shelf())

    @property
    def shown(self) -> Collection[str]:
        """The datasets that the catalog shows."""
        return self.groups.digests.keys()

    @property
    def linked(self) -> Collection[str]:
        """The datasets that there are pages about."""
        return self.groups.digests.keys() | self.gone

    @cached_property
    def names(self) -> Mapping[str, Texts]:
        """Names of organisations: of all that the registry has, and of those that datasets were published by."""
        known = {
            organisation.id: shorts({"zh": organisation.name_zh, "en": organisation.name_en})
            for organisation in self.catalog.organisations.values()
        }
        return {name: text for name, text in {**self.groups.names, **known}.items() if is_identifier(name)}

    def register_digest(self, *kinds: RegisterKind) -> list[str | None]:
        """Changes whenever one of these registers does."""
        return [self.registers[kind].digest if kind in self.registers else None for kind in kinds]

    def register_name(self, kind: RegisterKind) -> str | None:
        """The dataset that a register is published as."""
        return self.registers[kind].dataset if kind in self.registers else None


@dataclass(frozen=True)
class DatasetSource:
    """What the pages of a dataset are made of. ``entry``: its newest version in the snapshot; ``lines``: all its
    versions, newest first; ``released``: version → when it was released, UTC."""

    store: Store
    catalog: Catalog
    about: CatalogFacts
    snapshot: Snapshot
    dataset: str
    released: Mapping[str, str]
    lines: tuple[VersionLine, ...]
    work: Path
    entry: SnapshotEntry
    facts: DatasetFacts
    manifest: Manifest
    score: Score | None

    @classmethod
    def of(
        cls,
        store: Store,
        catalog: Catalog,
        about: CatalogFacts,
        snapshot: Snapshot,
        dataset: str,
        released: Mapping[str, str],
        lines: tuple[VersionLine, ...],
        work: Path,
    ) -> DatasetSource:
        """Read what is known of a dataset that a snapshot shows.

        Raises:
            CorruptStore: when a manifest, or the list of its files, cannot be read.
        """
        entry = snapshot.datasets[dataset]
        manifest = load_manifest(store, entry.manifest)
        facts = dataset_facts(store, catalog, about, snapshot, dataset, released)
        score = _score(store, dataset)
        return cls(store, catalog, about, snapshot, dataset, released, lines, work, entry, facts, manifest, score)

    @cached_property
    def card(self) -> Card:
        """What lists show of it."""
        return card_of(self.facts, self.manifest, self.score.points if self.score else None)

    @property
    def charts(self) -> tuple[ChartDescriptor, ...]:
        """What its descriptor has drawn of its rows; empty where the registry has it no more."""
        return declared_charts(self.catalog, self.dataset)

    @property
    def stones(self) -> Mapping[str, str]:
        """Versions that were withdrawn, with the SHA-256 of their tombstones."""
        return self.snapshot.tombstones.get(self.dataset, {})

    def versions(self, most: int | None = None) -> Iterator[tuple[str, Manifest]]:
        """Its versions with the SHA-256 of their manifests, newest first, also those that were withdrawn."""
        return islice(versions_of(self.store, self.entry), most)


@dataclass(frozen=True)
class GoneSource:
    """What the pages of a dataset are made of that the catalog has no more. ``entry``: its last version, whose
    ``manifest`` that is; the others as those of :class:`DatasetSource`."""

    store: Store
    snapshot: Snapshot
    dataset: str
    entry: SnapshotEntry
    manifest: Manifest
    released: Mapping[str, str]
    lines: tuple[VersionLine, ...]

    @property
    def stones(self) -> Mapping[str, str]:
        """Versions that were withdrawn, with the SHA-256 of their tombstones."""
        return self.snapshot.tombstones.get(self.dataset, {})


def declared_charts(catalog: Catalog, dataset: str) -> tuple[ChartDescriptor, ...]:
    """What a dataset's descriptor has drawn of its rows; empty where the registry does not have it."""
    known = catalog.datasets.get(dataset)
    return known.descriptor.charts if known else ()


def _score(store: Store, dataset: str) -> Score | None:
    try:
        return Score.from_dict(json.loads(store.read(f"{dataset_folder(dataset)}/score.json")))
    except (FileNotFoundError, LookupError, TypeError, ValueError):
        return None
