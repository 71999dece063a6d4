"""The release sensor: when candidates await release and no processing run is under way, one release takes them all.

A condition that is looked at, not a dependency: a dataset without a change yields nothing, and Dagster would skip
a release that depends on it. For the same reason it does not matter whether the runs before it all succeeded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import dagster as dg

from pipelines.core.paths import Workspace
from pipelines.flow import open_installation, pending_release, release_state
from pipelines.flow.registers import unsummed
from pipelines.orchestration.keys import RELEASE_JOB
from pipelines.orchestration.texts import constant, line
from pipelines.publish import latest_number, pending_candidates

_UNDER_WAY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def release_sensor(
    workspace: Workspace, release_job: dg.UnresolvedAssetJobDefinition, process_jobs: Sequence[str]
) -> dg.SensorDefinition:
    """A sensor that requests one run of the release job after the runs of ``process_jobs``."""

    @dg.sensor(
        name="release_when_ready",
        job=release_job,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=constant("orchestration-release-sensor"),
    )
    def release_when_ready(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        running = _names(context.instance, [*process_jobs, RELEASE_JOB])
        if running:
            return dg.SkipReason(line("orchestration-release-waiting", runs=", ".join(running)))
        state = _pending_state(workspace)
        if state is None:
            return dg.SkipReason(line("orchestration-release-nothing"))
        return dg.RunRequest(run_key=_run_key(state, _last_run(context.instance, process_jobs)))

    return release_when_ready


def _pending_state(workspace: Workspace) -> str | None:
    """What a release would be made of: the registry, the current snapshot, the candidates, and what the registers are
    made of after it without having candidates; ``None`` for nothing."""
    with open_installation(workspace) as installation:
        rows = unsummed(installation)
        if not rows and not pending_release(installation):
            return None
        found = pending_candidates(workspace)
        candidates = [f"{dataset_id} {segment.period} {segment.digest}" for dataset_id, segment in found]
        state = release_state(installation, installation.reviews)
        return "\n".join([state, str(latest_number(installation.store)), *candidates, *rows])


def _names(instance: dg.DagsterInstance, jobs: Sequence[str]) -> list[str]:
    return [
        name
        for name in jobs
        if instance.get_run_records(dg.RunsFilter(job_name=name, statuses=_UNDER_WAY), limit=1)
    ]  # fmt: skip


def _run_key(state: str, last_run: str) -> str:
    """The same for the same state: a release that fails, or leaves candidates waiting, is not repeated every tick."""
    digest = hashlib.sha256(f"{last_run}\n{state}".encode()).hexdigest()
    return f"release:{digest[:32]}"


def _last_run(instance: dg.DagsterInstance, jobs: Sequence[str]) -> str:
    records = [
        record for name in jobs for record in instance.get_run_records(dg.RunsFilter(job_name=name), limit=1)
    ]  # fmt: skip
    newest = max(records, key=lambda record: record.storage_id, default=None)
    return newest.dagster_run.run_id if newest is not None else "none"
