"""Deadlines in Dagster: the check, the sensor that asks for it, and escalation by its run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster_installation import GOOD, DagsterInstallation, checks, opened
from dated import YEARLY, at, describe_deadlines
from serving import sends, serving

from pipelines.flow import open_installation
from pipelines.flow.deadlines import obligations
from pipelines.orchestration.deadlines import deadline_check, evaluate
from pipelines.orchestration.keys import CHECKS, DEADLINE_CHECK


@pytest.fixture
def dated(tmp_path: Path) -> Iterator[DagsterInstallation]:
    with opened(tmp_path) as installation:
        describe_deadlines(installation.workspace.schema, YEARLY)
        yield installation


def test_the_job_makes_the_check_and_processing_does_not(dated: DagsterInstallation) -> None:
    assert set(dated.definitions.get_repository_def().job_names) >= {"deadlines", "process_yearly"}
    processing = dated.definitions.resolve_job_def("process_yearly")
    assert {key.name for key in processing.asset_layer.asset_graph.asset_check_keys} == {
        check.value for check in CHECKS
    }
    # Years after 2025 are over whenever this runs, and nothing of them is published.
    result = dated.run("deadlines")
    assert result.success
    (evaluation,) = result.get_asset_check_evaluations()
    assert (evaluation.check_name, evaluation.passed) == (DEADLINE_CHECK, False)
    assert evaluation.severity is dg.AssetCheckSeverity.WARN
    assert int(str(evaluation.metadata["overdue"].value)) >= 2


def test_one_asset_can_be_made_with_its_checks_in_the_ui(dated: DagsterInstallation) -> None:
    # The implicit job of all assets, as the UI uses it: it tells nobody anything.
    describe_deadlines(dated.workspace.schema, YEARLY, webhook={"url": "https://hooks.example/"})
    dated.deliver(GOOD)
    keys = [dg.AssetKey(["parks", "tree_inventory"]), dg.AssetKey(["parks", "tree_inventory", "deliveries"])]
    result = dated.run("__ASSET_JOB", partition_key="2025", asset_selection=keys)
    assert result.success
    assert DEADLINE_CHECK in checks(result)
    assert not dated.workspace.escalations.exists()


def test_the_sensor_asks_when_something_changed_and_once_a_day(dated: DagsterInstallation) -> None:
    with open_installation(dated.workspace) as inst:
        first = evaluate(inst, None, at("2026-01-29T09:00:00"))
        assert len(first.run_requests or []) == 1
        again = evaluate(inst, first.cursor, at("2026-01-29T15:00:00"))
        assert again.run_requests == [] and again.skip_reason is not None
        over = evaluate(inst, again.cursor, at("2026-01-30T00:01:00"))
        assert len(over.run_requests or []) == 1
        assert evaluate(inst, over.cursor, at("2026-01-30T23:59:00").astimezone(dt.UTC)).run_requests == []
        assert len(evaluate(inst, over.cursor, at("2026-01-31T00:00:00")).run_requests or []) == 1


def test_the_run_tells_and_the_sensor_asks_again_each_hour_until_it_could(dated: DagsterInstallation) -> None:
    with serving() as server:
        server.answers["/overdue"] = sends(b"", 500)
        describe_deadlines(dated.workspace.schema, YEARLY, hosts=[server.host], private_hosts=["127.0.0.1"],
                           webhook={"url": server.url("/overdue")})  # fmt: skip
        failed = dated.run("deadlines")
        assert not failed.success
        assert [evaluation.passed for evaluation in failed.get_asset_check_evaluations()] == [False]
        now = dt.datetime.now(dt.UTC)
        with open_installation(dated.workspace) as inst:
            seen = evaluate(inst, None, now)
            later = evaluate(inst, seen.cursor, now + dt.timedelta(hours=1))
            assert later.run_requests and later.run_requests[0].run_key != (seen.run_requests or [])[0].run_key
        server.answers["/overdue"] = sends(b"", 200)
        assert dated.run("deadlines").success
        assert len(server.sent) == 2 and server.sent[0] == server.sent[1]


def test_the_check_shows_the_longest_overdue(dated: DagsterInstallation) -> None:
    moment = at("2026-02-18T09:00:00")
    with open_installation(dated.workspace) as inst:
        found = list(obligations(inst, moment, open_only=True))
        result = deadline_check(inst.catalog.datasets["tree_inventory"], found, moment)
        assert result.asset_key == dg.AssetKey(["parks", "tree_inventory"]) and not result.passed
        table = result.metadata["obligations"]
        assert isinstance(table, dg.TableMetadataValue)
        assert [record.data["days_overdue"] for record in table.records] == [20, 20]
        assert "逾期 2 项" in str(result.description) and "2 overdue" in str(result.description)
        assert deadline_check(inst.catalog.datasets["tree_inventory"], [], moment).passed
