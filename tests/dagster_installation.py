"""A small installation with Dagster's home, for tests: real files, real storage, real runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_databases import put_databases
from reviewing import approve_plans
from support import write_registry

from pipelines.core.paths import DATA_VARIABLE, SCHEMA_VARIABLE, Workspace
from pipelines.orchestration import definitions_for, prepare_home

#: What `prepare_home` sets; tests put it back.
VARIABLES = (
    "DAGSTER_HOME",
    "GONGKAI_DAGSTER_STORAGE",
    "GONGKAI_DAGSTER_ARTIFACTS",
    "GONGKAI_DAGSTER_LOGS",
    DATA_VARIABLE,
    SCHEMA_VARIABLE,
)
HEADER = "tree_id,species,district,height,planted,felled,keeper_phone,note\n"
GOOD = [f"T{number},ginkgo,999901,12.50,2020-03-01,,13800000000,\n" for number in range(9)]
BAD_ROW = "T99,ginkgo,999901,tall,2020-03-01,,13800000000,\n"
#: Before any clock that tests run by: such files are no longer being copied.
LONG_AGO = 1_700_000_000


@dataclass
class DagsterInstallation:
    """A workspace with the dataset ``tree_inventory``, its definitions, and Dagster's storage."""

    workspace: Workspace
    instance: dg.DagsterInstance
    cursors: dict[str, str | None] = field(default_factory=dict)

    @property
    def definitions(self) -> dg.Definitions:
        return definitions_for(self.workspace)

    def deliver(self, rows: Sequence[str], period: str = "2025", organisation: str = "parks_office",
                mtime: float = LONG_AGO) -> Path:  # fmt: skip
        """Put a CSV delivery into the inbox."""
        path = self.workspace.inbox / organisation / "tree_inventory" / period / "trees.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEADER + "".join(rows), encoding="utf-8")
        os.utime(path, (mtime, mtime))
        return path

    def tick(self, sensor: str) -> Any:
        """Evaluate a sensor as the daemon does, keeping its cursor."""
        repository = self.definitions.get_repository_def()
        context = dg.build_sensor_context(
            instance=self.instance, repository_def=repository, cursor=self.cursors.get(sensor)
        )
        result = repository.get_sensor_def(sensor).evaluate_tick(context)
        self.cursors[sensor] = result.cursor
        return result

    def run(self, job: str, **options: Any) -> dg.ExecuteInProcessResult:
        """Run a job in this process."""
        resolved = self.definitions.resolve_job_def(job)
        return resolved.execute_in_process(instance=self.instance, raise_on_error=False, **options)

    def run_requested(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        """Run what a sensor or schedule has requested."""
        return self.run(
            str(request.job_name),
            partition_key=request.partition_key,
            asset_selection=list(request.asset_selection) if request.asset_selection else None,
            tags=dict(request.tags),
        )


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[DagsterInstallation]:
    """An installation below ``folder``; the environment is as before afterwards."""
    before = {name: os.environ.get(name) for name in VARIABLES}
    workspace = Workspace.at(folder / "data", write_registry(folder / "schema"))
    approve_plans(workspace)
    put_databases(workspace)
    prepare_home(workspace)
    try:
        with dg.DagsterInstance.get() as instance:
            yield DagsterInstallation(workspace, instance)
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def checks(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    """Evaluations of a run by check name."""
    return {evaluation.check_name: evaluation for evaluation in result.get_asset_check_evaluations()}


def materialised(result: dg.ExecuteInProcessResult) -> set[str]:
    """Assets that a run has materialised."""
    events = result.get_asset_materialization_events()
    return {"/".join(event.asset_key.path) for event in events if event.asset_key is not None}
