"""The index of what was published of each period: as a walk over all versions finds it, with few reads."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from publishing import NOW, Row, add_candidate, registry, release_now, tree, workspace_with_registry
from storing import Watched

from pipelines.core.paths import Workspace
from pipelines.disclose.reviews import load_reviews
from pipelines.flow.period_history import published_of
from pipelines.flow.results import Work
from pipelines.publish import (
    FolderStore,
    Manifest,
    load_tombstone,
    newest_version,
    rollback,
    versions_of,
    withdraw,
)

TREES = "tree_inventory"
WHY = {"zh": "试", "en": "trial"}
PERIODS = ("2023", "2024", "2025")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_with_registry(tmp_path)


def publish(workspace: Workspace, **periods: Row) -> None:
    for name, row in periods.items():
        add_candidate(workspace, [row], period=name.strip("y"))
    release_now(workspace, registry(workspace))


def found(workspace: Workspace, period: str) -> tuple[list[str], int]:
    """The digests of a period's segments, newest first, and how many manifests were read for them."""
    store = Watched(workspace.catalog)
    snapshot, entry = newest_version(store, TREES)
    segments = published_of(workspace, store, snapshot, entry, Work(TREES, period))
    assert [segment.digest for segment in segments.values()] == [*segments]
    return [*segments], sum(path.startswith("manifests/") for path in store.paths)


def manifests(store: FolderStore) -> list[Manifest]:
    """All versions, newest first."""
    _, entry = newest_version(store, TREES)
    return [manifest for _, manifest in versions_of(store, entry)]


def walked(workspace: Workspace, period: str) -> set[str]:
    """The same by reading all versions."""
    store = FolderStore(workspace.catalog)
    snapshot, _ = newest_version(store, TREES)
    digests = set()
    for manifest in manifests(store):
        stone = snapshot.tombstone_of(TREES, manifest.version)
        if stone is None or not load_tombstone(store, stone).bytes_removed:
            digests |= {segment.digest for segment in manifest.segments if segment.period == period}
    return digests


def agree(workspace: Workspace) -> bool:
    return all({*found(workspace, period)[0]} == walked(workspace, period) for period in PERIODS)


def test_it_finds_what_a_walk_over_all_versions_finds(workspace: Workspace) -> None:
    store, catalog = FolderStore(workspace.catalog), registry(workspace)
    publish(workspace, y2024=tree(1))
    assert agree(workspace)
    publish(workspace, y2024=tree(2), y2025=tree(3))
    publish(workspace, y2025=tree(4))
    assert agree(workspace) and len(found(workspace, "2025")[0]) == 2
    rollback(workspace, store, catalog, load_reviews(workspace.reviews), TREES, "1.0.0", WHY, NOW)
    publish(workspace, y2023=tree(5), y2024=tree(6))
    assert agree(workspace) and found(workspace, "2024")[0] != sorted(found(workspace, "2024")[0])
    versions = [manifest.version for manifest in manifests(store)]
    withdraw(store, TREES, versions[2:3], WHY, NOW, remove_bytes=True)
    withdraw(store, TREES, versions[3:4], WHY, NOW)
    assert agree(workspace)
    before = [found(workspace, period)[0] for period in PERIODS]
    workspace.history.unlink()
    assert [found(workspace, period)[0] for period in PERIODS] == before


def test_a_version_is_read_once_for_all_periods(workspace: Workspace) -> None:
    publish(workspace, y2023=tree(1))
    for number in range(5):
        publish(workspace, y2024=tree(number))
    assert found(workspace, "2023")[1] == 6 + 1  # Every version, and the one that brought the period.
    assert found(workspace, "2025") == ([], 0)
    assert [found(workspace, period)[1] for period in ("2023", "2024")] == [1, 5]
    publish(workspace, y2025=tree(1))
    assert [found(workspace, period)[1] for period in ("2023", "2025")] == [1 + 1, 1]


def test_an_older_copy_of_the_catalog_is_told_as_it_is(workspace: Workspace) -> None:
    publish(workspace, y2023=tree(1), y2024=tree(1))
    publish(workspace, y2024=tree(2))
    older = workspace.private / "older"
    shutil.copytree(workspace.catalog, older)
    publish(workspace, y2023=tree(3), y2024=tree(3))
    assert [len(found(workspace, period)[0]) for period in PERIODS] == [2, 3, 0]
    shutil.rmtree(workspace.catalog)
    older.rename(workspace.catalog)
    assert [len(found(workspace, period)[0]) for period in PERIODS] == [1, 2, 0] and agree(workspace)
    publish(workspace, y2024=tree(4), y2025=tree(4))
    assert [len(found(workspace, period)[0]) for period in PERIODS] == [1, 3, 1] and agree(workspace)
