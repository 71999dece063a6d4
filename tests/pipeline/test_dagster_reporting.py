"""Terminal runs are shown in Dagster as its own runs are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster_installation import BAD_ROW, GOOD, DagsterInstallation, materialised, opened

from pipelines.flow import Work, open_installation, process, refresh_index, release
from pipelines.orchestration import report_run

WORK = Work("tree_inventory", "2025")
PUBLISHED = dg.AssetKey(["parks", "tree_inventory"])


@pytest.fixture
def dagster_installation(tmp_path: Path) -> Iterator[DagsterInstallation]:
    with opened(tmp_path) as installation:
        yield installation


def terminal_run(installation: DagsterInstallation) -> None:
    with open_installation(installation.workspace) as opened:
        result = process(opened, WORK)
        released = release(opened)
        refresh_index(opened)
        report_run(installation.workspace, opened.catalog, [result], released)


def materializations(installation: DagsterInstallation, key: dg.AssetKey) -> list[dg.AssetMaterialization]:
    found = installation.instance.fetch_materializations(key, limit=10).records
    return [record.asset_materialization for record in found if record.asset_materialization is not None]


def test_a_terminal_run_is_shown_once(dagster_installation: DagsterInstallation) -> None:
    dagster_installation.deliver([*GOOD, BAD_ROW])
    terminal_run(dagster_installation)
    (materialization,) = materializations(dagster_installation, PUBLISHED)
    assert materialization.partition == "2025"
    assert materialization.metadata["dagster/partition_row_count"].value == len(GOOD)
    check = dg.AssetCheckKey(PUBLISHED, "table_schema")
    record = dagster_installation.instance.get_latest_asset_check_evaluation_record(check)
    assert record is not None
    assert record.event is not None
    assert len(materializations(dagster_installation, dg.AssetKey(["catalog", "release"]))) == 1

    terminal_run(dagster_installation)
    assert len(materializations(dagster_installation, PUBLISHED)) == 1


def test_checks_of_a_redelivery_take_the_place_of_the_first(dagster_installation: DagsterInstallation) -> None:
    check = dg.AssetCheckKey(PUBLISHED, "table_schema")
    for rows, passed in (([*GOOD, BAD_ROW], False), (GOOD, True)):
        dagster_installation.deliver(rows)
        terminal_run(dagster_installation)
        record = dagster_installation.instance.get_latest_asset_check_evaluation_record(check)
        assert record is not None
        assert record.event is not None
        assert record.event.asset_check_evaluation is not None
        assert record.event.asset_check_evaluation.passed is passed
    # The corrected row stays out of both, so what is published is the same; what was delivered is not.
    assert len(materializations(dagster_installation, PUBLISHED)) == 1
    assert len(materializations(dagster_installation, dg.AssetKey(["parks", "tree_inventory", "deliveries"]))) == 2


def test_failed_checks_of_terminal_runs_are_notified(dagster_installation: DagsterInstallation) -> None:
    dagster_installation.deliver([*GOOD, BAD_ROW])
    terminal_run(dagster_installation)
    dagster_installation.tick("failed_checks")
    assert list((dagster_installation.workspace.private / "notifications").iterdir())


def test_dagster_tells_what_a_terminal_run_did_not_report(dagster_installation: DagsterInstallation) -> None:
    dagster_installation.deliver(GOOD)
    with open_installation(dagster_installation.workspace) as opened:
        process(opened, WORK)
    run = dagster_installation.run("process_yearly", partition_key="2025")
    assert materialised(run) == {"parks/tree_inventory", "parks/tree_inventory/deliveries"}
