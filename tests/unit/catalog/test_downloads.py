"""Downloads follow the snapshot: what is made, what is removed, and what a crash or a damaged file leaves."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from faults import Faults, Kind, faulty_store
from publishing import NOW, named, publish, tree, workspace_with_registry
from storing import files as stored_files

from pipelines.catalog.downloads import Refreshed, files_digests, make_downloads, refresh_downloads, verify_downloads
from pipelines.core.errors import UnknownDataset, UnknownVersion
from pipelines.core.paths import Workspace
from pipelines.flow import verify_installed
from pipelines.publish import FolderStore, VersionWithdrawn, finish_withdrawal, latest_snapshot, load_manifest, withdraw
from pipelines.publish.snapshots import commit_snapshot
from pipelines.publish.store import object_path

TREES, BENCHES = "tree_inventory", "benches"
WHY = {"zh": "录入有误", "en": "Entered by mistake"}
CHANGING = {"create", "upload", "replace", "replace_with", "remove"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Two datasets, released and not made yet."""
    made = workspace_with_registry(tmp_path, benches=named(BENCHES))
    publish(made, tree(1))
    publish(made, tree(9), dataset=BENCHES)
    return made


@pytest.fixture
def store(workspace: Workspace) -> FolderStore:
    return FolderStore(workspace.catalog)


def downloads(store: FolderStore) -> list[str]:
    """Dataset and version of every list of files, and whatever has none."""
    found = [path.split("/")[1:] for path in stored_files(store) if path.startswith("downloads/")]
    complete = {(parts[0], parts[1]) for parts in found if parts[-1] == "files.json"}
    assert {tuple(parts[:2]) for parts in found if len(parts) > 1} == complete
    return sorted(f"{dataset} {version}" for dataset, version in complete)


def content(store: FolderStore) -> dict[str, bytes]:
    return {path: store.read(path) for path in stored_files(store) if path.startswith("downloads/")}


def versions(done: Refreshed) -> list[str]:
    assert done.failed == {}
    return [f"{entry.dataset} {entry.version}" for entry in done.made]


def test_only_what_changed_is_made_and_earlier_versions_go(workspace: Workspace, store: FolderStore) -> None:
    told: list[tuple[int, int, str]] = []
    done = refresh_downloads(store, workspace.work, lambda *progress: told.append(progress))
    assert versions(done) == ["benches 1.0.0", "tree_inventory 1.0.0"]
    assert told == [(0, 2, BENCHES), (1, 2, TREES)]
    nothing = Faults()
    assert versions(refresh_downloads(faulty_store(store, nothing), workspace.work)) == []
    assert not CHANGING & {*nothing.names}
    publish(workspace, tree(1), tree(2))
    assert versions(refresh_downloads(store, workspace.work)) == ["tree_inventory 1.1.0"]
    assert downloads(store) == ["benches 1.0.0", "tree_inventory 1.1.0"]
    assert [path.name for path in workspace.work.iterdir() if path.is_dir()] == []


def test_nothing_released(tmp_path: Path) -> None:
    assert versions(refresh_downloads(FolderStore(tmp_path / "catalog"), tmp_path)) == []
    assert not (tmp_path / "catalog").exists()


def test_a_lost_record_costs_looking_at_all_and_makes_nothing(workspace: Workspace, store: FolderStore) -> None:
    refresh_downloads(store, workspace.work)
    before = content(store)
    store.replace("downloads/gone/1.0.0/files.json", b"{}")
    for record in (b"", b"[]", b'{"revision": 0, "datasets": {}}'):
        store.replace("downloads/index.json", record)
        assert versions(refresh_downloads(store, workspace.work)) == []
        assert content(store) == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b"{}"),
        lambda path: path.write_bytes(path.read_bytes().replace(b'"revision": 1', b'"revision": 0')),
        lambda path: path.with_name("tree_inventory-1.0.0.csv").unlink(),
    ],
)
def test_what_is_not_whole_is_made_anew(
    workspace: Workspace, store: FolderStore, spoil: Callable[[Path], object]
) -> None:
    refresh_downloads(store, workspace.work)
    before = content(store)
    spoil(store.root / "downloads" / TREES / "1.0.0" / "files.json")
    store.remove("downloads/index.json")
    assert versions(refresh_downloads(store, workspace.work)) == ["tree_inventory 1.0.0"]
    assert content(store) == before


