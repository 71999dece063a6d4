"""Disclosed tables, segments and workspaces for tests of publishing and of the catalog."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import shutil
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from reviewing import approving
from support import delivery, tree_descriptor, tree_schema, write_registry

from pipelines.catalog import refresh_index
from pipelines.catalog.index_files import INDEX
from pipelines.core.paths import Workspace
from pipelines.core.records import DisclosedTable, FieldReceipt
from pipelines.publish import (
    Contribution,
    FolderStore,
    Manifest,
    Release,
    ReviewsOutdated,
    Segment,
    Store,
    build_segment,
    latest_snapshot,
    load_manifest,
    object_path,
    release,
    save_candidate,
)
from pipelines.publish.diff.model import RowSet
from pipelines.publish.gate import TextGate
from pipelines.registry import Catalog, current_catalog

NOW = dt.datetime(2026, 4, 1, 8, 30, tzinfo=dt.UTC)
Row = Sequence[Any]

_ARROW = {
    "string": pa.string(), "date": pa.date32(), "integer": pa.int64(), "boolean": pa.bool_(),
    "datetime": pa.timestamp("us"), "time": pa.time64("us"), "year": pa.int32(),
}  # fmt: skip


def arrow_type(entry: dict[str, Any]) -> pa.DataType:
    """Arrow type of a public field."""
    if entry["type"] == "number":
        return pa.decimal128(18, entry["decimals"]) if "decimals" in entry else pa.float64()
    return _ARROW[entry["type"]]


def public_schema(schema: dict[str, Any] | None = None) -> dict[str, Any]:
    """The public Table Schema of a schema.json: fields that are dropped are left out."""
    private = schema or tree_schema()
    fields = [
        {key: value for key, value in entry.items() if key != "disclosure"}
        for entry in private["fields"]
        if entry["disclosure"].get("treatment") != {"type": "drop"}
    ]
    return {"$schema": private["$schema"], "fields": fields, "primaryKey": private["primaryKey"]}


def disclosed(
    path: Path,
    rows: Sequence[Row],
    *,
    schema: dict[str, Any] | None = None,
    dataset: str = "tree_inventory",
    period: str = "2025",
    organisation: str = "parks_office",
    sequence: int = 1,
) -> DisclosedTable:
    """A disclosed table of the given rows, in the public schema's columns."""
    public = schema or public_schema()
    path.parent.mkdir(parents=True, exist_ok=True)
    target = path.with_name(f"{path.stem}-{dataset}-{period}-{organisation}.parquet")
    arrays = [
        pa.array([row[position] for row in rows], arrow_type(entry)) for position, entry in enumerate(public["fields"])
    ]
    pq.write_table(pa.table(arrays, names=[entry["name"] for entry in public["fields"]]), target)
    receipt = (FieldReceipt("keeper_phone", "withheld", "drop", "PIPL art. 28", None, len(rows)),)
    return DisclosedTable(delivery(dataset, period, organisation, sequence), target, len(rows), public, receipt)


def tree(number: int, species: str = "ginkgo", height: str = "3.50", planted: str = "2001-03-12") -> Row:
    """One row of ``tree_inventory`` as published."""
    day = dt.date.fromisoformat(planted)
    return (f"T{number:05d}", species, "999901", Decimal(height), day, None, f"注释 {number}")


def contribution(table: DisclosedTable, quarantined: int = 0) -> Contribution:
    """A contribution with plausible quality counts."""
    return Contribution(table, table.delivery.digest, {
        "rows_delivered": table.rows + quarantined, "rows_quarantined": quarantined,
        "checks": {"table_schema": {"errors": quarantined}},
    })  # fmt: skip


def workspace_with_registry(folder: Path, **datasets: tuple[dict[str, Any], dict[str, Any]]) -> Workspace:
    """A prepared workspace whose registry has ``tree_inventory`` and any others given."""
    workspace = Workspace.at(folder / "data", write_registry(folder / "schema", **datasets))
    workspace.prepare()
    return workspace


