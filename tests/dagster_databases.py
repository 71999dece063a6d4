"""Dagster's databases, created once for many workspaces: that takes longer than what most tests do with them."""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

from alembic.config import Config
from alembic.script import ScriptDirectory
from support import write_registry

from pipelines.core.paths import Workspace
from pipelines.orchestration import prepare_home

_read: dict[str | None, ScriptDirectory] = {}
_from_config = ScriptDirectory.from_config


def _read_once(config: Config) -> ScriptDirectory:
    """Dagster reads the migrations of a database, a hundred modules, whenever it opens one; they stay the same."""
    location = config.get_main_option("script_location")
    if location not in _read:
        _read[location] = _from_config(config)
    return _read[location]


_replaced: Any = ScriptDirectory
_replaced.from_config = staticmethod(_read_once)


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
