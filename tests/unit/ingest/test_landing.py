from __future__ import annotations

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ingesting import catalog

from pipelines.core.errors import CorruptStore, UnknownDelivery
from pipelines.core.files import sha256_of
from pipelines.core.paths import Workspace
from pipelines.ingest import FileStillChanging, InboxFolder, land, landings, load_delivery, scan_inbox

PLACE = "parks_office/tree_inventory/2025"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace.at(tmp_path / "data", tmp_path / "schema")
    workspace.prepare()
    return workspace


def folder_with(workspace: Workspace, **files: bytes) -> InboxFolder:
    place = workspace.inbox / PLACE
    place.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (place / f"{name}.csv").write_bytes(content)
    return scan_inbox(workspace, catalog()).folders[0]


def test_bytes_are_kept_under_their_digest(workspace: Workspace) -> None:
    landing = land(workspace, folder_with(workspace, a=b"one", b=b"two"))
    assert landing.is_new
    assert landing.delivery.id == "tree_inventory.2025.parks_office.1"
    for file in landing.delivery.files:
        assert sha256_of(file.path) == file.sha256 == file.path.name
    assert load_delivery(workspace, landing.delivery.id) == landing.delivery


def test_landing_twice_changes_nothing(workspace: Workspace) -> None:
    folder = folder_with(workspace, a=b"one")
    first = land(workspace, folder)
    before = {path: path.stat().st_mtime_ns for path in workspace.landing.rglob("*") if path.is_file()}
    again = land(workspace, folder)
    assert (again.is_new, again.delivery) == (False, first.delivery)
    assert before == {path: path.stat().st_mtime_ns for path in workspace.landing.rglob("*") if path.is_file()}


def test_changed_content_is_the_next_delivery_and_so_is_a_return(workspace: Workspace) -> None:
    for content in (b"one", b"two", b"one"):
        assert land(workspace, folder_with(workspace, a=content)).is_new
    known = landings(workspace, folder_with(workspace).key)
    assert [delivery.sequence for delivery in known] == [1, 2, 3]
    assert known[0].digest == known[2].digest


def test_everything_landed_is_its_owners_alone(workspace: Workspace) -> None:
    umask = os.umask(0)
    try:
        land(workspace, folder_with(workspace, a=b"one"))
    finally:
        os.umask(umask)
    for path in workspace.landing.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o400)


def test_a_file_that_changes_while_it_is_read_is_refused(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_with(workspace, a=b"one")
    real = os.read

    def growing(handle: int, size: int) -> bytes:
        block = real(handle, size)
        with (workspace.inbox / PLACE / "a.csv").open("ab") as stream:
            stream.write(b"more" if not block else b"")
        return block

    monkeypatch.setattr(os, "read", growing)
    with pytest.raises(FileStillChanging):
        land(workspace, folder)
    monkeypatch.undo()
    assert landings(workspace, folder.key) == []
    assert not list(workspace.landing.rglob("*.tmp"))
    assert land(workspace, folder).is_new


@pytest.mark.parametrize("exchange", ["link", "pipe", "gone"])
def test_a_file_exchanged_since_the_scan_is_refused(workspace: Workspace, tmp_path: Path, exchange: str) -> None:
    folder = folder_with(workspace, a=b"one")
    path = folder.files[0].path
    path.unlink()
    if exchange == "link":
        (tmp_path / "secret").write_bytes(b"secret")
        path.symlink_to(tmp_path / "secret")
    elif exchange == "pipe":
        os.mkfifo(path)
    with pytest.raises(FileStillChanging):
        land(workspace, folder)


def test_several_landers_of_one_folder_make_one_record(workspace: Workspace) -> None:
    folder = folder_with(workspace, a=b"one" * 1000, b=b"two")
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: land(workspace, folder), range(16)))
    assert sum(result.is_new for result in results) == 1
    assert {result.delivery.sequence for result in results} == {1}


@pytest.mark.parametrize(
    "delivery_id",
    [
        "tree_inventory.2025.parks_office.2",
        "tree_inventory.2025.parks_office.01",
        "tree_inventory.2025.parks_office",
        "../../x.2025.parks_office.1",
        "tree_inventory.2025/../2025.parks_office.1",
        "",
        "a.b.c.d",
    ],
)
def test_unknown_deliveries_are_told_as_such(workspace: Workspace, delivery_id: str) -> None:
    land(workspace, folder_with(workspace, a=b"one"))
    with pytest.raises(UnknownDelivery):
        load_delivery(workspace, delivery_id)


def test_a_record_changed_by_hand_shows(workspace: Workspace) -> None:
    delivery = land(workspace, folder_with(workspace, a=b"one")).delivery
    [record] = workspace.landing.rglob("000001.json")
    content = json.loads(record.read_text())
    content["files"][0]["name"] = "../b.csv"
    record.chmod(0o600)
    record.write_text(json.dumps(content))
    with pytest.raises(CorruptStore):
        load_delivery(workspace, delivery.id)
