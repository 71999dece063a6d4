"""The index where the store fails while it is made, and where several processes make it at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from faults import Faults, Kind, faulty_store
from publishing import add_candidate, index_now, registry, release_now, tree, workspace_with_registry

from pipelines.catalog import open_catalog, refresh_index
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore

#: Operations that change the store.
CHANGING = {"create", "upload", "replace", "replace_with", "remove"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A released catalog with an index, and a release that is not in it yet."""
    workspace = workspace_with_registry(tmp_path)
    for rows in ([tree(1)], [tree(1), tree(2)]):
        index_now(workspace)
        add_candidate(workspace, rows)
        release_now(workspace, registry(workspace))
    return workspace


def rows_shown(workspace: Workspace) -> int:
    with open_catalog(workspace.catalog) as catalog:
        return len(catalog.dataset("tree_inventory").to_arrow_table())


def forget_the_newest_index(workspace: Workspace, old: Mapping[str, bytes]) -> None:
    store = FolderStore(workspace.catalog)
    for name in store.names("index"):
        if "000002" in name:
            store.remove(f"index/{name}")
    for path, content in old.items():
        store.replace(path, content)


def test_a_failing_store_leaves_the_old_index_or_the_new_one(workspace: Workspace) -> None:
    store = FolderStore(workspace.catalog)
    old = {path: store.read(path) for path in ("catalog.duckdb", "index.sql")}
    undisturbed = Faults()
    refresh_index(faulty_store(store, undisturbed), workspace.work)
    assert undisturbed.names.count("replace_with") == 2
    for at, kind in _faults(undisturbed):
        forget_the_newest_index(workspace, old)
        with pytest.raises(OSError, match="Input/output"):
            refresh_index(faulty_store(store, Faults(at, kind)), workspace.work)
        assert rows_shown(workspace) in (1, 2)
        refresh_index(store, workspace.work)
        assert rows_shown(workspace) == 2
        assert [path.name for path in workspace.work.iterdir() if "-index-" in path.name] == []


def _faults(undisturbed: Faults) -> Iterator[tuple[int, Kind]]:
    everything = os.environ.get("FAULTS") == "all"
    for at, name in enumerate(undisturbed.names, 1):
        if everything or name in CHANGING:
            yield at, Kind.EIO
        if name in CHANGING:
            yield at, Kind.LOST


def test_several_processes_may_make_the_index_at_once(workspace: Workspace) -> None:
    store = FolderStore(workspace.catalog)
    with ThreadPoolExecutor(4) as makers:
        assert all(makers.map(lambda _: refresh_index(store, workspace.work), range(4)))
    assert rows_shown(workspace) == 2
    unchanged = Faults()
    refresh_index(faulty_store(store, unchanged), workspace.work)
    assert not CHANGING & {*unchanged.names}


def test_readers_of_one_process_each_see_the_newest_release(workspace: Workspace) -> None:
    with open_catalog(workspace.catalog) as early:
        index_now(workspace)
        with open_catalog(workspace.catalog) as late:
            tables = [reader.dataset("tree_inventory").to_arrow_table() for reader in (early, late)]
    assert [len(table) for table in tables] == [1, 2]
