"""The public store's files and the private candidates."""

from __future__ import annotations

import errno
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from publishing import add_candidate, tree, workspace_with_registry

from pipelines.core import files
from pipelines.core.errors import CorruptStore
from pipelines.core.paths import Workspace
from pipelines.publish import pending_candidates, remove_candidate, save_candidate
from pipelines.publish.store import check_object, object_path, place_file, put_manifest, put_object

CONTENT = b"segment"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.parquet"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_with_registry(tmp_path)


def test_objects_are_read_only_and_put_once(tmp_path: Path, source: Path) -> None:
    root = tmp_path / "catalog"
    assert put_object(root, source, SHA256, len(CONTENT))
    source.unlink()
    assert not put_object(root, source, SHA256, len(CONTENT))
    target = root / object_path(SHA256)
    assert target.stat().st_mode & 0o777 == 0o444
    check_object(root, SHA256, len(CONTENT), rehash=True)


def test_an_object_of_another_size_is_not_taken_for_it(tmp_path: Path, source: Path) -> None:
    target = tmp_path / object_path(SHA256)
    target.parent.mkdir(parents=True)
    target.write_bytes(b"half")
    with pytest.raises(CorruptStore):
        put_object(tmp_path, source, SHA256, len(CONTENT))


def test_bytes_from_another_file_system_are_copied(tmp_path: Path, source: Path,
                                                   monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    link = files.link_file

    def refuse(origin: Path, target: Path) -> bool:
        if origin == source:
            raise OSError(errno.EXDEV, "another file system")
        return link(origin, target)

    monkeypatch.setattr("pipelines.publish.store.link_file", refuse)
    target = tmp_path / "there" / "object"
    assert place_file(source, target)
    assert (target.read_bytes(), target.stat().st_nlink) == (CONTENT, 1)
    assert [path.name for path in target.parent.iterdir()] == ["object"]


def test_a_full_disk_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    (tmp_path / "manifests").mkdir()
    content = b"{}\n"
    put_manifest(tmp_path, b"[]\n")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        put_manifest(tmp_path, content)
    assert [path for path in tmp_path.rglob("*") if path.name.endswith(".tmp")] == []


def test_candidates_are_listed_in_order_and_private(workspace: Workspace) -> None:
    assert pending_candidates(workspace) == ()
    later = add_candidate(workspace, [tree(2)], period="2026")
    earlier = add_candidate(workspace, [tree(1)])
    assert pending_candidates(workspace) == (("tree_inventory", earlier), ("tree_inventory", later))
    assert pending_candidates(workspace)[0][1].parquet == earlier.parquet
    folder = workspace.candidates / "tree_inventory"
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "2025.json").stat().st_mode & 0o777 == 0o600


def test_a_newer_candidate_takes_the_place_and_is_not_removed_for_the_older(workspace: Workspace) -> None:
    older = add_candidate(workspace, [tree(1)])
    newer = add_candidate(workspace, [tree(1), tree(2)])
    assert older.parquet is not None
    assert not older.parquet.exists()
    remove_candidate(workspace, "tree_inventory", older)
    assert pending_candidates(workspace) == (("tree_inventory", newer),)
    remove_candidate(workspace, "tree_inventory", newer)
    remove_candidate(workspace, "tree_inventory", newer)
    assert not (workspace.candidates / "tree_inventory").exists()


def test_periods_with_equal_rows_share_bytes(workspace: Workspace) -> None:
    one = add_candidate(workspace, [tree(1)])
    two = add_candidate(workspace, [tree(1)], period="2026")
    assert one.sha256 == two.sha256
    remove_candidate(workspace, "tree_inventory", one)
    ((_, left),) = pending_candidates(workspace)
    assert left.parquet is not None
    assert left.parquet.exists()


def test_damaged_candidates_are_reported(workspace: Workspace) -> None:
    segment = add_candidate(workspace, [tree(1)])
    assert segment.parquet is not None
    segment.parquet.unlink()
    with pytest.raises(CorruptStore):
        pending_candidates(workspace)
    with pytest.raises(CorruptStore):
        save_candidate(workspace, "tree_inventory", replace(segment, parquet=None), "key")
    (workspace.candidates / "tree_inventory" / "2025.json").write_text("{")
    with pytest.raises(CorruptStore):
        pending_candidates(workspace)
