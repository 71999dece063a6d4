"""A catalog of many small datasets, to measure a release and the index where nothing or one dataset has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
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


def measure_fleet(folder: Path, datasets: int, periods: int) -> dict[str, Timer]:
    """Times of a release and the index of ``datasets`` datasets with ``periods`` periods each.

    All segments hold the same rows: what is measured are manifests and the index, not rows.
    """
    write_registry(folder / "schema", datasets)
    workspace = Workspace.at(folder / "data", folder / "schema")
    workspace.prepare()
    catalog, store = load_catalog(workspace.schema), FolderStore(workspace.catalog)
    segment = _segment(catalog, workspace.work, 20)
    commit_versions(store, *_first(catalog, store, workspace.work, segment, periods))
    refresh_index(store, workspace.work)
    keys = {name: dataset.digest for name, dataset in catalog.datasets.items()}

    def publish() -> int:
        return len(release(workspace, store, catalog, keys, all_approved(catalog), _NOW).versions)

    timers = {"unchanged, release": _timed(publish, 0)}
    timers["unchanged, index"] = _timed(lambda: refresh_index(store, workspace.work), True)
    changed = dataset_id(0)
    save_candidate(
        workspace, changed, replace(_segment(catalog, workspace.work, 21), period=_PERIODS[0]), keys[changed]
    )
    timers["one changed, release"] = _timed(publish, 1)
    timers["one changed, index"] = _timed(lambda: refresh_index(store, workspace.work), True)
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
