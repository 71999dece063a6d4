"""The factory of Dagster's definitions: everything from the registry, built once per state of its files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import dagster as dg

from pipelines.core.paths import Workspace
from pipelines.core.periods import PeriodClass
from pipelines.flow import Installation, open_installation
from pipelines.orchestration.datasets import dataset_assets
from pipelines.orchestration.deadlines import (
    checks_of,
    deadline_checks,
    deadlines_job,
    deadlines_sensor,
    with_deadlines,
)
from pipelines.orchestration.inbox_sensor import inbox_sensor
from pipelines.orchestration.keys import (
    INDEX_KEY,
    INSTALLATION,
    PERIOD_CLASS_TAG,
    RELEASE_JOB,
    RELEASE_KEY,
    by_class,
    job_name,
)
from pipelines.orchestration.maintenance import maintenance_job
from pipelines.orchestration.notification_sensors import check_sensor, failure_sensor
from pipelines.orchestration.release import release_assets
from pipelines.orchestration.release_sensor import release_sensor
from pipelines.orchestration.schedules import class_schedule, maintenance_schedule
from pipelines.orchestration.texts import both, constant
from pipelines.registry import Catalog, FileTimes, current_catalog, file_times


def definitions_for(workspace: Workspace) -> dg.Definitions:
    """Dagster's definitions for a workspace.

    Dagster asks for them several times per command, so they are built again only when a file of the
    registry has changed.

    Raises:
        CatalogUnusable: when ``catalog.yaml`` or the organisations cannot be used.
    """
    return _built(workspace, file_times(workspace.schema))


@lru_cache(maxsize=2)
def _built(workspace: Workspace, _times: FileTimes) -> dg.Definitions:
    return build_definitions(workspace, current_catalog(workspace.schema))


def build_definitions(workspace: Workspace, catalog: Catalog) -> dg.Definitions:
    """Definitions of a loaded catalog, without the cache."""
    jobs = _class_jobs(catalog)
    release_job = dg.define_asset_job(
        RELEASE_JOB,
        selection=dg.AssetSelection.assets(RELEASE_KEY, INDEX_KEY),
        description=constant("orchestration-release-job"),
    )
    maintenance = maintenance_job(workspace)
    nightly = [class_schedule(workspace, catalog, kind, job) for kind, job in jobs.items()]
    sensors = [
        release_sensor(workspace, release_job, [job.name for job in jobs.values()]),
        failure_sensor(workspace),
        check_sensor(workspace),
    ]
    if jobs:
        sensors.insert(0, inbox_sensor(workspace, catalog, tuple(jobs.values())))
    dated = with_deadlines(catalog)
    due = [deadlines_job(dated)] if dated else []
    sensors += [deadlines_sensor(workspace, job) for job in due]
    return dg.Definitions(
        asset_checks=[deadline_checks(dated)] if dated else [],
        assets=[*dataset_assets(catalog), *release_assets(catalog)],
        jobs=[*jobs.values(), *due, release_job, maintenance],
        schedules=[*nightly, maintenance_schedule(maintenance)],
        sensors=sensors,
        resources={INSTALLATION: _installation_resource(workspace)},
        # A dataset takes less time than a process takes to start; parallelism comes from concurrent runs.
        executor=dg.in_process_executor,
    )


def _class_jobs(catalog: Catalog) -> dict[PeriodClass, dg.UnresolvedAssetJobDefinition]:
    return {
        kind: dg.define_asset_job(
            job_name(kind),
            # By tag: a selection of a thousand keys would be written out in every run.
            selection=dg.AssetSelection.tag(PERIOD_CLASS_TAG, kind.value) - checks_of(with_deadlines(catalog)),
            description=both("orchestration-job", kind=kind.value),
        )
        for kind in by_class(tuple(catalog.datasets.values()))
    }


def _installation_resource(workspace: Workspace) -> dg.ResourceDefinition:
    def installation(_context: Any) -> Iterator[Installation]:
        # Opened once per run, not per dataset: loading the registry is the larger part of a small dataset.
        with open_installation(workspace) as opened:
            yield opened

    return dg.ResourceDefinition(installation, description=constant("orchestration-resource"))
