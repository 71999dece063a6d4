"""A catalog's files in a local folder: what holds of folders alone. What holds of every store is in ``test_stores``."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest
from storing import CONTENT, files

from pipelines.core.files import link_file
from pipelines.publish.stores import FolderStore
from pipelines.publish.stores import folder as folder_module
from pipelines.publish.stores.base import this_host


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "catalog")


def test_what_is_uploaded_is_the_same_file(store: FolderStore, source: Path) -> None:
    assert store.upload("a/b", source)
    assert not store.upload("a/b", source)
    assert store.local("a/b").samefile(source)


def test_bytes_from_another_file_system_are_copied(store: FolderStore, source: Path,
                                                   monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    link = link_file

    def refuse(origin: Path, target: Path) -> bool:
        if origin == source:
            raise OSError(errno.EXDEV, "another file system")
        return link(origin, target)

    monkeypatch.setattr(folder_module, "link_file", refuse)
    assert store.upload("a/b", source)
    target = store.local("a/b")
    assert (target.read_bytes(), target.stat().st_nlink, target.stat().st_mode & 0o777) == (CONTENT, 1, 0o444)
    assert files(store) == ["a/b"]


def test_pointers_are_copies(store: FolderStore, source: Path) -> None:
    store.replace_with("latest.json", source)
    assert not store.local("latest.json").samefile(source)


def test_folders_that_others_made_meanwhile_are_not_replaced(store: FolderStore) -> None:
    """Also empty ones: whoever made it is about to put a file into it, by a path that was looked up before."""
    store.create("a/b", CONTENT)
    made = store.root / "a" / "empty"
    made.mkdir()
    before = made.stat().st_ino
    folder_module._create_folder(made, store.root / ".incoming" / "mine")
    assert made.stat().st_ino == before and not list((store.root / ".incoming").iterdir())


def test_touching_makes_a_file_young(store: FolderStore) -> None:
    store.create("a", CONTENT)
    os.utime(store.local("a"), (1, 1))
    before = time.time() - 5
    assert store.touch("a")
    (entry,) = store.entries("")
    assert entry.modified > before


def test_a_full_disk_leaves_nothing(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    store.create("a", CONTENT)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        store.create("b", CONTENT)
    assert files(store) == ["a"]


def test_leftovers_of_dead_writers_are_removed(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.create("a", CONTENT)
    incoming = store.root / ".incoming"
    host = this_host()
    names = {
        "dead": f"{host}~99999999~x", "alive": f"{host}~{os.getpid()}~x", "elsewhere": "another~99999999~x",
        "old": "another~1~y",
    }  # fmt: skip
    for name in names.values():
        (incoming / name).write_bytes(CONTENT)
    os.utime(incoming / names["old"], (1, 1))
    store.create(f".probe/{names['dead']}", CONTENT)
    store.remove_leftovers(time.time())
    assert sorted(store.names(".incoming")) == sorted([names["alive"], names["elsewhere"]])
    assert store.names(".probe") == ()
