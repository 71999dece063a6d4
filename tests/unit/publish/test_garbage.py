"""Files of the catalog that no snapshot refers to, and when they are old enough to be removed."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from publishing import NOW, add_candidate, file_of, publish, registry, release_now, tree, workspace_with_registry

from pipelines.core.errors import CorruptStore
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore, collect_garbage, object_path, withdraw

TREES = "tree_inventory"
WHY = {"zh": "录入有误", "en": "Entered by mistake"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_with_registry(tmp_path)


@pytest.fixture
def store(workspace: Workspace) -> FolderStore:
    return FolderStore(workspace.catalog)


def test_garbage_is_what_no_snapshot_refers_to(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    publish(workspace, tree(2))
    withdraw(store, TREES, ["1.0.0"], WHY, NOW)
    known = {entry.path for entry in store.entries("")}
    store.create(object_path("ab" * 32), b"left by a crash")
    store.create(object_path("cd" * 32), b"being written")
    for path in {*known, object_path("ab" * 32)}:
        os.utime(store.local(path), (1, 1))
    now = dt.datetime.now(dt.UTC)
    assert [entry.path for entry in collect_garbage(store, now, dry_run=True)] == [object_path("ab" * 32)]
    assert [entry.path for entry in collect_garbage(store, now)] == [object_path("ab" * 32)]
    assert {entry.path for entry in store.entries("")} == known | {object_path("cd" * 32)}
    collect_garbage(store, now + dt.timedelta(days=8))
    assert {entry.path for entry in store.entries("")} == known


def test_nothing_is_garbage_where_a_manifest_is_damaged(workspace: Workspace, store: FolderStore) -> None:
    manifest = publish(workspace, tree(1))
    store.create(object_path("ab" * 32), b"left by a crash")
    (target,) = (path for path in (workspace.catalog / "manifests").rglob("*.json") if path.stem == manifest.sha256)
    target.chmod(0o644)
    target.write_bytes(b"{}")
    with pytest.raises(CorruptStore):
        collect_garbage(store, dt.datetime.now(dt.UTC), dt.timedelta())
    assert store.size(object_path("ab" * 32)) is not None


def test_what_a_release_finds_in_the_store_is_young_from_then_on(workspace: Workspace, store: FolderStore) -> None:
    segment = add_candidate(workspace, [tree(1)])
    path = object_path(segment.digest)
    store.create(path, file_of(segment).read_bytes())
    os.utime(store.local(path), (1, 1))
    release_now(workspace, registry(workspace))
    assert (store.modified(path) or 0) > 1
