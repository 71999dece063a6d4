from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster_databases import put_databases
from flowing import Command, Deliver
from support import write_registry

from pipelines.core.paths import DATA_VARIABLE, SCHEMA_VARIABLE, Workspace
from pipelines.flow import Installation, open_installation


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with the dataset ``tree_inventory`` and an empty inbox."""
    monkeypatch.setenv("GONGKAI_SURROGATE_KEY", "ab" * 32)
    return Workspace.at(tmp_path / "data", write_registry(tmp_path / "schema"))


@pytest.fixture
def deliver(workspace: Workspace) -> Deliver:
    """Put a file into the inbox."""

    def put(content: str | bytes, organisation: str = "parks_office", period: str = "2025",
            dataset: str = "tree_inventory", name: str = "trees.csv") -> Path:  # fmt: skip
        path = workspace.inbox / organisation / dataset / period / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return put


@pytest.fixture
def inst(workspace: Workspace) -> Iterator[Installation]:
    with open_installation(workspace) as opened:
        yield opened


@pytest.fixture
def gongkai(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv(DATA_VARIABLE, str(workspace.data))
    monkeypatch.setenv(SCHEMA_VARIABLE, str(workspace.schema))
    monkeypatch.setenv("GONGKAI_LANG", "en")
    put_databases(workspace)
    return Command()
