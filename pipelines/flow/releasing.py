"""Release what has been composed, and keep what is derived from the release up to date."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pipelines.catalog import refresh_index as build_index
from pipelines.flow.installation import Installation
from pipelines.flow.results import ReleasedVersion, ReleaseResult
from pipelines.publish import pending_candidates
from pipelines.publish import release as publish
from pipelines.registry.disclosures import Attribute


def pending_release(inst: Installation) -> bool:
    """Tell whether a release would take up any candidate."""
    datasets = inst.catalog.datasets
    return any(
        dataset_id in datasets and datasets[dataset_id].descriptor.disclosure.attribute is Attribute.ACTIVE
        for dataset_id, _ in pending_candidates(inst.workspace)
    )


def release(inst: Installation) -> ReleaseResult:
    """Release all candidates as one catalog snapshot; without any, only heal derived pointers."""
    released = publish(inst.workspace, inst.catalog, dt.datetime.now(dt.UTC))
    versions = tuple(
        ReleasedVersion(
            dataset=manifest.dataset,
            version=str(manifest.version),
            previous=manifest.previous.version if manifest.previous else None,
            rows=manifest.rows,
            periods=tuple(segment.period for segment in manifest.segments),
            public_schema=manifest.schema,
        )
        for manifest in released.versions
    )
    snapshot = released.snapshot
    if snapshot is None:
        return ReleaseResult(None, None, ())
    return ReleaseResult(snapshot.number, snapshot.released, versions)


def refresh_index(inst: Installation) -> Path | None:
    """Make the DuckDB index stand for the latest snapshot; return it if it had to be made."""
    return build_index(inst.workspace)
