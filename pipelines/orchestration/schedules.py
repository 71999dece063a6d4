"""Schedules: one per period class, and one for maintenance.

Deliveries are processed when they arrive (the inbox sensor, which requests the same thing once). A schedule
requests whatever its class still has to do: what a failed run left behind, or came while sensors were off.
"""

from __future__ import annotations

import dagster as dg

from pipelines.core.paths import Workspace
from pipelines.core.periods import PeriodClass
from pipelines.flow import open_installation, pending
from pipelines.ingest import scan_inbox
from pipelines.orchestration.batches import batches, can_be_requested, run_request
from pipelines.orchestration.keys import job_name
from pipelines.orchestration.partitions import TIMEZONE
from pipelines.orchestration.texts import both, constant, line
from pipelines.registry import Catalog

#: At night, half an hour apart so that the classes do not wait for each other.
_CRONS = {
    PeriodClass.NONE: "0 1 * * *",
    PeriodClass.YEARLY: "30 1 * * *",
    PeriodClass.QUARTERLY: "0 2 * * *",
    PeriodClass.MONTHLY: "30 2 * * *",
}


def class_schedule(
    workspace: Workspace, catalog: Catalog, kind: PeriodClass, job: dg.UnresolvedAssetJobDefinition
) -> dg.ScheduleDefinition:
    """The nightly schedule of a period class."""

    @dg.schedule(
        cron_schedule=_CRONS[kind],
        name=f"{job_name(kind)}_nightly",
        job=job,
        execution_timezone=TIMEZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=both("orchestration-schedule", kind=kind.value),
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        moment = context.scheduled_execution_time.isoformat()
        with open_installation(workspace) as installation:
            works = [
                work
                for work in pending(installation, scan_inbox(workspace, installation.catalog))
                if can_be_requested(catalog, work) and catalog.dataset(work.dataset).period_class is kind
            ]
        requests = [
            run_request(catalog, batch, run_key=f"schedule:{moment}:{kind.value}:{number}")
            for number, batch in enumerate(batches(catalog, works))
        ]
        return requests or dg.SkipReason(line("orchestration-schedule-nothing"))

    return nightly


def maintenance_schedule(job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """Maintenance, weekly."""
    return dg.ScheduleDefinition(
        name="maintenance_weekly",
        cron_schedule="0 5 * * 0",
        job=job,
        execution_timezone=TIMEZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=constant("orchestration-maintenance-schedule"),
    )
