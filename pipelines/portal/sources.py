"""What pages are made of: read once from the store and the registry, then handed to what makes pages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from pipelines.catalog.metadata.addresses import dataset_folder
from pipelines.catalog.metadata.facts import CatalogFacts, DatasetFacts
from pipelines.catalog.metadata.gathering import dataset_facts
from pipelines.catalog.metadata.score import Score
from pipelines.portal.cards import Card, card_of
from pipelines.publish import Manifest, Snapshot, SnapshotEntry, Store, load_manifest, versions_of
from pipelines.registry import Catalog


@dataclass(frozen=True)
class SnapshotSource:
    """What pages about the whole catalog are made of."""

    store: Store
    catalog: Catalog
    snapshot: Snapshot


@dataclass(frozen=True)
class DatasetSource:
    """What the pages of a dataset are made of. ``entry``: its newest version in the snapshot;
    ``released``: version → when it was released, UTC."""

    store: Store
    catalog: Catalog
    about: CatalogFacts
    snapshot: Snapshot
    dataset: str
    released: Mapping[str, str]
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
        work: Path,
    ) -> DatasetSource:
        """Read what is known of a dataset that a snapshot shows. ``released``: version → when it was released, UTC.

        Raises:
            CorruptStore: when a manifest, or the list of its files, cannot be read.
        """
        entry = snapshot.datasets[dataset]
        manifest = load_manifest(store, entry.manifest)
        facts = dataset_facts(store, catalog, about, snapshot, dataset, released)
        score = _score(store, dataset)
        return cls(store, catalog, about, snapshot, dataset, released, work, entry, facts, manifest, score)

    @cached_property
    def card(self) -> Card:
        """What lists show of it."""
        return card_of(self.facts, self.manifest, self.score.points if self.score else None)

    def versions(self, most: int | None = None) -> Iterator[tuple[str, Manifest]]:
        """Its versions with the SHA-256 of their manifests, newest first, also those that were withdrawn."""
        return islice(versions_of(self.store, self.entry), most)


def _score(store: Store, dataset: str) -> Score | None:
    try:
        return Score.from_dict(json.loads(store.read(f"{dataset_folder(dataset)}/score.json")))
    except (FileNotFoundError, LookupError, TypeError, ValueError):
        return None