def named(dataset_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Descriptor and schema of another dataset with the fields of ``tree_inventory``."""
    return {**tree_descriptor(), "id": dataset_id}, tree_schema()


def add_candidate(
    workspace: Workspace,
    rows: Sequence[Row],
    *,
    dataset: str = "tree_inventory",
    period: str = "2025",
    schema: dict[str, Any] | None = None,
    sequence: int = 1,
) -> Segment:
    """Build a segment of the given rows and keep it for the next release."""
    catalog = registry(workspace)
    table = disclosed(
        workspace.work / "in.parquet", rows, schema=schema, dataset=dataset, period=period, sequence=sequence
    )
    segment = build_segment(catalog.dataset(dataset), period, [contribution(table)], workspace.work, threads=1)
    assert segment is not None
    return save_candidate(workspace, dataset, segment, keys(catalog)[dataset])


def keys(catalog: Catalog) -> dict[str, str]:
    """Processing keys: all that matters here is that they change with the descriptors."""
    return {dataset_id: dataset.digest for dataset_id, dataset in catalog.datasets.items()}


def release_now(workspace: Workspace, catalog: Catalog, now: dt.datetime = NOW, store: Store | None = None) -> Release:
    """A release under the given registry, into the workspace's own folder if no store is given."""
    while True:
        reviews = approving(workspace.reviews, catalog)
        with contextlib.suppress(ReviewsOutdated):  # another publisher approved as well, and was quicker
            return release(workspace, store or FolderStore(workspace.catalog), catalog, keys(catalog), reviews, now)


def publish(
    workspace: Workspace, *rows: Row, period: str = "2025", dataset: str = "tree_inventory", sequence: int = 1
) -> Manifest:
    """Release rows, of which this must make one version."""
    add_candidate(workspace, rows, period=period, dataset=dataset, sequence=sequence)
    (manifest,) = release_now(workspace, registry(workspace)).versions
    return manifest


def count_each_change_once() -> None:
    """Remember how many rows differ between segments, in this process: each count opens a database."""
    module: Any = importlib.import_module("pipelines.publish.compose")
    real, known = module.count_changes, {}

    def counted(old: RowSet, new: RowSet, *where: Any) -> Any:
        before, after = ({segment.period: segment.digest for segment in each.segments} for each in (old, new))
        differing = frozenset(before.items() ^ after.items())
        if differing not in known:
            known[differing] = real(old, new, *where)
        return known[differing]

    module.count_changes = counted


def look_at_texts_once(catalog: Catalog) -> None:
    """Remember what looks like personal data in texts of versions, from one release in this process to the next."""
    module: Any = importlib.import_module("pipelines.publish.release")
    gate = TextGate(catalog)
    module.TextGate = lambda _: gate


def copied(workspace: Workspace, folder: Path) -> Workspace:
    """A copy of a workspace's data and descriptors, to be changed."""
    shutil.copytree(workspace.data, folder / "data")
    shutil.copytree(workspace.schema, folder / "schema")
    return Workspace.at(folder / "data", folder / "schema")


def newest_object(workspace: Workspace, dataset: str) -> Path:
    """The first file with rows of a dataset's newest version, which may be damaged."""
    store = FolderStore(workspace.catalog)
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    manifest = load_manifest(store, snapshot.datasets[dataset].manifest)
    file = workspace.catalog / object_path(manifest.parts[0].sha256)
    file.chmod(0o600)
    return file


def file_of(segment: Segment) -> Path:
    """Where the bytes of a segment of one part lie privately."""
    (part,) = segment.parts
    assert part.parquet is not None
    return part.parquet


def index_now(workspace: Workspace) -> Path | None:
    """Bring the index up to date; where it is, if anything has been released."""
    made = refresh_index(FolderStore(workspace.catalog), workspace.work)
    return workspace.catalog / INDEX if made else None


def registry(workspace: Workspace) -> Catalog:
    """The workspace's registry."""
    return current_catalog(workspace.schema)
