"""Catalogs with an address on the web in tests: their registry, releases, downloads and documents."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from describing import update
from publishing import NOW, add_candidate, named, registry, release_now, tree, workspace_with_registry
from shipped import REGISTRY

from pipelines.catalog.downloads import DownloadFile, VersionFiles
from pipelines.catalog.downloads.record import Made, record, recorded
from pipelines.catalog.metadata import MetadataRefresh, refresh_metadata
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore, Store

BASE = "https://data.testville.example/open/"
#: Why something is withdrawn.
REASON = {"zh": "误发", "en": "Sent by mistake"}
#: Something of each kind that is markup, code or an escape somewhere, and what XML 1.0 cannot hold.
HOSTILE = "</script><script>x</script> [a](javascript:alert(1)) \"'`{}<>|\\^ ]]> &amp; \u202e\u2066\x00\x07\x1b\ufffe é"


def publicise(workspace: Workspace, **keys: Any) -> Workspace:
    """Give a workspace's catalog an address, whatever else catalogs can say, and the rules of documents."""
    said = {
        "base_url": BASE, "contact_name": {"zh": "数据服务", "en": "Data service"},
        "rights": {"zh": "可自由使用", "en": "Free to use"},
        "spatial": {
            "uri": f"{BASE}places/testville", "title": {"zh": "测试市", "en": "Testville"}, "bbox": [1, 2, 3, 4],
        },
        **keys,
    }  # fmt: skip
    update(workspace.schema / "catalog.yaml", **said)
    shutil.copytree(REGISTRY / "metadata", workspace.schema / "metadata", dirs_exist_ok=True)
    return workspace


def two_datasets(folder: Path) -> Workspace:
    """A released catalog: trees of two years in two versions, the second a correction, and benches."""
    workspace = publicise(workspace_with_registry(folder, benches=named("benches")))
    for period in ("2024", "2025"):
        add_candidate(workspace, [tree(1)], period=period)
    add_candidate(workspace, [tree(2)], dataset="benches")
    release_now(workspace, registry(workspace))
    add_candidate(workspace, [tree(1, height="4.00")], period="2025", sequence=2)
    release_now(workspace, registry(workspace), NOW.replace(day=2))
    return workspace


def refresh(workspace: Workspace, store: Store | None = None) -> MetadataRefresh:
    """Bring the metadata of a workspace up to date."""
    place = store or FolderStore(workspace.catalog)
    return refresh_metadata(place, registry(workspace), workspace.schema, workspace.metadata, workspace.work)


def documents(workspace: Workspace) -> dict[str, bytes]:
    """All metadata of a workspace's catalog, by path."""
    store = FolderStore(workspace.catalog)
    paths = [entry.path for entry in store.entries("metadata")] + ["sitemap.xml", "robots.txt"]
    return {path: store.read(path) for path in sorted(paths)}


def download(workspace: Workspace, version: str, dataset: str = "tree_inventory") -> None:
    """Put files for download into the catalog, as they are made of a version."""
    store, listed = FolderStore(workspace.catalog), []
    for ending, media_type in (
        ("csv", "text/csv; charset=utf-8"),
        ("parquet", "application/vnd.apache.parquet"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("zip", "application/zip"),
        ("md", "text/markdown"),
    ):
        name, content = f"{dataset}-{version}.{ending}", f"{ending} of {version}".encode()
        store.replace(f"downloads/{dataset}/{version}/{name}", content)
        listed.append(DownloadFile(name, media_type, len(content), hashlib.sha256(content).hexdigest(), 2))
    made = VersionFiles(dataset, version, "0" * 64, 2, tuple(listed), {})
    store.replace(f"downloads/{dataset}/{version}/files.json", made.content())
    record(store, {**(recorded(store) or {}), dataset: Made.of(made)})
