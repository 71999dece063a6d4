"""From an address to a store, and whether it keeps writers apart."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.core.paths import CATALOG_VARIABLE, Workspace
from pipelines.publish.errors import CreateOnlyMissing, StoreAddressRefused
from pipelines.publish.stores import FolderStore, RemoteStore, open_store, require_create_only
from pipelines.publish.stores import folder as folder_module

Bucket = Callable[..., str]


def test_folders_are_given_by_path_or_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for address in (tmp_path / "目 录", str(tmp_path / "目 录"), "目 录", f"file://{tmp_path}/目 录",
                    f"file://localhost{tmp_path}/%E7%9B%AE%20%E5%BD%95"):  # fmt: skip
        assert open_store(address, tmp_path / "cache") == FolderStore(tmp_path / "目 录")


@pytest.mark.parametrize(("address", "shown"), [
    ("s3://bucket", "s3://bucket"), ("s3://bucket/a/b/", "s3://bucket/a/b"), ("gs://bucket/a", "gs://bucket/a"),
    ("az://container/a b/数据", "az://container/a b/数据"),
])  # fmt: skip
def test_buckets_are_given_by_url(address: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    store = open_store(address, tmp_path)
    assert isinstance(store, RemoteStore) and store.address == shown


@pytest.mark.parametrize(("address", "reason"), [
    ("s3://key:hush@bucket/a", "secret"), ("s3://key@bucket", "secret"), ("s3://bucket/a?token=hush", "secret"),
    ("s3://bucket?", "secret"), ("az://container/a#hush", "secret"), ("file:///srv?hush", "secret"),
    ("https://bucket/a", "scheme"), ("ftp://bucket", "scheme"), ("file://host/a", "scheme"), ("://", "scheme"),
    ("s3://", "name"), ("s3:///a", "name"), ("s3://bucket:443/a", "name"), ("s3://bucket/../a", "name"),
    ("s3://bucket/a\\b", "name"), ("az://container", "environment"),
])  # fmt: skip
def test_other_addresses_are_refused_and_not_shown(address: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(StoreAddressRefused) as refused:
        open_store(address, tmp_path)
    assert refused.value.reason == reason
    assert all(secret not in refused.value.message.text(language) for secret in ("hush", "@")
               for language in ("en", "zh"))  # fmt: skip


def test_a_store_is_tried_once(bucket: Bucket, tmp_path: Path) -> None:
    store = open_store(bucket(), tmp_path)
    require_create_only(store, tmp_path)
    assert list(store.entries("")) == []
    unreachable = RemoteStore(store.address, tmp_path, open_store("s3://no-such-bucket", tmp_path).client)  # type: ignore[attr-defined]
    require_create_only(unreachable, tmp_path)
    with pytest.raises(OSError, match="No such bucket"):
        require_create_only(unreachable, tmp_path / "elsewhere")


@pytest.mark.parametrize(("kind", "beginning", "reason"), [("moto", "deaf", "ignored"), ("swift", "racing", "raced")])
def test_a_store_that_does_not_keep_writers_apart_is_refused(bucket: Bucket, tmp_path: Path, kind: str,
                                                             beginning: str, reason: str) -> None:  # fmt: skip
    store = open_store(bucket(kind, beginning), tmp_path)
    with pytest.raises(CreateOnlyMissing) as refused:
        require_create_only(store, tmp_path)
    assert (refused.value.address, refused.value.reason) == (store.address, reason)
    assert not list(tmp_path.rglob("create-only"))
    assert list(store.entries("")) == []


def test_a_file_system_without_hard_links_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> bool:
        raise OSError(errno.EPERM, "no links")

    store = FolderStore(tmp_path / "catalog")
    with monkeypatch.context() as without_links:
        without_links.setattr(folder_module, "link_file", refuse)
        with pytest.raises(CreateOnlyMissing) as refused:
            require_create_only(store, tmp_path / "cache")
    assert refused.value.reason == "links"
    require_create_only(store, tmp_path / "cache")
    assert list(store.entries("")) == []


def test_the_environment_says_where_the_catalog_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CATALOG_VARIABLE, raising=False)
    workspace = Workspace.default()
    assert workspace.catalog_address is None
    monkeypatch.setenv(CATALOG_VARIABLE, "s3://bucket/catalog")
    moved = Workspace.default()
    assert (moved.catalog_address, moved.catalog) == ("s3://bucket/catalog", workspace.catalog)
    assert moved.store_cache.is_relative_to(moved.private)
