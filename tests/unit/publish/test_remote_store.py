"""What is peculiar to catalogs in buckets: parts, lost answers, the local cache, and errors without secrets."""

from __future__ import annotations

import errno
import hashlib
import os
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from obstore.store import S3Store
from publishing import add_candidate, registry, release_now, tree, workspace_with_registry
from s3_serving import ACCESS_KEY, SECRET

from pipelines.core.errors import CorruptStore
from pipelines.publish import latest_snapshot, verify
from pipelines.publish.store import object_path
from pipelines.publish.stores import FolderStore, RemoteStore, Store, open_store

if TYPE_CHECKING:
    from obstore.store import ClientConfig

CONTENT = b"content"
#: One part and a bit.
BIG = b"0123456789abcdef" * (512 << 10) + b"!"
BIG_SHA256 = hashlib.sha256(BIG).hexdigest()


@pytest.fixture(params=["moto", "swift"])
def store(request: pytest.FixtureRequest, tmp_path: Path, bucket: Callable[[str], str]) -> RemoteStore:
    return remote(bucket(request.param), tmp_path)


def remote(address: str, tmp_path: Path) -> RemoteStore:
    store = open_store(address, tmp_path / "cache")
    assert isinstance(store, RemoteStore)
    return store


def cached(store: RemoteStore) -> list[str]:
    return sorted(path.name for path in store.cache.rglob("*") if path.is_file())


