"""The definitions: of the shipped registry, cached, and served over GraphQL."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster_installation import GOOD, DagsterInstallation, opened

from pipelines.core.paths import Workspace
from pipelines.flow import Work, open_installation, process
from pipelines.orchestration import definitions_for, report_run
from pipelines.orchestration.keys import CHECKS, by_class, job_name
from pipelines.registry import load_catalog

SHIPPED = Path(__file__).resolve().parents[2] / "catalog_schema"
_QUERY = """{
  assetNodes { assetKey { path } groupName kinds opNames partitionDefinition { name fmt } description
    assetMaterializations(limit: 1) { partition }
    assetChecksOrError { ... on AssetChecks { checks { name blocking
      executionForLatestMaterialization { status } } } } }
  repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name }
    schedules { name cronSchedule } sensors { name } } } }
  runsOrError { ... on Runs { results { jobName status } } }
}"""


@pytest.fixture
def dagster_installation(tmp_path: Path) -> Iterator[DagsterInstallation]:
    with opened(tmp_path) as installation:
        yield installation


def test_the_shipped_registry_loads(tmp_path: Path) -> None:
    catalog = load_catalog(SHIPPED)
    definitions = definitions_for(Workspace.at(tmp_path, SHIPPED))
    dg.Definitions.validate_loadable(definitions)
    repository = definitions.get_repository_def()
    graph = repository.asset_graph
    assert len(graph.get_all_asset_keys()) == 2 * len(catalog.datasets) + 2
    dated = [dataset for dataset in catalog.datasets.values() if dataset.descriptor.deadlines]
    assert len(graph.asset_check_keys) == len(CHECKS) * len(catalog.datasets) + len(dated) + 3
    classes = by_class(tuple(catalog.datasets.values()))
    assert {job_name(kind) for kind in classes} | {"release", "maintenance", "deadlines"} <= set(repository.job_names)
    for dataset in catalog.datasets.values():
        spec = definitions.resolve_asset_graph().get(dg.AssetKey([dataset.theme, dataset.id]))
        assert spec.group_name == dataset.theme
        assert dataset.descriptor.title.zh in str(spec.description)
        assert dataset.descriptor.title.en in str(spec.description)


def test_definitions_are_built_again_only_after_a_change(dagster_installation: DagsterInstallation) -> None:
    first = dagster_installation.definitions
    assert dagster_installation.definitions is first
    descriptor = dagster_installation.workspace.schema / "catalog.yaml"
    os.utime(descriptor, (1, 1))
    assert dagster_installation.definitions is not first


def test_the_home_is_private_and_holds_everything(dagster_installation: DagsterInstallation) -> None:
    home = dagster_installation.workspace.dagster_home
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "dagster.yaml").is_file()
    databases = {path.relative_to(home).as_posix() for path in home.rglob("*.db")}
    assert databases == {"storage/history/runs.db", "storage/history/runs/index.db", "storage/schedules/schedules.db"}


def test_the_web_server_shows_assets_checks_schedules_and_sensors(dagster_installation: DagsterInstallation) -> None:
    dagster_installation.deliver(GOOD)
    assert dagster_installation.run("process_yearly", partition_key="2025").success
    dagster_installation.deliver(GOOD, period="2024")
    with open_installation(dagster_installation.workspace) as inst:
        report_run(inst.workspace, inst.catalog, [process(inst, Work("tree_inventory", "2024"))], None)
    answer = _asked(_QUERY)
    nodes = {"/".join(node["assetKey"]["path"]): node for node in answer["assetNodes"]}
    assert set(nodes) == {
        "catalog/release",
        "catalog/index",
        "parks/tree_inventory",
        "parks/tree_inventory/deliveries",
    }
    trees = nodes["parks/tree_inventory"]
    assert trees["groupName"] == "parks"
    assert set(trees["kinds"]) == {"parquet", "duckdb"}
    assert trees["assetMaterializations"] == [{"partition": "2024"}]
    found = trees["assetChecksOrError"]["checks"]
    assert {check["name"] for check in found} == {check.value for check in CHECKS}
    assert {check["executionForLatestMaterialization"]["status"] for check in found} == {"SUCCEEDED"}
    assert not any(check["blocking"] for check in found)
    assert {(run["jobName"], run["status"]) for run in answer["runsOrError"]["results"]} == {
        ("process_yearly", "SUCCESS"),
        ("terminal", "SUCCESS"),
    }
    (repository,) = answer["repositoriesOrError"]["nodes"]
    assert {job["name"] for job in repository["jobs"]} >= {"process_yearly", "release", "maintenance"}
    assert {entry["name"] for entry in repository["schedules"]} == {"process_yearly_nightly", "maintenance_weekly"}
    assert {entry["name"] for entry in repository["sensors"]} == {
        "inbox",
        "release_when_ready",
        "run_failures",
        "failed_checks",
    }


def _asked(query: str) -> Any:
    """The answer of a web server that is started for it, on this machine's loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "dagster_webserver", "-m", "pipelines.orchestration.definitions"]
    server = subprocess.Popen([*command, "-h", "127.0.0.1", "-p", str(port)], stderr=subprocess.DEVNULL)
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": query}).encode(),
        {"Content-Type": "application/json"},
    )
    pause = threading.Event()
    try:
        for _ in range(240):
            try:
                with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
                    answer = json.load(response)
                assert "errors" not in answer, answer["errors"]
                return answer["data"]
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None, "the web server has ended"
                pause.wait(0.25)
        raise AssertionError("the web server does not answer")
    finally:
        server.terminate()
        server.wait(timeout=30)