def test_a_failing_store_leaves_complete_versions_or_none(
    workspace: Workspace, store: FolderStore, tmp_path: Path
) -> None:
    refresh_downloads(store, workspace.work)
    publish(workspace, tree(1), tree(2))
    shutil.copytree(store.root / "downloads", tmp_path / "old")
    undisturbed = Faults()
    refresh_downloads(faulty_store(store, undisturbed), workspace.work)
    new = content(store)
    everything = os.environ.get("FAULTS") == "all"
    places = [at for at, name in enumerate(undisturbed.names, 1) if everything or name in CHANGING]
    for at, kind in product(places, (Kind.EIO, Kind.LOST) if everything else (Kind.EIO,)):
        shutil.rmtree(store.root / "downloads")
        shutil.copytree(tmp_path / "old", store.root / "downloads")
        # The record may be what could not be written.
        with contextlib.suppress(OSError):
            assert set(refresh_downloads(faulty_store(store, Faults(at, kind)), workspace.work).failed) <= {TREES}
        assert verify_downloads(store)[0] == []
        refresh_downloads(store, workspace.work)
        assert content(store) == new


def test_a_dataset_that_fails_holds_no_other_back(workspace: Workspace, store: FolderStore) -> None:
    path = object_of(store, BENCHES)
    rows = store.read(path)
    store.remove(path)
    done = refresh_downloads(store, workspace.work)
    assert [entry.dataset for entry in done.made] == [TREES]
    assert "missing" in done.failed[BENCHES].text()
    store.replace(path, b"no Parquet" + bytes(len(rows) - 10))
    done = refresh_downloads(store, workspace.work)
    assert done.failed[BENCHES].id == "downloads-failed"
    assert downloads(store) == ["tree_inventory 1.0.0"]
    store.replace(path, rows)
    assert versions(refresh_downloads(store, workspace.work)) == ["benches 1.0.0"]


def test_the_record_tells_which_files_changed(workspace: Workspace, store: FolderStore) -> None:
    assert files_digests(store) == {}
    refresh_downloads(store, workspace.work)
    first = files_digests(store)
    assert first.keys() == {BENCHES, TREES}
    publish(workspace, tree(1), tree(2))
    path = object_of(store, TREES)
    rows = store.read(path)
    store.replace(path, bytes(len(rows)))
    assert refresh_downloads(store, workspace.work).failed.keys() == {TREES}
    assert files_digests(store) == {BENCHES: first[BENCHES]}
    store.replace(path, rows)
    make_downloads(store, workspace.work, TREES, "1.0.0")
    assert files_digests(store).keys() == {BENCHES}
    make_downloads(store, workspace.work, TREES)
    second = files_digests(store)
    assert second[BENCHES] == first[BENCHES] and second[TREES] != first[TREES]
    assert versions(refresh_downloads(store, workspace.work)) == [] and files_digests(store) == second
    store.remove("downloads/index.json")
    assert versions(refresh_downloads(store, workspace.work)) == [] and files_digests(store) == second


def object_of(store: FolderStore, dataset: str) -> str:
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    (part,) = load_manifest(store, snapshot.datasets[dataset].manifest).parts
    return object_path(part.sha256)


def test_an_earlier_version_on_request(workspace: Workspace, store: FolderStore) -> None:
    refresh_downloads(store, workspace.work)
    first = content(store)
    publish(workspace, tree(1), tree(2))
    refresh_downloads(store, workspace.work)
    make_downloads(store, workspace.work, TREES, "1.0.0")
    assert downloads(store) == ["benches 1.0.0", "tree_inventory 1.0.0", "tree_inventory 1.1.0"]
    early = {path: data for path, data in content(store).items() if "/1.0.0/" in path}
    assert early == {path: data for path, data in first.items() if "/1.0.0/" in path}
    assert versions(refresh_downloads(store, workspace.work)) == []
    publish(workspace, tree(1), tree(2), tree(3))
    refresh_downloads(store, workspace.work)
    assert downloads(store) == ["benches 1.0.0", "tree_inventory 1.2.0"]
    with pytest.raises(UnknownVersion):
        make_downloads(store, workspace.work, TREES, "7.0.0")


