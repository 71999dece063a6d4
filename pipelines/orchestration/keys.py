"""Names that several parts of the orchestration share: asset keys, checks, jobs, tags."""

from __future__ import annotations

import dagster as dg

from pipelines.core.findings import Check
from pipelines.core.periods import PeriodClass
from pipelines.registry import Dataset

#: Checks of a dataset, in the order a delivery meets them. Reading problems are shown by ``table_schema``.
CHECKS = (Check.TABLE_SCHEMA, Check.EXPECTATIONS, Check.PERSONAL_DATA, Check.DRIFT)

RELEASE_KEY = dg.AssetKey(["catalog", "release"])
INDEX_KEY = dg.AssetKey(["catalog", "index"])
RELEASE_JOB = "release"
MAINTENANCE_JOB = "maintenance"
#: The check of a dataset's deadlines, and the job that makes the checks of all datasets.
DEADLINE_CHECK = "deadline"
DEADLINES_JOB = "deadlines"

#: Name of the resource that holds the open installation during a run.
INSTALLATION = "installation"

PERIOD_CLASS_TAG = "gongkai/period_class"
PERIOD_TAG = "gongkai/period"
SIZE_TAG = "gongkai/size"
#: Runs with this size share one slot (``tag_concurrency_limits`` in ``dagster.yaml``).
LARGE = "large"


def published_key(dataset: Dataset) -> dg.AssetKey:
    """Key of a dataset's public asset: ``<theme>/<id>``."""
    return dg.AssetKey([dataset.theme, dataset.id])


def deliveries_key(dataset: Dataset) -> dg.AssetKey:
    """Key of a dataset's deliveries: ``<theme>/<id>/deliveries``."""
    return dg.AssetKey([dataset.theme, dataset.id, "deliveries"])


def job_name(kind: PeriodClass) -> str:
    """Name of the job that processes all datasets of a period class."""
    return "process_unpartitioned" if kind is PeriodClass.NONE else f"process_{kind.value}"


def by_class(datasets: tuple[Dataset, ...]) -> dict[PeriodClass, tuple[Dataset, ...]]:
    """Datasets by period class, in the order of :class:`PeriodClass`; classes without datasets are left out."""
    found = {kind: tuple(entry for entry in datasets if entry.period_class is kind) for kind in PeriodClass}
    return {kind: members for kind, members in found.items() if members}
