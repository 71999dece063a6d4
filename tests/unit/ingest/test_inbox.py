from __future__ import annotations

import os
from pathlib import Path

import pytest
from ingesting import catalog

from pipelines.core.paths import Workspace
from pipelines.ingest import scan_inbox


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.at(tmp_path / "data", tmp_path / "schema")


def put(workspace: Workspace, place: str, content: bytes = b"x") -> Path:
    path = workspace.inbox / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def complaints(workspace: Workspace) -> dict[str, str]:
    return {entry.path: entry.message.id for entry in scan_inbox(workspace, catalog()).unplaced}


def test_an_absent_inbox_is_empty(workspace: Workspace) -> None:
    scan = scan_inbox(workspace, catalog())
    assert (scan.folders, scan.unplaced) == ((), ())


def test_folders_come_in_the_order_of_their_keys(workspace: Workspace) -> None:
    for place in (
        "parks_office/tree_inventory/2025/b.csv",
        "parks_office/tree_inventory/2025/a.csv",
        "parks_office/tree_inventory/2024/a.csv",
        "east_district_office/tree_inventory/2025/a.csv",
    ):
        put(workspace, place)
    scan = scan_inbox(workspace, catalog())
    assert [str(folder.key) for folder in scan.folders] == [
        "tree_inventory.2024.parks_office",
        "tree_inventory.2025.east_district_office",
        "tree_inventory.2025.parks_office",
    ]
    assert [file.name for file in scan.folders[2].files] == ["a.csv", "b.csv"]
    assert scan.unplaced == ()


def test_what_belongs_nowhere_is_reported_with_its_remedy(workspace: Workspace) -> None:
    put(workspace, "stray.csv")
    put(workspace, "nobody/tree_inventory/2025/a.csv")
    put(workspace, "parks_office/flowers/2025/a.csv")
    put(workspace, "parks_office/tree_inventory/2025-03/a.csv")
    put(workspace, "parks_office/tree_inventory/2019/a.csv")
    put(workspace, "parks_office/tree_inventory/2025/more/a.csv")
    (workspace.inbox / "parks_office/tree_inventory/2026").mkdir()
    assert complaints(workspace) == {
        "stray.csv": "inbox-stray-file",
        "nobody": "inbox-unknown-organisation",
        "parks_office/flowers": "inbox-unknown-dataset",
        "parks_office/tree_inventory/2025-03": "inbox-wrong-period",
        "parks_office/tree_inventory/2019": "inbox-too-early",
        "parks_office/tree_inventory/2025/more": "inbox-too-deep",
        "parks_office/tree_inventory/2026": "inbox-empty-folder",
    }
    for entry in scan_inbox(workspace, catalog()).unplaced:
        assert all(text.text(language) for text in (entry.message, entry.remedy) for language in ("en", "zh"))


def test_links_pipes_and_unsafe_names_are_never_followed(workspace: Workspace, tmp_path: Path) -> None:
    folder = put(workspace, "parks_office/tree_inventory/2025/a.csv").parent
    (tmp_path / "secret.csv").write_text("secret")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (workspace.inbox / "east_district_office").symlink_to(workspace.inbox / "parks_office")
    os.mkfifo(folder / "pipe.csv")
    put(workspace, "parks_office/tree_inventory/2025/\u202egnp.csv")
    found = complaints(workspace)
    assert found.pop("parks_office/tree_inventory/2025") == "inbox-folder-refused"
    assert sorted(found.values()) == ["inbox-link", "inbox-link", "inbox-not-a-file", "inbox-unsafe-name"]
    assert not any("\u202e" in path for path in found)


@pytest.mark.parametrize("trouble", ["link", "unsafe", "pipe", "folder"])
def test_a_folder_is_taken_whole_or_not_at_all(workspace: Workspace, trouble: str) -> None:
    folder = put(workspace, "parks_office/tree_inventory/2025/a.csv").parent
    put(workspace, "parks_office/tree_inventory/2026/a.csv")
    beside = folder / ("b\u202e.csv" if trouble == "unsafe" else "b.csv")
    if trouble == "link":
        beside.symlink_to("a.csv")
    elif trouble == "pipe":
        os.mkfifo(beside)
    elif trouble == "folder":
        beside.mkdir()
    else:
        beside.touch()
    scan = scan_inbox(workspace, catalog())
    assert [found.key.period for found in scan.folders] == ["2026"]
    assert "inbox-folder-refused" in [entry.message.id for entry in scan.unplaced]
    beside.rmdir() if trouble == "folder" else beside.unlink()
    assert [len(found.files) for found in scan_inbox(workspace, catalog()).folders] == [1, 1]


def test_hidden_files_and_office_locks_are_passed_over(workspace: Workspace) -> None:
    for name in (".gitkeep", "~$a.xlsx", "Thumbs.db", "a.csv"):
        put(workspace, f"parks_office/tree_inventory/2025/{name}")
    scan = scan_inbox(workspace, catalog())
    assert [file.name for file in scan.folders[0].files] == ["a.csv"]
    assert scan.unplaced == ()


@pytest.mark.parametrize("name", ["b.csv.part", "B.TMP", "c.crdownload", ".b.csv.part"])
def test_a_folder_with_an_unfinished_upload_waits(workspace: Workspace, name: str) -> None:
    put(workspace, "parks_office/tree_inventory/2025/a.csv")
    upload = put(workspace, f"parks_office/tree_inventory/2025/{name}")
    assert scan_inbox(workspace, catalog()).folders == ()
    assert complaints(workspace) == {f"parks_office/tree_inventory/2025/{name}": "inbox-unfinished-upload"}
    upload.rename(upload.with_name("b.csv"))
    assert [len(found.files) for found in scan_inbox(workspace, catalog()).folders] == [2]


def test_names_with_personal_data_are_not_shown(workspace: Workspace) -> None:
    (workspace.inbox / "parks_office/tree_inventory/2025/张三13812345678.csv").mkdir(parents=True)
    (workspace.inbox / "13812345678").mkdir()
    scan = scan_inbox(workspace, catalog())
    assert sorted(entry.path for entry in scan.unplaced) == ["file-1", "parks_office/tree_inventory/2025/file-1.csv"]
    assert "13812345678" not in "".join(entry.message.text() + entry.remedy.text() for entry in scan.unplaced)


def test_narrowing_looks_at_one_dataset_and_period(workspace: Workspace) -> None:
    for place in (
        "parks_office/tree_inventory/2025/a.csv",
        "parks_office/tree_inventory/2024/a.csv",
        "parks_office/flowers/2025/a.csv",
    ):
        put(workspace, place)
    scan = scan_inbox(workspace, catalog(), only=("tree_inventory", "2025"))
    assert [folder.key.period for folder in scan.folders] == ["2025"]
    assert scan.unplaced == ()


def test_signature_follows_the_files_alone(workspace: Workspace) -> None:
    path = put(workspace, "parks_office/tree_inventory/2025/a.csv")

    def signature() -> str:
        return scan_inbox(workspace, catalog()).folders[0].signature

    first = signature()
    assert signature() == first
    put(workspace, "parks_office/tree_inventory/2025/.hidden")
    assert signature() == first
    os.utime(path, ns=(1, 1))
    assert signature() != first
