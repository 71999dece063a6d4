"""Dagster's databases, created once for many workspaces: that takes longer than what most tests do with them."""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
from pathlib import Path
from unittest import mock

from support import write_registry

from pipelines.core.paths import Workspace
from pipelines.orchestration import prepare_home


def put_databases(workspace: Workspace) -> None:
    """Give a workspace the databases that its first run would create."""
    storage = workspace.dagster_home / "storage"
    shutil.copytree(Path(_made().name) / "data" / "private" / "dagster" / storage.name, storage, dirs_exist_ok=True)


@functools.cache
def _made() -> tempfile.TemporaryDirectory[str]:
    """Removed when the process ends."""
    made = tempfile.TemporaryDirectory(prefix="dagster-databases-")
    with mock.patch.dict(os.environ):  # ``prepare_home`` points this process at the home
        prepare_home(Workspace.at(Path(made.name) / "data", write_registry(Path(made.name) / "schema")))
    return made
