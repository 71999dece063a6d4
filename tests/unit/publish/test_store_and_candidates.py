"""The public store's files and the private candidates."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from publishing import add_candidate, file_of, registry, release_now, tree, workspace_with_registry

from pipelines.core.errors import CorruptStore
from pipelines.core.paths import Workspace
from pipelines.publish import pending_candidates, remove_candidates, save_candidate
from pipelines.publish.store import check_object, manifest_path, object_path, put_manifest, put_object
from pipelines.publish.stores import FolderStore

CONTENT = b"segment"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.parquet"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "catalog")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_with_registry(tmp_path)


def test_objects_are_read_only_and_put_once(store: FolderStore, source: Path) -> None:
    assert put_object(store, source, SHA256, len(CONTENT))
    source.unlink()
    assert not put_object(store, source, SHA256, len(CONTENT))
    assert store.local(object_path(SHA256)).stat().st_mode & 0o777 == 0o444
    check_object(store, SHA256, len(CONTENT))
    assert store.sha256(object_path(SHA256)) == SHA256


def test_an_object_of_another_size_is_not_taken_for_it(store: FolderStore, source: Path) -> None:
    store.create(object_path(SHA256), b"half")
    with pytest.raises(CorruptStore):
        put_object(store, source, SHA256, len(CONTENT))


def test_putting_what_is_there_makes_it_young(store: FolderStore, source: Path) -> None:
    put_object(store, source, SHA256, len(CONTENT))
    manifest = manifest_path(put_manifest(store, b"{}\n"))
    for path in (object_path(SHA256), manifest):
        os.utime(store.local(path), (1, 1))
    put_object(store, source, SHA256, len(CONTENT))
    put_manifest(store, b"{}\n")
    assert {entry.path for entry in store.entries("") if entry.modified > 1} == {object_path(SHA256), manifest}


def test_candidates_are_listed_in_order_and_private(workspace: Workspace) -> None:
    assert pending_candidates(workspace) == ()
    later = add_candidate(workspace, [tree(2)], period="2026")
    earlier = add_candidate(workspace, [tree(1)])
    assert pending_candidates(workspace) == (("tree_inventory", earlier), ("tree_inventory", later))
    assert file_of(pending_candidates(workspace)[0][1]) == file_of(earlier)
    folder = workspace.candidates / "tree_inventory"
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "2025.json").stat().st_mode & 0o777 == 0o600


def test_a_newer_candidate_takes_the_place_and_is_not_removed_for_the_older(workspace: Workspace) -> None:
    older = add_candidate(workspace, [tree(1)])
    newer = add_candidate(workspace, [tree(1), tree(2)])
    assert not file_of(older).exists()
    remove_candidates(workspace, [("tree_inventory", older)])
    assert pending_candidates(workspace) == (("tree_inventory", newer),)
    remove_candidates(workspace, [("tree_inventory", newer)])
    remove_candidates(workspace, [("tree_inventory", newer)])
    assert not (workspace.candidates / "tree_inventory").exists()


def test_periods_with_equal_rows_share_bytes(workspace: Workspace) -> None:
    one = add_candidate(workspace, [tree(1)])
    two = add_candidate(workspace, [tree(1)], period="2026")
    assert one.digest == two.digest
    remove_candidates(workspace, [("tree_inventory", one)])
    ((_, left),) = pending_candidates(workspace)
    assert file_of(left).exists()


def test_candidates_of_one_file_that_were_saved_before_there_were_parts_are_released(workspace: Workspace) -> None:
    segment = add_candidate(workspace, [tree(1)])
    saved = workspace.candidates / "tree_inventory" / "2025.json"
    document = json.loads(saved.read_bytes())
    (part,) = document["segment"].pop("parts")
    document["segment"].update(part)
    saved.write_text(json.dumps(document))
    add_candidate(workspace, [tree(2)], period="2026")
    assert [found.digest for _, found in pending_candidates(workspace)][:1] == [segment.digest]
    assert len(release_now(workspace, registry(workspace)).versions[0].parts) == 2


def test_damaged_candidates_are_reported(workspace: Workspace) -> None:
    segment = add_candidate(workspace, [tree(1)])
    file_of(segment).unlink()
    with pytest.raises(CorruptStore):
        pending_candidates(workspace)
    lost = replace(segment, parts=(replace(segment.parts[0], parquet=None),))
    with pytest.raises(CorruptStore):
        save_candidate(workspace, "tree_inventory", lost, "key")
    (workspace.candidates / "tree_inventory" / "2025.json").write_text("{")
    with pytest.raises(CorruptStore):
        pending_candidates(workspace)


def test_a_candidate_of_another_descriptor_with_equal_rows_is_not_removed_for_the_older(workspace: Workspace) -> None:
    older = add_candidate(workspace, [tree(1)])
    newer = save_candidate(workspace, "tree_inventory", older, "another processing key")
    remove_candidates(workspace, [("tree_inventory", older)])
    assert [found.processing_key for _, found in pending_candidates(workspace)] == ["another processing key"]
    remove_candidates(workspace, [("tree_inventory", newer)])
    assert pending_candidates(workspace) == ()