def test_a_withdrawal_removes_downloads_at_once(workspace: Workspace, store: FolderStore) -> None:
    refresh_downloads(store, workspace.work)
    publish(workspace, tree(1), tree(2))
    refresh_downloads(store, workspace.work)
    make_downloads(store, workspace.work, TREES, "1.0.0")
    withdraw(store, TREES, ["1.0.0"], WHY, NOW)
    assert downloads(store) == ["benches 1.0.0", "tree_inventory 1.1.0"]
    with pytest.raises(VersionWithdrawn):
        make_downloads(store, workspace.work, TREES, "1.0.0")
    withdraw(store, TREES, [], WHY, NOW, remove_bytes=True)
    assert downloads(store) == ["benches 1.0.0"]
    assert versions(refresh_downloads(store, workspace.work)) == []
    with pytest.raises(UnknownDataset):
        make_downloads(store, workspace.work, TREES)
    assert TREES not in json.loads(store.read("downloads/index.json"))["datasets"]


def test_a_withdrawal_that_died_is_finished(workspace: Workspace, store: FolderStore) -> None:
    refresh_downloads(store, workspace.work)
    withdraw(store, TREES, [], WHY, NOW)
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    store.remove(f"snapshots/{snapshot.number:06d}.json")
    store.replace("downloads/index.json", b"")
    refresh_downloads(store, workspace.work)
    assert downloads(store) == ["benches 1.0.0", "tree_inventory 1.0.0"]
    assert commit_snapshot(store, snapshot)
    finish_withdrawal(store)
    assert downloads(store) == ["benches 1.0.0"]


def test_what_is_withdrawn_while_it_is_made_does_not_stay(workspace: Workspace, store: FolderStore) -> None:
    def withdraw_meanwhile(_done: int, _total: int, dataset: str) -> None:
        if dataset == TREES:
            withdraw(store, TREES, [], WHY, NOW)

    refresh_downloads(store, workspace.work, withdraw_meanwhile)
    assert downloads(store) == ["benches 1.0.0"]


def test_verify_hashes_downloads(workspace: Workspace, store: FolderStore) -> None:
    refresh_downloads(store, workspace.work)
    problems, notes, compared = verify_downloads(store)
    assert (problems, notes, len(compared)) == ([], [], 10)
    folder = store.root / "downloads" / TREES / "1.0.0"
    altered = folder / f"{TREES}-1.0.0.csv"
    altered.chmod(0o644)
    altered.write_bytes(altered.read_bytes()[:-1] + b"x")
    (folder / f"{TREES}-1.0.0.zip").unlink()
    (folder / "more.txt").write_text("more")
    (store.root / "downloads" / BENCHES / "1.0.0" / "files.json").write_text("{}")
    report = verify_installed(workspace)
    found = {
        (problem.path.rpartition("/")[2], problem.detail) for problem in report.problems if problem.reason == "download"
    }
    assert found == {(f"{TREES}-1.0.0.csv", "sha256"), (f"{TREES}-1.0.0.zip", "missing"), ("files.json", "malformed")}
    assert [note.first for note in report.notes if note.kind == "unreferred"] == [
        f"downloads/{BENCHES}/1.0.0/{BENCHES}-1.0.0.csv"
    ]


def test_verify_tells_downloads_of_withdrawn_versions(workspace: Workspace, store: FolderStore) -> None:
    refresh_downloads(store, workspace.work)
    left = content(store)
    withdraw(store, TREES, [], WHY, NOW)
    for path, bytes_before in left.items():
        store.replace(path, bytes_before)
    ((path, reason),) = [(problem.path, problem.reason) for problem in verify_downloads(store)[0]]
    assert (path, reason) == ("downloads/tree_inventory/1.0.0", "download-withdrawn")
