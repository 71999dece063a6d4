"""A release whose store fails, or whose store's answers get lost: it is committed once, or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from faults import Faults, Kind, faulty_store
from publishing import add_candidate, registry, release_now, tree, workspace_with_registry

from pipelines.core.paths import Workspace
from pipelines.publish import (
    FolderStore,
    Store,
    latest_snapshot,
    load_manifest,
    object_path,
    pending_candidates,
    verify,
)
from pipelines.publish.garbage import GRACE, collect_garbage
from pipelines.publish.stores import open_store

EVERYTHING = os.environ.get("FAULTS") == "all"
CHANGING = {"create", "upload", "replace", "touch", "remove"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_with_registry(tmp_path)


@pytest.fixture(params=["folder", "moto", "swift"] if EVERYTHING else ["folder", "moto"])
def store(request: pytest.FixtureRequest, tmp_path: Path, bucket: Callable[[str], str]) -> Store:
    address = str(tmp_path / "catalog") if request.param == "folder" else bucket(request.param)
    return open_store(address, tmp_path / "cache")


def concerned(name: str, kind: Kind, store: Store) -> bool:
    """What is tried: usually lost answers only, and with a server, which takes longer, those that matter most."""
    if EVERYTHING:
        return kind is Kind.EIO or name in CHANGING
    return kind is Kind.LOST and name in ({"create"} if "://" in store.address else CHANGING)


def test_a_release_is_committed_once_or_not_at_all(workspace: Workspace, store: Store) -> None:
    catalog = registry(workspace)
    numbers = count(1)

    def deliver() -> int:
        rows = next(numbers)
        add_candidate(workspace, [tree(at) for at in range(rows)])
        return rows

    def state() -> tuple[int, Any, list[str]]:
        snapshot = latest_snapshot(store)
        assert snapshot is not None
        entry = snapshot.datasets["tree_inventory"]
        return snapshot.number, load_manifest(store, entry.manifest).rows, [entry.path for entry in verify(store)]

    deliver()
    release_now(workspace, catalog, store=store)
    deliver()
    undisturbed = Faults()
    release_now(workspace, catalog, store=faulty_store(store, undisturbed))
    for kind in (Kind.EIO, Kind.LOST):
        for at, name in enumerate(undisturbed.names, 1):
            if not concerned(name, kind, store):
                continue
            rows = deliver()
            number = state()[0]
            with pytest.raises(OSError, match="Input/output"):
                release_now(workspace, catalog, store=faulty_store(store, Faults(at, kind)))
            left, shown, problems = state()
            assert (left, shown) in ((number, rows - 1), (number + 1, rows)), (kind, at, name)
            assert set(problems) <= {"latest.json"}
            release_now(workspace, catalog, store=store)
            assert state() == (number + 1, rows, []), (kind, at, name)
            assert pending_candidates(workspace) == ()


def test_what_a_failed_release_put_into_the_store_is_collected_once_its_candidate_was_replaced(
    workspace: Workspace, tmp_path: Path
) -> None:
    catalog, store = registry(workspace), FolderStore(tmp_path / "catalog")
    given_up = add_candidate(workspace, [tree(1)])
    calls = Faults()
    release_now(workspace, catalog, store=faulty_store(FolderStore(tmp_path / "another"), calls))
    add_candidate(workspace, [tree(1)])
    commit = [at for at, name in enumerate(calls.names, 1) if name == "create"][-1]
    with pytest.raises(OSError, match="Input/output"):
        release_now(workspace, catalog, store=faulty_store(store, Faults(commit)))
    add_candidate(workspace, [tree(2)])
    release_now(workspace, catalog, store=store)
    removed = collect_garbage(store, datetime.now(UTC) + GRACE * 2)
    assert object_path(given_up.digest) in {entry.path for entry in removed}
    assert [entry.path.partition("/")[0] for entry in removed] == ["manifests", "objects"]
    assert verify(store) == []


def test_a_release_that_is_told_that_its_own_snapshot_is_in_the_way_is_not_made_twice(
    workspace: Workspace, tmp_path: Path, bucket: Callable[..., str]
) -> None:
    store = open_store(bucket("moto", "lossy"), tmp_path / "cache")
    add_candidate(workspace, [tree(1)])
    result = release_now(workspace, registry(workspace), store=store)
    assert [manifest.version for manifest in result.versions] == ["1.0.0"]
    assert result.snapshot is not None and result.snapshot.number == 1
    assert store.names("snapshots") == ("000001.json",)
