"""Catalogs to be harvested in tests: their descriptors, their documents, and what becomes of them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from apiserving import Site, site_of
from describing import update
from flowing import Command
from publicising import publicise, refresh
from publishing import add_candidate, index_now, named, registry, release_now, tree, workspace_with_registry

from pipelines.catalog.downloads import refresh_downloads
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore

BASE = "https://neighbour.example/"


def describe_harvest(workspace: Workspace, name: str = "neighbour", **keys: Any) -> None:
    """Write the descriptor of a catalog, and let its host, 127.0.0.1, be reached."""
    said = {
        "title": {"zh": "邻市目录", "en": "Neighbour's catalog"}, "publisher": {"zh": "邻市", "en": "Neighbour"},
        "kind": "dcat", **keys,
    }  # fmt: skip
    path = workspace.schema / "harvest" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    host = said["url"].split("/")[2]
    catalog = workspace.schema / "catalog.yaml"
    known = yaml.safe_load(catalog.read_text(encoding="utf-8")).get("fetch_hosts", [])
    update(catalog, fetch_hosts=sorted({*known, host}), fetch_private_hosts=["127.0.0.1"])


def dataset(identifier: str = "trees", **keys: Any) -> dict[str, Any]:
    """A dataset of DCAT-US."""
    return {"@type": "dcat:Dataset", "identifier": identifier, "title": f"Title of {identifier}", **keys}


def data_json(*datasets: Any, **keys: Any) -> bytes:
    """A document of DCAT-US."""
    return json.dumps({"@type": "dcat:Catalog", **keys, "dataset": list(datasets)}).encode()


@contextlib.contextmanager
def neighbour(folder: Path) -> Iterator[tuple[Workspace, Site]]:
    """A city like this one with trees and benches, which serves what it has released under its own address."""
    workspace = workspace_with_registry(folder, benches=named("benches"))
    add_candidate(workspace, [tree(1), tree(2, "pine")])
    add_candidate(workspace, [tree(3)], dataset="benches")
    release_now(workspace, registry(workspace))
    index_now(workspace)
    with site_of(workspace.catalog) as site:
        publicise(workspace, base_url=f"{site.url}/")
        make_public(workspace)
        yield workspace, site


def make_public(workspace: Workspace) -> None:
    """Make the files and documents of the newest release."""
    refresh_downloads(FolderStore(workspace.catalog), workspace.work)
    refresh(workspace)


def harvested(gongkai: Command, *sources: str) -> dict[str, Any]:
    """What ``gongkai harvest`` tells, by catalog."""
    return {row["source"]: row for row in gongkai.json("harvest", *sources)["sources"]}


def failure(gongkai: Command, hidden: str = "hush") -> str:
    """Harvest the one catalog, which fails; the identifier of its message. ``hidden`` is told nowhere."""
    result = gongkai("harvest", "--json")
    assert result.exit_code == 1 and hidden not in result.stdout + result.stderr
    (row,) = json.loads(result.stdout)["sources"]
    assert row["outcome"] == "failed" and row["remedy"]["zh"] != row["remedy"]["en"]
    return str(row["message"]["id"])
