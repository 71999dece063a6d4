"""A catalog of many small datasets, to measure a release and the index where nothing or one dataset has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.orchestration.synthetic import ORGANISATION, dataset_id, write_registry
from benchmarks.process import Timer
from benchmarks.publish.approvals import all_approved
from pipelines.catalog import refresh_index
from pipelines.core.paths import Workspace
from pipelines.core.records import Delivery, DeliveryKey, DisclosedTable
from pipelines.disclose.plan import plan_fields
from pipelines.disclose.public_schema import public_schema
from pipelines.publish import Contribution, FolderStore, Segment, build_segment, release, save_candidate
from pipelines.publish.compose import compose, registry_digest
from pipelines.publish.release import commit_versions
from pipelines.publish.snapshots import Snapshot, SnapshotEntry
from pipelines.registry import Catalog, load_catalog

_NOW = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
_PERIODS = [f"{year}-{month:02d}" for year in range(2020, 2026) for month in range(1, 13)]


@dataclass(frozen=True)
class Fleet:
    """A released catalog. All segments hold the same rows: what is measured are manifests and what is derived."""

    workspace: Workspace
    catalog: Catalog
    store: FolderStore

    @classmethod
    def released(cls, folder: Path, datasets: int, periods: int) -> Fleet:
        """Write the registry of ``datasets`` datasets and release ``periods`` periods of each."""
        write_registry(folder / "schema", datasets)
        workspace = Workspace.at(folder / "data", folder / "schema")
        workspace.prepare()
        catalog, store = load_catalog(workspace.schema), FolderStore(workspace.catalog)
        segment = _segment(catalog, workspace.work, 20)
        commit_versions(store, *_first(catalog, store, workspace.work, segment, periods))
        return cls(workspace, catalog, store)

    @classmethod
    def opened(cls, folder: Path) -> Fleet:
        """One that was released in this folder."""
        workspace = Workspace.at(folder / "data", folder / "schema")
        return cls(workspace, load_catalog(workspace.schema), FolderStore(workspace.catalog))

    @property
    def keys(self) -> dict[str, str]:
        """Processing keys of all datasets."""
        return {name: dataset.digest for name, dataset in self.catalog.datasets.items()}

    def publish(self) -> int:
        """Release what waits; how many versions that made."""
        reviews = all_approved(self.catalog)
        return len(release(self.workspace, self.store, self.catalog, self.keys, reviews, _NOW).versions)

    def change_one(self) -> None:
        """Let one dataset wait with other rows."""
        changed = dataset_id(0)
        segment = replace(_segment(self.catalog, self.workspace.work, 21), period=_PERIODS[0])
        save_candidate(self.workspace, changed, segment, self.keys[changed])


def measure_fleet(folder: Path, datasets: int, periods: int) -> dict[str, Timer]:
    """Times of a release and the index of ``datasets`` datasets with ``periods`` periods each."""
    fleet = Fleet.released(folder, datasets, periods)
    refresh_index(fleet.store, fleet.workspace.work)
    timers = {"unchanged, release": _timed(fleet.publish, 0)}
    timers["unchanged, index"] = _timed(lambda: refresh_index(fleet.store, fleet.workspace.work), True)
    fleet.change_one()
    timers["one changed, release"] = _timed(fleet.publish, 1)
    timers["one changed, index"] = _timed(lambda: refresh_index(fleet.store, fleet.workspace.work), True)
    return timers


def _timed(action: Callable[[], Any], expected: Any) -> Timer:
    with Timer() as timer:
        assert action() == expected
    return timer


def _segment(catalog: Catalog, folder: Path, rows: int) -> Segment:
    dataset = catalog.dataset(dataset_id(0))
    day, amount = dt.date(2026, 3, 31), Decimal("12.50")
    found = {"approved": pa.array([day] * rows), "amount": pa.array([amount] * rows, pa.decimal128(18, 2))}
    schema = public_schema(dataset, plan_fields(dataset, catalog.tables))
    texts = pa.array([f"L{number}" for number in range(rows)])
    names = [entry["name"] for entry in schema["fields"]]
    path = folder / f"{rows}.parquet"
    pq.write_table(pa.table({name: found.get(name, texts) for name in names}), path)
    key = DeliveryKey(dataset.id, _PERIODS[0], ORGANISATION)
    table = DisclosedTable(Delivery(key, 1, "0" * 64, ()), path, rows, schema, ())
    segment = build_segment(dataset, _PERIODS[0], [Contribution(table, "0" * 64, {"checks": {}})], folder)
    assert segment is not None
    return segment


def _first(catalog: Catalog, store: FolderStore, work: Path, segment: Segment, periods: int) -> Any:
    """The first snapshot and its manifests, without a candidate's file for every period of every dataset."""
    candidates = [replace(segment, period=period) for period in _PERIODS[:periods]]
    composed = (compose(catalog, name, None, candidates, store, work).manifest for name in catalog.datasets)
    manifests = [manifest for manifest in composed if manifest is not None]
    entries = {
        manifest.dataset: SnapshotEntry(
            manifest.theme, manifest.version, manifest.sha256, registry_digest(catalog, manifest.dataset)
        )
        for manifest in manifests
    }
    return Snapshot(1, "2026-03-31T00:00:00Z", None, entries), manifests
