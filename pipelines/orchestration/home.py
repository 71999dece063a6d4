"""Dagster's home: configuration, storage and the user interface of one workspace."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import dagster as dg

from pipelines.core.files import PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE, replace_file
from pipelines.core.paths import DATA_VARIABLE, SCHEMA_VARIABLE, Workspace

#: The project's instance configuration; every home gets a copy, because Dagster reads it only from there.
CONFIGURATION = Path(__file__).resolve().parents[2] / "dagster.yaml"

#: Variables that ``dagster.yaml`` reads, and the folder of the home that each names.
_FOLDERS = {
    "GONGKAI_DAGSTER_STORAGE": "storage",
    "GONGKAI_DAGSTER_ARTIFACTS": "artifacts",
    "GONGKAI_DAGSTER_LOGS": "logs",
}
#: Stands in the storage folder once all its databases have been created.
_COMPLETE = ".complete"


def prepare_home(workspace: Workspace) -> Path:
    """Make Dagster's home ready and point this process, and those it starts, at it.

    Sets ``DAGSTER_HOME``, the variables of ``dagster.yaml`` and those that name the workspace, and creates
    the storage: fresh SQLite files that several processes open at once race on their migrations.

    Returns:
        The home, ``data/private/dagster`` by default.
    """
    workspace.prepare()
    home = workspace.dagster_home
    configuration = CONFIGURATION.read_bytes()
    copy = home / CONFIGURATION.name
    if not copy.exists() or copy.read_bytes() != configuration:
        replace_file(copy, configuration, PRIVATE_FILE_MODE)
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ[DATA_VARIABLE] = str(workspace.data)
    os.environ[SCHEMA_VARIABLE] = str(workspace.schema)
    for variable, name in _FOLDERS.items():
        folder = home / name
        folder.mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
        os.environ[variable] = str(folder)
    with _exclusive(home):
        _create_storage(home / _FOLDERS["GONGKAI_DAGSTER_STORAGE"])
    return home


@contextlib.contextmanager
def _exclusive(home: Path) -> Iterator[None]:
    with (home / ".lock").open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _create_storage(storage: Path) -> None:
    """Create the databases, once. What a process that died half-way left cannot be migrated and is made anew."""
    complete = storage / _COMPLETE
    if complete.exists():
        return  # Opening an instance takes a quarter of a second: three databases' migrations are looked at.
    try:
        _touch_storage()
    except Exception:
        shutil.rmtree(storage)
        storage.mkdir(mode=PRIVATE_FOLDER_MODE)
        _touch_storage()
    replace_file(complete, b"", PRIVATE_FILE_MODE)


def _touch_storage() -> None:
    """Read once from each of the three databases, which creates them."""
    with dg.DagsterInstance.get() as instance:
        instance.get_run_records(limit=1)
        instance.get_asset_keys(limit=1)
        instance.all_instigator_state()


def run_ui(workspace: Workspace, port: int) -> NoReturn:
    """Become ``dagster dev`` for the workspace: web server, daemon with sensors and schedules, code server.

    It listens on 127.0.0.1 only: Dagster's web server knows no log-in.
    """
    prepare_home(workspace)
    arguments = ["-m", "dagster", "dev", "-m", "pipelines.orchestration.definitions", "-h", "127.0.0.1"]
    os.execv(sys.executable, [sys.executable, *arguments, "-p", str(port)])  # noqa: S606 - no text from outside in it
