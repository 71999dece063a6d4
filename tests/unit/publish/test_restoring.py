"""Objects that are put back, and those that are not."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from publishing import NOW, add_candidate, registry, release_now, tree, workspace_with_registry

from pipelines.core.errors import CorruptStore
from pipelines.publish import (
    FolderStore,
    damaged_parts,
    is_kept,
    latest_snapshot,
    manifest_path,
    object_path,
    published_segments,
    put_back,
    withdraw,
)

TREES = "tree_inventory"
WHY = {"zh": "录入有误", "en": "Entered by mistake"}


def test_segments_are_put_back_but_for_those_removed_for_good(tmp_path: Path) -> None:
    workspace = workspace_with_registry(tmp_path)
    store = FolderStore(workspace.catalog)
    for rows, period in (([tree(3)], "2024"), ([tree(1)], "2025"), ([tree(2)], "2025")):
        add_candidate(workspace, rows, period=period)
        release_now(workspace, registry(workspace))
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    entry = snapshot.datasets[TREES]
    found, trouble = published_segments(store, snapshot, TREES, entry)
    assert trouble is None
    assert [(each.segment.period, each.versions, each.shown) for each in found] == [
        ("2024", ("1.1.1", "1.1.0", "1.0.0"), True), ("2025", ("1.1.1",), True), ("2025", ("1.1.0",), False),
    ]  # fmt: skip
    copies = tmp_path / "copies"
    copies.mkdir()
    for each in found:
        (part,) = each.segment.parts
        stored = workspace.catalog / object_path(part.sha256)
        made = replace(part, parquet=copies / stored.name)
        (copies / stored.name).write_bytes(stored.read_bytes())
        assert damaged_parts(store, each.segment.parts) == ()
        os.truncate(stored, 5)
        assert damaged_parts(store, each.segment.parts) == (part,)
        if each.shown:
            assert put_back(store, TREES, each.versions, [made]) == (part,)
            assert damaged_parts(store, each.segment.parts) == ()
            continue
        withdraw(store, TREES, ["1.1.0"], WHY, NOW, remove_bytes=True)
        assert not is_kept(store, TREES, each.versions) and is_kept(store, TREES, ["1.0.0", "1.1.0"])
        assert put_back(store, TREES, each.versions, [made]) == () and not stored.exists()

    store.remove(manifest_path(entry.manifest))
    nothing, trouble = published_segments(store, snapshot, TREES, entry)
    assert nothing == () and isinstance(trouble, CorruptStore)


def test_a_withdrawal_that_comes_while_bytes_are_put_back_has_its_way(tmp_path: Path) -> None:
    workspace = workspace_with_registry(tmp_path)
    add_candidate(workspace, [tree(1)])
    (manifest,) = release_now(workspace, registry(workspace)).versions
    (part,) = manifest.parts
    copy = tmp_path / "copy"
    copy.write_bytes((workspace.catalog / object_path(part.sha256)).read_bytes())

    class Slow(FolderStore):
        def upload(self, path: str, source: Path) -> bool:
            withdraw(FolderStore(self.root), TREES, ["1.0.0"], WHY, NOW, remove_bytes=True)
            return super().upload(path, source)

    store = Slow(workspace.catalog)
    assert put_back(store, TREES, ["1.0.0"], [replace(part, parquet=copy)]) == ()
    assert store.size(object_path(part.sha256)) is None
