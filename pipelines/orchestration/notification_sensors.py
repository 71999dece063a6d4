"""Sensors that notify: of runs that failed, and of checks that failed (a failed check does not fail its run)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping

import dagster as dg

from pipelines.core.messages import Message
from pipelines.core.paths import Workspace
from pipelines.orchestration.notifications import Notification, append
from pipelines.orchestration.texts import constant, line

#: Runs of each ending that one tick looks at.
_TICK_RUNS = 50
_EVALUATION = dg.DagsterEventType.ASSET_CHECK_EVALUATION
_ENDED = (
    dg.DagsterEventType.RUN_SUCCESS,
    dg.DagsterEventType.RUN_FAILURE,
    dg.DagsterEventType.RUN_CANCELED,
)


def failure_sensor(workspace: Workspace) -> dg.SensorDefinition:
    """A run-failure sensor: one record per failed run."""

    @dg.run_failure_sensor(
        name="run_failures",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=constant("orchestration-failure-sensor"),
    )
    def run_failures(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        # Steps by name only: an exception's text may quote what was delivered.
        steps = sorted({event.step_key for event in context.get_step_failure_events() if event.step_key})
        append(
            workspace,
            [
                Notification(
                    id=run.run_id,
                    kind="run_failed",
                    moment=_run_end(context.instance, run.run_id),
                    message=Message("orchestration-run-failed", {"job": run.job_name, "steps": len(steps)}),
                    details={"run": run.run_id, "job": run.job_name, "steps": steps, "tags": _own_tags(run.tags)},
                )
            ],
        )

    return run_failures


def _run_end(instance: dg.DagsterInstance, run_id: str) -> dt.datetime:
    record = instance.get_run_record_by_id(run_id)
    if record is None:
        return dt.datetime.fromtimestamp(0, dt.UTC)
    return dt.datetime.fromtimestamp(record.end_time or record.update_timestamp.timestamp(), dt.UTC)


def _own_tags(tags: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in tags.items() if key.startswith("gongkai/") or key == "dagster/partition"}


def check_sensor(workspace: Workspace) -> dg.SensorDefinition:
    """A sensor over check evaluations since its cursor: one record per check that failed."""

    @dg.sensor(
        name="failed_checks",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=constant("orchestration-check-sensor"),
    )
    def failed_checks(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        cursor: dict[str, str] = json.loads(context.cursor) if context.cursor else {}
        found = list(_evaluations(context.instance, cursor))
        told = append(workspace, (_notification(*entry) for entry in found if not entry[1].passed))
        reason = line("orchestration-checks-seen", seen=len(found), told=told)
        return dg.SensorResult(skip_reason=reason, cursor=json.dumps(cursor, sort_keys=True))

    return failed_checks


def _evaluations(
    instance: dg.DagsterInstance, cursor: dict[str, str]
) -> Iterator[tuple[dg.EventLogEntry, dg.AssetCheckEvaluation]]:
    """Evaluations of runs that have ended; ``cursor`` is moved on past them."""
    for event_type in _ENDED:
        ended = instance.fetch_run_status_changes(
            event_type, limit=_TICK_RUNS, cursor=cursor.get(event_type.value), ascending=True
        )
        cursor[event_type.value] = ended.cursor
        for record in ended.records:
            yield from _told_by(instance.all_logs(record.run_id, of_type=_EVALUATION))


def _told_by(
    entries: Iterable[dg.EventLogEntry],
) -> Iterator[tuple[dg.EventLogEntry, dg.AssetCheckEvaluation]]:
    for entry in entries:
        if entry.dagster_event is not None:
            yield entry, entry.dagster_event.asset_check_evaluation_data


def _notification(entry: dg.EventLogEntry, evaluation: dg.AssetCheckEvaluation) -> Notification:
    asset = "/".join(evaluation.asset_key.path)
    partition = evaluation.partition or ""
    counts = {
        name: value.value
        for name, value in evaluation.metadata.items()
        if isinstance(value, dg.IntMetadataValue)
    }  # fmt: skip
    return Notification(
        id=f"{entry.run_id}:{asset}:{partition}:{evaluation.check_name}:{entry.timestamp}",
        kind="check_failed",
        moment=dt.datetime.fromtimestamp(entry.timestamp, dt.UTC),
        message=Message(
            "orchestration-check-failed",
            {"asset": asset, "check": evaluation.check_name, "period": partition or "all"},
        ),
        details={
            "asset": asset,
            "check": evaluation.check_name,
            "partition": partition or None,
            "severity": evaluation.severity.value,
            "run": entry.run_id or None,
            "counts": counts,
        },
    )
