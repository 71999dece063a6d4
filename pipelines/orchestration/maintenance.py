"""The maintenance job: Dagster never prunes its event log, so old runs are removed here; and the store is verified.

Ticks are pruned by Dagster itself (``retention`` in ``dagster.yaml``).
"""

# No postponed annotations here: Dagster looks at the type of an op's context itself.
import datetime as dt
import os
from pathlib import Path

import dagster as dg

from pipelines.core.paths import Workspace
from pipelines.flow import verify_installed
from pipelines.orchestration.keys import MAINTENANCE_JOB
from pipelines.orchestration.texts import both, constant

#: How long runs are kept, unless the maintenance run is started with another ``retention_days``.
RETENTION_DAYS = 180
#: Runs removed by one maintenance run, so that it ends.
_PURGE_LIMIT = 1000
_SHOWN_PROBLEMS = 50
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def purge_runs(instance: dg.DagsterInstance, before: dt.datetime) -> int:
    """Remove runs created before a time, with their events and logs; give how many.

    A run that still tells the latest state of an asset or partition is kept: without it the
    UI would show the asset as never materialised.
    """
    records = instance.get_run_records(
        dg.RunsFilter(statuses=_ENDED, created_before=before), limit=_PURGE_LIMIT, ascending=True
    )
    removed = 0
    for record in records:
        run_id = record.dagster_run.run_id
        if _tells_latest_state(instance, run_id):
            continue
        instance.delete_run(run_id)
        instance.compute_log_manager.delete_logs(prefix=[run_id])
        _remove_shard(run_id)
        removed += 1
    return removed


def _tells_latest_state(instance: dg.DagsterInstance, run_id: str) -> bool:
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
        materialization = entry.asset_materialization
        if materialization is None:
            continue
        partition = materialization.partition
        newest = instance.fetch_materializations(
            dg.AssetRecordsFilter(
                asset_key=materialization.asset_key, asset_partitions=None if partition is None else [partition]
            ),
            limit=1,
        ).records
        if newest and newest[0].run_id == run_id:
            return True
    return False


def _remove_shard(run_id: str) -> None:
    """Dagster's SQLite storage keeps a file per run and leaves it behind, empty."""
    storage = os.environ.get("GONGKAI_DAGSTER_STORAGE")
    if storage:
        for suffix in (".db", ".db-wal", ".db-shm"):
            (Path(storage) / "history" / "runs" / f"{run_id}{suffix}").unlink(missing_ok=True)


def maintenance_job(workspace: Workspace) -> dg.JobDefinition:
    """The job: remove old runs, verify the store."""

    @dg.op(
        name="purge_old_runs",
        description=constant("orchestration-purge"),
        config_schema={"retention_days": dg.Field(int, default_value=RETENTION_DAYS)},
    )
    def purge_old_runs(context: dg.OpExecutionContext) -> None:
        before = dt.datetime.now(dt.UTC) - dt.timedelta(days=context.op_config["retention_days"])
        context.add_output_metadata({"removed_runs": purge_runs(context.instance, before)})

    @dg.op(name="verify_store", description=constant("orchestration-verify"))
    def verify_store(context: dg.OpExecutionContext) -> None:
        problems = verify_installed(workspace).problems
        if problems:
            texts = [problem.as_dict() for problem in problems[:_SHOWN_PROBLEMS]]
            raise dg.Failure(
                description=both("orchestration-store-problems", problems=len(problems)),
                metadata={"problems": dg.MetadataValue.json(texts)},
                allow_retries=False,
            )
        context.add_output_metadata({"problems": 0})

    @dg.job(name=MAINTENANCE_JOB, description=constant("orchestration-maintenance"))
    def maintenance() -> None:
        purge_old_runs()
        verify_store()

    return maintenance
