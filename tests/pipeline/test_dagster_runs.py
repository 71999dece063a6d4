"""From a file in the inbox to a release, by the sensors and jobs that Dagster runs."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster_installation import BAD_ROW, GOOD, DagsterInstallation, checks, materialised, opened
from support import tree_descriptor, tree_schema, write_registry

from pipelines.orchestration.maintenance import purge_runs
from pipelines.orchestration.notifications import notifications_folder

DELIVERIES, PUBLISHED = "parks/tree_inventory/deliveries", "parks/tree_inventory"


@pytest.fixture
def dagster_installation(tmp_path: Path) -> Iterator[DagsterInstallation]:
    with opened(tmp_path) as installation:
        yield installation


def test_a_delivery_is_requested_processed_and_released(dagster_installation: DagsterInstallation) -> None:
    dagster_installation.deliver(GOOD)
    (request,) = dagster_installation.tick("inbox").run_requests
    run = dagster_installation.run_requested(request)
    assert run.success
    assert materialised(run) == {DELIVERIES, PUBLISHED}
    assert all(evaluation.passed and evaluation.partition == "2025" for evaluation in checks(run).values())
    assert not dagster_installation.tick("inbox").run_requests

    (request,) = dagster_installation.tick("release_when_ready").run_requests
    release = dagster_installation.run("release")
    assert release.success
    assert materialised(release) == {"catalog/release", "catalog/index"}
    catalog = dagster_installation.workspace.catalog
    told = release.asset_materializations_for_node("catalog_index")[0].metadata
    assert told["dagster/uri"].value == f"{catalog.as_uri()}/catalog.duckdb" and (catalog / "catalog.duckdb").is_file()
    assert told["portal"].value == f"{catalog.as_uri()}/index.html" and (catalog / "index.html").is_file()
    assert not dagster_installation.tick("release_when_ready").run_requests


def test_without_a_change_only_checks_are_told_and_a_release_still_runs(
    dagster_installation: DagsterInstallation,
) -> None:
    dagster_installation.deliver(GOOD)
    dagster_installation.run("process_yearly", partition_key="2025")
    again = dagster_installation.run("process_yearly", partition_key="2025")
    assert again.success
    assert materialised(again) == set()
    assert len(checks(again)) == 4
    empty = dagster_installation.run("process_yearly", partition_key="2024")
    assert empty.success
    assert materialised(empty) == set()
    assert materialised(dagster_installation.run("release")) == {"catalog/release", "catalog/index"}


def test_bad_rows_warn_and_a_bad_file_fails_its_check_but_not_the_run(
    dagster_installation: DagsterInstallation,
) -> None:
    dagster_installation.deliver([*GOOD, BAD_ROW])
    partly = dagster_installation.run("process_yearly", partition_key="2025")
    assert partly.success
    assert checks(partly)["table_schema"].severity is dg.AssetCheckSeverity.WARN
    findings = checks(partly)["table_schema"].metadata["findings"]
    assert isinstance(findings, dg.TableMetadataValue)
    (record,) = findings.records
    assert (record.data["field"], record.data["row"]) == ("height", 11)
    assert PUBLISHED in materialised(partly)

    dagster_installation.deliver([BAD_ROW])
    rejected = dagster_installation.run("process_yearly", partition_key="2025")
    assert rejected.success
    assert checks(rejected)["table_schema"].severity is dg.AssetCheckSeverity.ERROR
    assert not checks(rejected)["table_schema"].passed
    assert materialised(rejected) == {DELIVERIES}
    assert "13800000000" not in repr(checks(rejected))


def test_a_change_is_requested_once_and_only_when_files_are_still(dagster_installation: DagsterInstallation) -> None:
    dagster_installation.deliver(GOOD, mtime=time.time() + 60)
    assert not dagster_installation.tick("inbox").run_requests
    dagster_installation.deliver(GOOD)
    (first,) = dagster_installation.tick("inbox").run_requests
    assert not dagster_installation.tick("inbox").run_requests
    dagster_installation.deliver(GOOD[:-1])
    (second,) = dagster_installation.tick("inbox").run_requests
    assert first.run_key != second.run_key


def test_datasets_newer_than_the_definitions_wait(dagster_installation: DagsterInstallation) -> None:
    repository = dagster_installation.definitions.get_repository_def()
    newer = ({**tree_descriptor(), "id": "newer"}, tree_schema())
    write_registry(dagster_installation.workspace.schema, newer=newer)
    path = dagster_installation.deliver(GOOD)
    folder = dagster_installation.workspace.inbox / "parks_office" / "newer" / "2025"
    folder.mkdir(parents=True)
    path.rename(folder / path.name)
    context = dg.build_sensor_context(instance=dagster_installation.instance, repository_def=repository)
    assert not repository.get_sensor_def("inbox").evaluate_tick(context).run_requests
    assert len(dagster_installation.tick("inbox").run_requests) == 1


def test_the_schedule_requests_what_is_left(dagster_installation: DagsterInstallation) -> None:
    dagster_installation.deliver(GOOD)
    dagster_installation.tick("inbox")
    repository = dagster_installation.definitions.get_repository_def()
    context = dg.build_schedule_context(
        instance=dagster_installation.instance,
        repository_def=repository,
        scheduled_execution_time=dt.datetime(2026, 4, 1, 17, 30, tzinfo=dt.UTC),
    )
    schedule = repository.get_schedule_def("process_yearly_nightly")
    (request,) = schedule.evaluate_tick(context).run_requests or ()
    assert dagster_installation.run_requested(request).success
    assert not schedule.evaluate_tick(context).run_requests


def test_failed_checks_and_failed_runs_are_notified_once(dagster_installation: DagsterInstallation) -> None:
    dagster_installation.deliver([*GOOD, BAD_ROW])
    run = dagster_installation.run("process_yearly", partition_key="2025")
    dagster_installation.tick("failed_checks")
    dagster_installation.tick("failed_checks")
    (record,) = records(dagster_installation)
    assert (record["kind"], record["check"], record["partition"]) == ("check_failed", "table_schema", "2025")
    assert record["run"] == run.run_id
    assert record["counts"]["errors"] == 1

    descriptor = dagster_installation.workspace.schema / "catalog.yaml"
    definitions = dagster_installation.definitions
    descriptor.write_text("id: [", encoding="utf-8")
    failed = definitions.resolve_job_def("process_yearly").execute_in_process(
        instance=dagster_installation.instance, partition_key="2025", raise_on_error=False
    )
    assert not failed.success
    context = dg.build_run_status_sensor_context(
        sensor_name="run_failures",
        dagster_event=failed.get_run_failure_event(),
        dagster_instance=dagster_installation.instance,
        dagster_run=failed.dagster_run,
    ).for_run_failure()
    definitions.get_repository_def().get_sensor_def("run_failures")(context)
    newest = records(dagster_installation)[-1]
    assert (newest["kind"], newest["job"]) == ("run_failed", "process_yearly")


def records(installation: DagsterInstallation) -> list[dict[str, Any]]:
    files = sorted(notifications_folder(installation.workspace).iterdir())
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def test_old_runs_are_purged_but_not_those_that_tell_the_latest_state(
    dagster_installation: DagsterInstallation,
) -> None:
    dagster_installation.deliver(GOOD)
    tells = dagster_installation.run("process_yearly", partition_key="2025")
    idle = dagster_installation.run("process_yearly", partition_key="2025")
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    assert purge_runs(dagster_installation.instance, tomorrow - dt.timedelta(days=2)) == 0
    assert purge_runs(dagster_installation.instance, tomorrow) == 1
    assert dagster_installation.instance.get_run_by_id(tells.run_id) is not None
    assert dagster_installation.instance.get_run_by_id(idle.run_id) is None
    left = (dagster_installation.workspace.dagster_home / "storage").rglob(f"{idle.run_id}*")
    assert list(left) == []


def test_maintenance_fails_when_the_store_is_damaged(dagster_installation: DagsterInstallation) -> None:
    dagster_installation.deliver(GOOD)
    dagster_installation.run("process_yearly", partition_key="2025")
    dagster_installation.run("release")
    assert dagster_installation.run("maintenance").success
    (segment,) = (dagster_installation.workspace.catalog / "objects").rglob("*.parquet")
    segment.chmod(0o644)
    segment.write_bytes(b"altered")
    assert not dagster_installation.run("maintenance").success
