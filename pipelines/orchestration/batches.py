"""Runs of many datasets: a run's start costs more than a dataset, so work of one class and period goes together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import dagster as dg

from pipelines.core.errors import InvalidPeriod
from pipelines.core.periods import PeriodClass
from pipelines.flow.results import Work
from pipelines.orchestration.keys import (
    LARGE,
    PERIOD_CLASS_TAG,
    PERIOD_TAG,
    SIZE_TAG,
    deliveries_key,
    job_name,
    published_key,
)
from pipelines.orchestration.partitions import partition_key, partitions_for
from pipelines.registry import Catalog

#: Datasets of one run: 100 share its start-up, and a failed run is still small enough to repeat.
BATCH_SIZE = 100


@dataclass(frozen=True)
class Batch:
    """Datasets of one period class to be processed for one period, in one run."""

    kind: PeriodClass
    period: str
    datasets: tuple[str, ...]
    large: bool = False


def batches(catalog: Catalog, works: Iterable[Work], large: frozenset[Work] = frozenset()) -> Iterator[Batch]:
    """Group work into runs, in a fixed order; each ``large`` one gets a run of its own."""
    groups: dict[tuple[PeriodClass, str], list[str]] = {}
    for work in sorted(works):
        kind = catalog.dataset(work.dataset).period_class
        if work in large:
            yield Batch(kind, work.period, (work.dataset,), large=True)
        else:
            groups.setdefault((kind, work.period), []).append(work.dataset)
    for (kind, period), datasets in groups.items():
        for start in range(0, len(datasets), BATCH_SIZE):
            yield Batch(kind, period, tuple(datasets[start : start + BATCH_SIZE]))


def can_be_requested(catalog: Catalog, work: Work) -> bool:
    """Tell whether Dagster knows the dataset and a partition for the period.

    Args:
        catalog: what the definitions were built from. A dataset that is newer waits until they are loaded
            again, a period that the partitions do not reach until they do.
        work: as the flow sees it now.
    """
    dataset = catalog.datasets.get(work.dataset)
    if dataset is None:
        return False
    try:
        key = partition_key(dataset.period(work.period))
    except InvalidPeriod:  # its period class has been changed since
        return False
    partitions = partitions_for(dataset.period_class, catalog.descriptor.first_year)
    return partitions is None or (key is not None and partitions.has_partition_key(key))


def run_request(catalog: Catalog, batch: Batch, run_key: str) -> dg.RunRequest:
    """The run of a batch. ``run_key``: Dagster launches one run per key."""
    datasets = [catalog.dataset(dataset_id) for dataset_id in batch.datasets]
    tags = {PERIOD_CLASS_TAG: batch.kind.value, PERIOD_TAG: batch.period}
    if batch.large:
        tags[SIZE_TAG] = LARGE
    return dg.RunRequest(
        run_key=run_key,
        job_name=job_name(batch.kind),
        partition_key=partition_key(datasets[0].period(batch.period)),
        asset_selection=[key for dataset in datasets for key in (deliveries_key(dataset), published_key(dataset))],
        tags=tags,
    )
