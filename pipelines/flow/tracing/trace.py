"""The question "where does this published figure come from?", answered over one version of one dataset."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence

from pipelines.catalog import open_workspace_catalog
from pipelines.core.errors import UnknownVersion
from pipelines.disclose.plan import plan_fields
from pipelines.disclose.public_schema import public_schema
from pipelines.flow.installation import Installation
from pipelines.flow.tracing.conditions import read_conditions
from pipelines.flow.tracing.model import Trace, Version
from pipelines.flow.tracing.published import Deliveries, PublishedSearch
from pipelines.flow.tracing.rows import TableSearch
from pipelines.flow.tracing.unpublished import UnpublishedSearch
from pipelines.publish import Manifest, latest_snapshot, load_deliveries, load_manifest, load_snapshot
from pipelines.publish.sql import scratch_database
from pipelines.registry import Dataset

#: Told how many segments, then how many departments' periods have been searched.
Progress = Callable[[int], None]


def trace(inst: Installation, dataset_id: str, arguments: Sequence[str], version: str | dt.date | None, limit: int,
          progress: Progress) -> Trace:  # fmt: skip
    """Find where the rows with a key come from.

    Args:
        inst: the installation.
        dataset_id: the dataset.
        arguments: the key as people give it: see ``conditions``.
        version: whose published rows to look for, or the day (UTC) at whose end it was the newest; absent: the released
            one's, and rows that are not published.
        limit: published rows, and rows that are not, to follow at most.
        progress: told how far the search has come.

    Raises:
        UnknownDataset, UnknownVersion: there is no such dataset or version.
        UnusableKey: the key cannot be looked for.
        CorruptStore, IndexUnusable, DamagedOutcome: the public store, its index or a stored outcome is damaged.
    """
    dataset = inst.catalog.dataset(dataset_id)
    plans = plan_fields(dataset, inst.catalog.tables)
    found = _manifest(inst, dataset, version)
    shown, manifest = found if found is not None else (None, None)
    schema = manifest.schema if manifest is not None else public_schema(dataset, plans)
    conditions = read_conditions(dataset_id, arguments, schema)
    segments = manifest.segments if manifest is not None else ()
    deliveries = Deliveries(inst, dataset)
    with inst.scratch(f"trace-{dataset_id}") as folder, scratch_database(folder) as connection:
        search = TableSearch(connection, conditions)
        public = PublishedSearch(deliveries, search, segments, limit)
        _step_through(public.run(), progress)
        published = public.found
        names = {entry.delivery for segment in segments for entry in load_deliveries(inst.store, segment)}
        others = UnpublishedSearch(deliveries, search, plans, names, limit, is_published=published.total > 0)
        if version is None:
            _step_through(others.run(), progress)
        if version is None and not published.total and not others.found.total:
            _step_through(others.run_replaced(), progress)
    return Trace(
        dataset_id,
        tuple(condition.field for condition in conditions),
        shown,
        published.total,
        tuple(published.rows),
        dict(published.untraced),
        others.found.total,
        tuple(others.found.rows),
        tuple(others.found.unsearched),
    )


def _step_through(steps: Iterator[None], progress: Progress) -> None:
    for done, _ in enumerate(steps, start=1):
        progress(done)


def _manifest(inst: Installation, dataset: Dataset, version: str | dt.date | None) -> tuple[Version, Manifest] | None:
    """A released version; the current one where none is named, and then ``None`` where there is none."""
    store = inst.store
    snapshot = latest_snapshot(store)
    entry = snapshot.datasets.get(dataset.id) if snapshot is not None else None
    if snapshot is None or entry is None:
        if version is not None:
            raise UnknownVersion(dataset.id, str(version), "-")
        return None
    if version is None:
        return Version(entry.version, snapshot.number, snapshot.released), load_manifest(store, entry.manifest)
    with open_workspace_catalog(inst.workspace) as catalog:
        listed = {row["version"]: row for row in catalog.versions(dataset.id).to_pylist()}
    dates = {number: load_snapshot(store, row["snapshot"]).released for number, row in listed.items()}
    wanted = version if isinstance(version, str) else _newest(dates, version)
    if wanted is None or wanted not in listed:
        raise UnknownVersion(dataset.id, str(version), ", ".join(f"{each} ({dates[each][:10]})" for each in listed))
    found = listed[wanted]
    return Version(wanted, found["snapshot"], dates[wanted]), load_manifest(store, found["manifest_sha256"])


def _newest(dates: Mapping[str, str], day: dt.date) -> str | None:
    """The newest of versions, oldest first with the times of their release, at the end of a day."""
    return next((version for version in reversed(list(dates)) if dates[version][:10] <= day.isoformat()), None)
