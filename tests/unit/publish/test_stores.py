"""What holds of every store: a folder, and buckets of S3-compatible servers that really run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from storing import CONTENT, create_at_once, files

from pipelines.core.errors import UnsafePath
from pipelines.publish.stores import Store, open_store

SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(params=["folder", "moto", "swift"])
def address(request: pytest.FixtureRequest, tmp_path: Path, bucket: Callable[[str], str]) -> str:
    if request.param == "folder":
        return str(tmp_path / "catalog")
    return f"{bucket(request.param)}/公开 data/catalog"


@pytest.fixture
def store(address: str, tmp_path: Path) -> Store:
    return open_store(address, tmp_path / "cache")


def test_what_is_created_is_never_replaced(store: Store) -> None:
    assert store.create("a/数 b.json", CONTENT)
    assert not store.create("a/数 b.json", b"other")
    assert store.read("a/数 b.json") == CONTENT
    assert (store.size("a/数 b.json"), store.sha256("a/数 b.json")) == (len(CONTENT), SHA256)
    assert (store.size("a/c.json"), store.sha256("a/c.json")) == (None, None)
    [entry] = store.entries("")
    assert (entry.path, entry.size) == ("a/数 b.json", len(CONTENT))
    modified = store.modified(entry.path)
    assert modified is not None and abs(entry.modified - modified) < 1
    assert store.modified("a/c.json") is None


def test_a_local_file_has_the_bytes_and_is_read_only(store: Store) -> None:
    store.create("a/b.json", CONTENT)
    local = store.local("a/b.json")
    assert (local.read_bytes(), local.stat().st_mode & 0o777) == (CONTENT, 0o444)
    store.remove("a/b.json")
    with pytest.raises(FileNotFoundError):
        store.local("a/b.json")


def test_files_are_uploaded_once(store: Store, source: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.upload("a/b", source.with_name("absent"))
    assert store.upload("a/b", source)
    assert not store.upload("a/b", source)
    assert store.read("a/b") == CONTENT
    assert files(store) == ["a/b"]


def test_pointers_are_replaced(store: Store, source: Path) -> None:
    store.replace("latest.json", b"old")
    store.replace("latest.json", b"new")
    assert store.read("latest.json") == b"new"
    store.replace_with("latest.json", source)
    assert store.read("latest.json") == CONTENT


def test_what_can_be_made_again_is_put_and_flushed_later(store: Store) -> None:
    for content in (b"old", CONTENT):
        store.put_derived("a/b/c.html", content)
    store.put_derived("index.html", b"")
    store.flush()
    assert (store.read("a/b/c.html"), files(store)) == (CONTENT, ["a/b/c.html", "index.html"])
    store.replace("a/b/d.html", b"beside")
    assert store.read("a/b/d.html") == b"beside"


def test_empty_files_are_files(store: Store, source: Path) -> None:
    source.write_bytes(b"")
    store.replace_with("a", source)
    assert store.create("b", b"")
    for path in ("a", "b"):
        assert (store.read(path), store.size(path), store.local(path).read_bytes()) == (b"", 0, b"")


def test_what_is_not_there_is_said_so(store: Store) -> None:
    for ask in (store.read, store.local):
        with pytest.raises(FileNotFoundError):
            ask("a/b")
    assert not store.touch("a/b")
    store.remove("a/b")
    assert store.names("a") == ()
    assert files(store) == []


def test_names_are_those_of_the_folder_itself(store: Store) -> None:
    for path in ("a/2.json", "a/1.json", "a/b/3.json", "ab/4.json"):
        store.create(path, CONTENT)
    assert store.names("a") == ("1.json", "2.json")
    assert sorted(entry.path for entry in store.entries("a")) == ["a/1.json", "a/2.json", "a/b/3.json"]
    store.remove("a/1.json")
    assert store.names("a") == ("2.json",)


@pytest.mark.parametrize("address", ["folder", "swift"], indirect=True)
def test_touching_makes_a_file_young(store: Store) -> None:
    store.create("a", CONTENT)
    [first] = store.entries("")
    for _ in range(1000):  # Stores tell times to the second.
        assert store.touch("a")
        [entry] = store.entries("")
        if entry.modified > first.modified:
            break
    else:
        pytest.fail("it is as old as it was")
    assert store.read("a") == CONTENT


def test_of_several_processes_exactly_one_creates_a_file(address: str, tmp_path: Path, store: Store) -> None:
    paths = [f"snapshots/{number:06d}.json" for number in range(5)]
    created = create_at_once(address, tmp_path / "cache", paths, writers=4)
    assert {path: [store.read(path)] for path in paths} == created


def test_local_copies_never_lead_out_of_their_folder(store: Store) -> None:
    with pytest.raises((UnsafePath, FileNotFoundError)):
        store.local("../../../x")
