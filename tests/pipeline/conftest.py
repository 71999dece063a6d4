from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster_databases import put_databases
from flowing import Command, Deliver
from officers import Edit
from support import tree_descriptor, tree_schema, write_registry

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


@pytest.fixture
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Dagster is shown has tests of its own, and takes as long as half of the rest."""
    monkeypatch.setattr("pipelines.cli.running._tell_dagster", lambda *_: None)


@pytest.fixture
def officer(gongkai: Command, workspace: Workspace, untold: None) -> Command:
    """The command without anybody who approves plans by the way, and a second dataset that withholds nothing."""
    schema = tree_schema()
    schema["fields"] = [entry for entry in schema["fields"] if entry["disclosure"]["attribute"] == "active"]
    write_registry(workspace.schema, open_trees=({**tree_descriptor(), "id": "open_trees"}, schema))
    gongkai.approves = False
    return gongkai


@pytest.fixture
def edit(workspace: Workspace) -> Edit:
    """Change descriptors of ``tree_inventory``: keys of dataset.yaml, disclosure of fields."""

    def change(fields: dict[str, dict[str, Any]] | None = None, **keys: Any) -> None:
        folder = workspace.schema / "datasets" / "parks" / "tree_inventory"
        document = yaml.safe_load((folder / "dataset.yaml").read_text(encoding="utf-8"))
        document["disclosure"] |= keys
        (folder / "dataset.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
        for entry in schema["fields"]:
            entry["disclosure"] = (fields or {}).get(entry["name"], entry["disclosure"])
        (folder / "schema.json").write_text(json.dumps(schema, ensure_ascii=False), encoding="utf-8")

    return change
