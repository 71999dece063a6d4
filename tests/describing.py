"""Describing sources in tests, and what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from flowing import Command

from pipelines.core.paths import Workspace


def describe_sources(workspace: Workspace, sources: Sequence[dict[str, Any]], hosts: Sequence[str] = (),
                     private: Sequence[str] = ("127.0.0.1",)) -> None:  # fmt: skip
    """Write the sources of ``tree_inventory``, and the lists of catalog.yaml."""
    update(workspace.schema / "catalog.yaml", fetch_hosts=list(hosts), fetch_private_hosts=list(private))
    defaults = {"name": "trees", "organisation": "parks_office", "file": "trees.csv", "period": "2025"}
    update(dataset_file(workspace), sources=[{**defaults, **source} for source in sources])


def update(path: Path, **keys: Any) -> None:
    """Change keys of a descriptor; ``None`` takes one out."""
    document = {**yaml.safe_load(path.read_text(encoding="utf-8")), **keys}
    kept = {key: value for key, value in document.items() if value is not None}
    path.write_text(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False), encoding="utf-8")


def dataset_file(workspace: Workspace, dataset: str = "tree_inventory") -> Path:
    """A dataset's descriptor."""
    return workspace.schema / "datasets" / "parks" / dataset / "dataset.yaml"


def inbox_file(workspace: Workspace) -> Path:
    """Where the source's file comes to lie."""
    return workspace.inbox / "parks_office" / "tree_inventory" / "2025" / "trees.csv"


def failure(gongkai: Command, *arguments: str, hidden: str = "hush") -> str:
    """Fetch the one source, which fails; the identifier of its message. ``hidden`` is told nowhere."""
    result = gongkai("fetch", "--json", *arguments)
    assert result.exit_code == 1 and hidden not in result.stdout + result.stderr
    (row,) = json.loads(result.stdout)["sources"]
    assert row["outcome"] == "failed" and row["remedy"]["zh"] != row["remedy"]["en"]
    return str(row["message"]["id"])


def outcomes(gongkai: Command, *arguments: str) -> dict[str, str]:
    return {row["source"]: row["outcome"] for row in gongkai.json("fetch", *arguments)["sources"]}


def problems(gongkai: Command) -> list[str]:
    """What ``gongkai check`` tells, by the identifiers of its messages."""
    return [problem["message"]["id"] for problem in json.loads(gongkai("check", "--json").stdout)["problems"]]
