"""What a dataset's assets say when they are materialised: data versions and metadata, from a ``PeriodResult``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import dagster as dg

from pipelines.core.paths import Workspace
from pipelines.core.periods import PeriodClass
from pipelines.flow.results import DeliveryResult, PeriodResult, ReleasedVersion, ReleaseResult
from pipelines.orchestration.keys import deliveries_key, published_key
from pipelines.registry import Dataset

#: The tag by which Dagster keeps an asset's data version.
DATA_VERSION_TAG = "dagster/data_version"

_DELIVERIES = dg.TableSchema(
    columns=[
        dg.TableColumn("delivery", "string"),
        dg.TableColumn("organisation", "string"),
        dg.TableColumn("verdict", "string"),
        dg.TableColumn("stands", "bool"),
        dg.TableColumn("rows_in_files", "int"),
        dg.TableColumn("rows_excluded", "int"),
        dg.TableColumn("rows_accepted", "int"),
        dg.TableColumn("rows_quarantined", "int"),
        dg.TableColumn("report", "string"),
    ]
)
_VERSIONS = dg.TableSchema(
    columns=[
        dg.TableColumn("dataset", "string"),
        dg.TableColumn("version", "string"),
        dg.TableColumn("previous", "string"),
        dg.TableColumn("rows", "int"),
        dg.TableColumn("periods", "int"),
    ]
)


@dataclass(frozen=True)
class Materialisation:
    """An asset's state; ``data_version`` is equal exactly when the content is. ``is_new``: just made by the flow."""

    key: dg.AssetKey
    data_version: str
    metadata: dict[str, Any]
    is_new: bool


def materialisations(dataset: Dataset, result: PeriodResult, workspace: Workspace) -> list[Materialisation]:
    """States of the dataset's deliveries and public asset, as far as there are any."""
    found = []
    if result.latest:
        found.append(_deliveries(dataset, result, workspace))
    if result.segment_digest is not None:
        found.append(_published(dataset, result, result.segment_digest))
    return found


def news(instance: dg.DagsterInstance, states: list[Materialisation], partition: str | None) -> list[Materialisation]:
    """The states to tell Dagster of: what is new, and what an interrupted run or another installation has not told."""
    return [state for state in states if state.is_new or not _is_known(instance, state, partition)]


def _is_known(instance: dg.DagsterInstance, state: Materialisation, partition: str | None) -> bool:
    partitions = None if partition is None else [partition]
    newest = instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=state.key, asset_partitions=partitions), limit=1
    ).records
    materialization = newest[0].asset_materialization if newest else None
    return materialization is not None and (materialization.tags or {}).get(DATA_VERSION_TAG) == state.data_version


def _deliveries(dataset: Dataset, result: PeriodResult, workspace: Workspace) -> Materialisation:
    digest = hashlib.sha256()
    for entry in result.latest:
        digest.update(f"{entry.delivery.id}\0{entry.delivery.digest}\n".encode())
    current = {entry.delivery.id for entry in result.current}
    records = [_delivery_record(entry, current) for entry in result.latest]
    rows = sum(entry.rows_in_files for entry in result.latest)
    metadata: dict[str, Any] = {
        _row_count_key(dataset): rows,
        "deliveries": len(result.latest),
        "processed_in_this_run": len(result.processed),
        "files": sum(len(entry.delivery.files) for entry in result.latest),
        "verdicts": dg.MetadataValue.table(records, _DELIVERIES),
        "reports": dg.MetadataValue.path(workspace.private),
    }
    return Materialisation(deliveries_key(dataset), digest.hexdigest(), metadata, bool(result.processed))


def _delivery_record(entry: DeliveryResult, current: set[str]) -> dg.TableRecord:
    return dg.TableRecord(
        {
            "delivery": entry.delivery.id,
            "organisation": entry.delivery.key.organisation,
            "verdict": entry.verdict.value,
            "stands": entry.delivery.id in current,
            "rows_in_files": entry.rows_in_files,
            "rows_excluded": sum(entry.rows_excluded.values()),
            "rows_accepted": entry.rows_accepted,
            "rows_quarantined": entry.rows_quarantined,
            "report": entry.report,
        }
    )


def _published(dataset: Dataset, result: PeriodResult, digest: str) -> Materialisation:
    metadata: dict[str, Any] = {
        _row_count_key(dataset): result.segment_rows,
        "segment_digest": digest,
        "from_deliveries": dg.MetadataValue.json([entry.delivery.id for entry in result.current]),
    }
    return Materialisation(published_key(dataset), digest, metadata, result.changed)


def _row_count_key(dataset: Dataset) -> str:
    return "dagster/row_count" if dataset.period_class is PeriodClass.NONE else "dagster/partition_row_count"


def release_metadata(result: ReleaseResult) -> dict[str, Any]:
    """Metadata of ``catalog/release``: the snapshot and the versions that are new in it."""
    records = [
        dg.TableRecord(
            {
                "dataset": version.dataset,
                "version": version.version,
                "previous": version.previous,
                "rows": version.rows,
                "periods": len(version.periods),
            }
        )
        for version in result.versions
    ]
    metadata: dict[str, Any] = {"new_versions": len(records)}
    if result.snapshot is not None:
        metadata["snapshot"] = result.snapshot
    if result.released is not None:
        metadata["released"] = result.released
    if records:
        metadata["versions"] = dg.MetadataValue.table(records, _VERSIONS)
    return metadata


def release_data_version(result: ReleaseResult) -> str:
    """Data version of ``catalog/release``: the snapshot's number, 0 before the first."""
    return str(result.snapshot or 0)


def version_observation(dataset: Dataset, version: ReleasedVersion) -> dg.AssetObservation:
    """What a release says about one dataset: its new version and how many rows the whole of it has."""
    return dg.AssetObservation(
        asset_key=published_key(dataset),
        metadata={
            "version": version.version,
            "dagster/row_count": version.rows,
            "periods": dg.MetadataValue.json(list(version.periods)),
        },
    )
