"""What Dagster costs: loading the definitions, and running small datasets. Prints a Markdown table.

Run from the project's root: ``python benchmarks/orchestration/run.py [datasets ...]`` (default 10 100 1000).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import dagster as dg

from benchmarks.orchestration import synthetic
from benchmarks.process import Timer
from pipelines.core.paths import DATA_VARIABLE, SCHEMA_VARIABLE, Workspace
from pipelines.flow import Work, open_installation, process
from pipelines.orchestration import definitions_for, prepare_home
from pipelines.orchestration.batches import BATCH_SIZE, batches, run_request
from pipelines.registry import load_catalog

PROJECT = Path(__file__).resolve().parents[2]
#: A fresh process does what a code server does: import, build, resolve, and write the snapshot for the web server.
_LOAD = """
import json, time
begun = time.process_time()
import dagster
imported = time.process_time()
from pipelines.orchestration.definitions import defs
built = time.process_time()
from dagster._core.remote_representation.external_data import RepositorySnap
size = len(dagster.serialize_value(RepositorySnap.from_def(defs.get_repository_def())))
print(json.dumps([imported - begun, built - imported, time.process_time() - built, size]))
"""


def measure(datasets: int, folder: Path) -> list[str]:
    """One row of the table."""
    schema, data = folder / "schema", folder / "data"
    synthetic.write_registry(schema, datasets)
    workspace = Workspace.at(data, schema)
    imports, build, snapshot, size = _load(workspace)
    ran = min(datasets, BATCH_SIZE)
    synthetic.write_deliveries(data / "inbox", ran)
    first, again, in_release = _run(workspace, ran)
    plain = _plain(Workspace.at(folder / "plain", schema), ran)
    return [
        f"{datasets:,}",
        f"{imports + build + snapshot:.1f}",
        f"{imports:.1f}",
        f"{build:.1f}",
        f"{snapshot:.1f}",
        f"{size / 1e6:.1f}",
        f"{ran}",
        f"{1000 * first.wall / ran:.0f}",
        f"{1000 * first.cpu / ran:.0f}",
        f"{1000 * plain.cpu / ran:.0f}",
        f"{1000 * again.cpu / ran:.0f}",
        f"{in_release.wall:.1f}",
    ]


def _load(workspace: Workspace) -> list[float]:
    environment = {**os.environ, DATA_VARIABLE: str(workspace.data), SCHEMA_VARIABLE: str(workspace.schema)}
    command = [sys.executable, "-c", _LOAD]
    subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, check=True)  # warm the file cache
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, check=True, text=True)
    numbers: list[float] = json.loads(done.stdout.splitlines()[-1])
    return numbers


def _run(workspace: Workspace, count: int) -> tuple[Timer, Timer, Timer]:
    """Times of ``count`` datasets in one run, for the same again without a change, and for the release."""
    prepare_home(workspace)
    definitions = definitions_for(workspace)
    catalog = load_catalog(workspace.schema)
    works = [Work(synthetic.dataset_id(number), synthetic.PERIOD) for number in range(count)]
    (batch,) = batches(catalog, works)
    timers = []
    with dg.DagsterInstance.get() as instance:
        for _ in range(2):
            request = run_request(catalog, batch, run_key=uuid.uuid4().hex)
            job = definitions.resolve_job_def(str(request.job_name))
            with Timer() as timer:
                job.execute_in_process(
                    instance=instance, partition_key=request.partition_key, asset_selection=request.asset_selection
                )
            timers.append(timer)
        with Timer() as timer:
            definitions.resolve_job_def("release").execute_in_process(instance=instance)
    return timers[0], timers[1], timer


def _plain(workspace: Workspace, count: int) -> Timer:
    """Times of the same work without Dagster."""
    synthetic.write_deliveries(workspace.inbox, count)
    with open_installation(workspace) as installation, Timer() as timer:
        for number in range(count):
            process(installation, Work(synthetic.dataset_id(number), synthetic.PERIOD))
    return timer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="*", type=int, default=[10, 100, 1000])
    counts = parser.parse_args().datasets
    header = [
        "datasets",
        "load, CPU s",
        "import",
        "build",
        "snapshot",
        "snapshot MB",
        "in one run",
        "ms per dataset",
        "CPU ms",
        "of it the flow",
        "again, unchanged",
        "release and index, s",
    ]
    print("|", " | ".join(header), "|")
    print("|", " | ".join("---:" for _ in header), "|")
    for count in counts:
        folder = Path(tempfile.mkdtemp(prefix="gongkai-benchmark-"))
        try:
            print("|", " | ".join(measure(count, folder)), "|", flush=True)
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