def test_large_files_go_in_parts_and_come_back(store: RemoteStore, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(BIG)
    path = object_path(BIG_SHA256)
    assert store.upload(path, source)
    assert not store.upload(path, source)
    assert store.sha256(path) == BIG_SHA256
    assert store.touch(path)
    assert [(entry.path, entry.size) for entry in store.entries("")] == [(path, len(BIG))]
    assert store.local(path).read_bytes() == BIG
    source.write_bytes(BIG[1:] + b"?")
    store.replace_with("index.duckdb", source)
    assert store.read("index.duckdb") == BIG[1:] + b"?"


@pytest.mark.parametrize("content", [CONTENT, BIG])
def test_bytes_that_are_not_what_their_name_says_are_not_uploaded(store: RemoteStore, tmp_path: Path,
                                                                  content: bytes) -> None:  # fmt: skip
    source = tmp_path / "source"
    source.write_bytes(content)
    with pytest.raises(CorruptStore):
        store.upload(object_path("0" * 64), source)
    assert list(store.entries("")) == []


def test_bytes_that_are_not_what_their_name_says_are_not_kept(store: RemoteStore) -> None:
    path = object_path("0" * 64)
    store.replace(path, CONTENT)
    with pytest.raises(CorruptStore):
        store.local(path)
    assert cached(store) == []


def test_what_never_changes_is_downloaded_once(store: RemoteStore, tmp_path: Path) -> None:
    path = object_path(hashlib.sha256(CONTENT).hexdigest())
    store.create(path, CONTENT)
    first = store.local(path)
    another = remote(store.address, tmp_path)
    another.client.delete(path)
    assert another.local(path) == first
    another.remove(path)
    assert cached(store) == []


def test_a_name_that_is_no_hash_may_be_used_again(store: RemoteStore) -> None:
    for content in (CONTENT, b"made anew"):
        store.remove("index/catalog-000001.duckdb")
        store.create("index/catalog-000001.duckdb", content)
        local = store.local("index/catalog-000001.duckdb")
        assert (local.read_bytes(), local.name) == (content, "catalog-000001.duckdb")


def test_two_endpoints_are_two_caches(bucket: Callable[[str], str], tmp_path: Path,
                                      monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    first = remote(bucket("moto"), tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT", "http://127.0.0.1:9")
    assert remote(first.address, tmp_path).cache != first.cache


@pytest.mark.parametrize("beginning", ["failing", "breaking", "stalling"])
def test_a_lost_answer_does_not_hide_that_a_file_was_created(bucket: Callable[[str, str], str], tmp_path: Path,
                                                             beginning: str) -> None:  # fmt: skip
    address = bucket("moto", beginning)
    impatient: ClientConfig = {"allow_http": True, "timeout": timedelta(seconds=3)}
    store = RemoteStore(address, tmp_path, S3Store(address.removeprefix("s3://"), client_options=impatient))
    assert store.create("snapshots/000001.json", CONTENT)
    assert not store.create("snapshots/000001.json", CONTENT)


def test_a_fork_is_refused_and_leaves_its_parent_alone(bucket: Callable[[], str], tmp_path: Path) -> None:
    store = remote(bucket(), tmp_path)
    store.create("a", CONTENT)
    child = os.fork()
    if child == 0:
        try:
            store.read("a")
        except RuntimeError:
            os._exit(7)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert store.read("a") == CONTENT


def test_copies_of_dead_writers_are_removed(store: RemoteStore) -> None:
    store.create(".incoming/x", CONTENT)
    store.create("a", CONTENT)
    store.remove_leftovers(time.time())
    assert store.names(".incoming") == ("x",)
    store.remove_leftovers(time.time() + 2 * 24 * 60 * 60)
    assert [entry.path for entry in store.entries("")] == ["a"]


def test_refusals_name_the_place_and_no_secret(bucket: Callable[[str], str], tmp_path: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    address = bucket("swift")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-secret")
    store = remote(address, tmp_path)
    for ask in (store.read, store.size, store.touch, store.names, store.local, store.remove):
        with pytest.raises(PermissionError) as refused:
            ask("latest.json")
        assert refused.value.filename == f"{address}/latest.json"
        for secret in (ACCESS_KEY, SECRET, "wrong-secret", "Signature"):
            assert secret not in str(refused.value)
    with pytest.raises(PermissionError):
        store.create("latest.json", CONTENT)


def test_a_missing_bucket_is_not_an_empty_catalog(store: RemoteStore, tmp_path: Path) -> None:
    missing = remote("s3://no-such-bucket", tmp_path)
    for ask in (missing.names, missing.read, missing.local, lambda path: list(missing.entries(path))):
        with pytest.raises(OSError) as told:
            ask("snapshots")
        assert told.value.errno == errno.ENXIO or ask == missing.local
    with pytest.raises(OSError, match="No such bucket"):
        missing.create("snapshots/000001.json", CONTENT)


def test_a_server_that_is_not_there_is_a_connection_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name, value in {"AWS_ENDPOINT": f"http://127.0.0.1:{port}", "AWS_ALLOW_HTTP": "true",
                        "AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    insecure = remote("s3://bucket", tmp_path)
    monkeypatch.delenv("AWS_ALLOW_HTTP")
    with pytest.raises(OSError, match="AWS_ALLOW_HTTP"):
        remote("s3://bucket", tmp_path).read("latest.json")
    with pytest.raises(ConnectionError) as refused:
        insecure.read("latest.json")
    assert str(port) not in str(refused.value) and refused.value.filename == "s3://bucket/latest.json"


def test_a_release_has_the_same_files_in_a_bucket_as_in_a_folder(bucket: Callable[[], str], tmp_path: Path) -> None:
    workspace = workspace_with_registry(tmp_path)
    catalog = registry(workspace)
    stores: tuple[Store, Store] = (FolderStore(workspace.catalog), remote(bucket(), tmp_path))
    for period in ("2024", "2025"):
        for store in stores:
            add_candidate(workspace, [tree(1), tree(2)], period=period)
            release_now(workspace, catalog, store=store)
    for store in stores:
        snapshot = latest_snapshot(store)
        assert snapshot is not None and snapshot.number == 2
        assert verify(store) == []
    in_folder, in_bucket = ({entry.path: store.sha256(entry.path) for entry in store.entries("")} for store in stores)
    assert in_folder == in_bucket
