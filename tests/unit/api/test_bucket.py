"""A catalog in a bucket: the same answers as from a folder, and queries that know nothing of the bucket."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from apiserving import SMALL, Site, site_of
from processes import children, command_of
from s3_serving import SECRET, S3Server, s3_server

from pipelines.api.places.bucket import BucketPlace
from pipelines.api.places.copies import Copies
from pipelines.core.errors import CorruptStore
from pipelines.core.paths import Workspace
from pipelines.publish.stores import RemoteStore, open_store

#: No cache may hold less than the largest object; those of these catalogs have a few kB.
MOST = 1 << 20
TREES = "/api/v1/datasets/tree_inventory"
COUNT = "/sql?query=" + quote("SELECT count(*) AS n, min(tree_id) AS first FROM parks.tree_inventory")


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with s3_server() as running, pytest.MonkeyPatch.context() as patch:
        for name, value in running.environment.items():
            patch.setenv(name, value)
        yield running


def filled(server: S3Server, folder: Path, cache: Path, beginning: str = "catalog") -> RemoteStore:
    """A bucket with the files of a folder."""
    store = open_store(f"{server.fresh_bucket(beginning)}/open data", cache)
    assert isinstance(store, RemoteStore)
    for path in folder.rglob("*"):
        if path.is_file() and not path.relative_to(folder).parts[0].startswith("."):
            store.replace(path.relative_to(folder).as_posix(), path.read_bytes())
    return store


@pytest.fixture(scope="module")
def store(server: S3Server, workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> RemoteStore:
    return filled(server, workspace.catalog, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def bucket(store: RemoteStore) -> Iterator[Site]:
    with site_of(place(store), replace(SMALL, query=replace(SMALL.query, seconds=30))) as running:
        yield running


def place(store: RemoteStore) -> BucketPlace:
    """The bucket, looked at for each request."""
    found = BucketPlace(store, MOST, looked=0)
    found.look()
    return found


def objects(store: RemoteStore) -> list[str]:
    return [entry.path for entry in store.entries("objects")]


def test_files_are_as_from_a_folder(bucket: Site, site: Site, store: RemoteStore) -> None:
    (path, *_) = objects(store)
    whole = site.ask(f"/{path}")
    same = ("etag", "cache-control", "content-range", "content-length", "accept-ranges")
    for wanted in ("bytes=0-", "bytes=0-0", "bytes=-5", "bytes=999999999-", "bytes=5-4"):
        here, there = (each.ask(f"/{path}", Range=wanted) for each in (bucket, site))
        assert (here.status, here.body) == (there.status, there.body)
        assert {name: here.headers.get(name) for name in same} == {name: there.headers.get(name) for name in same}
    several = bucket.ask(f"/{path}", Range="bytes=2-3,-4")
    assert (several.status, several.headers["content-length"]) == (206, str(len(several.body)))
    assert whole.body[2:4] in several.body and whole.body[-4:] in several.body
    head = bucket.ask(f"/{path}", "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(whole.body)))
    latest = bucket.ask("/latest.json")
    assert latest.headers["cache-control"] == "public, max-age=60, must-revalidate"
    assert bucket.ask("/latest.json", If_None_Match=latest.headers["etag"]).status == 304
    assert bucket.ask("/").headers["location"] == "/api/v1/"


@pytest.mark.parametrize(
    "path",
    ["/../x", "/%2e%2e/x", "/.incoming/x", "/nothing", "/objects", "/objects/", "//latest.json", "/%00", "/a%5cb",
     "/latest.json/", "/" + "a" * 300, "/" + "a/" * 500],
)  # fmt: skip
def test_what_is_not_there_is_not_found(bucket: Site, path: str) -> None:
    assert bucket.ask(path).status == 404


def test_pages_of_folders(bucket: Site, store: RemoteStore) -> None:
    store.replace("page/index.html", b"<p>")
    moved = bucket.ask("/page")
    assert (moved.status, moved.headers["location"]) == (308, "page/")
    assert bucket.ask("/page/").body == b"<p>"


@pytest.mark.parametrize(
    "path",
    [
        COUNT, "/api/v1/datasets", f"{TREES}", f"{TREES}/versions", f"{TREES}/rows?limit=3&sort=-height",
        f"{TREES}/rows?limit=all", f"{TREES}/rows?version=1.0.0&format=csv", f"{TREES}/rows?version=1.1.0",
        "/api/v1/datasets/bench_inventory", "/sql?query=FROM+codelists.district",
        "/sql?query=" + quote("FROM changes('tree_inventory', '1.2.0')"),
        "/sql?query=" + quote("FROM labelled.tree_inventory ORDER BY ALL"),
    ],
)  # fmt: skip
def test_the_interfaces_answer_the_same(bucket: Site, site: Site, path: str) -> None:
    here, there = bucket.ask(path), site.ask(path)
    assert (here.status, here.body) == (there.status, there.body)


def test_strangers_name_no_files_of_the_bucket(bucket: Site, store: RemoteStore) -> None:
    (path, *_) = objects(store)
    for query in (f"FROM 'gongkai://catalog/{path}'", f"FROM read_parquet('gongkai://catalog/{path}')",
                  "FROM read_text('gongkai://catalog/latest.json')", "FROM glob('gongkai://catalog/**')",
                  f"FROM read_parquet('{store.cache}/{path}')", "FROM read_text('/proc/self/environ')"):  # fmt: skip
        answer = bucket.ask(f"/sql?query={quote(query)}")
        assert answer.status == 400, query
        assert str(store.cache) not in answer.body.decode() or str(store.cache) in query


def test_processes_of_queries_have_no_keys(bucket: Site) -> None:
    endless = threading.Thread(target=bucket.ask, args=("/sql?query=" + quote(
        "SELECT count(*) FROM range(30000) a, range(30000) b WHERE hash(a.range, b.range) = 1"),))  # fmt: skip
    assert bucket.ask(COUNT).status == 200
    endless.start()
    seen = [pid for pid in children() if "pipelines.api.sandbox.nursery" in command_of(pid)]
    assert seen
    assert not any(SECRET.encode() in Path(f"/proc/{pid}/environ").read_bytes() for pid in seen)
    endless.join()


def test_a_release_and_a_withdrawal_are_seen(server: S3Server, workspace: Workspace, tmp_path: Path) -> None:
    early = tmp_path / "early"
    for path in workspace.catalog.rglob("*"):
        target = early / path.relative_to(workspace.catalog)
        if path.is_file() and int("".join(filter(str.isdigit, path.stem)) or 0) not in range(2, 6):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    (early / "latest.json").unlink()
    store = filled(server, early, tmp_path / "cache")
    with site_of(place(store)) as running:
        # Nothing tells of the snapshots that follow the first yet.
        assert running.ask("/api/v1/datasets/bench_inventory").status == 200
        filled_again = {path.relative_to(workspace.catalog).as_posix(): path for path in workspace.catalog.rglob("*")}
        for name, path in sorted(filled_again.items(), key=lambda item: item[0] == "latest.json"):
            if path.is_file() and not name.startswith("."):
                store.replace(name, path.read_bytes())
        while running.ask("/api/v1/datasets/bench_inventory").status == 200:
            pass
        while running.ask("/api/v1/datasets").headers["gongkai-snapshot"] != "5":
            pass
        assert running.ask("/api/v1/datasets/tree_inventory/rows?version=1.1.0").status == 410
        assert running.ask(COUNT).json["rows"] == [{"n": 12, "first": "T00001"}]


def test_a_file_that_is_replaced_while_it_is_read_breaks_off(bucket: Site, store: RemoteStore) -> None:
    content = os.urandom(24 << 20)
    store.replace("large.bin", content)
    with bucket.connect() as connection:
        connection.sendall(b"GET /large.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        received = connection.recv(1 << 16)
        store.replace("large.bin", b"other")
        while more := connection.recv(1 << 16):
            received += more
    body = received.partition(b"\r\n\r\n")[2]
    assert content.startswith(body)
    assert len(body) < len(content)
    store.remove("large.bin")


def test_damaged_objects_are_told(server: S3Server, workspace: Workspace, tmp_path: Path) -> None:
    store = filled(server, workspace.catalog, tmp_path / "cache")
    with site_of(place(store)) as running:
        assert running.ask(COUNT).status == 200
        for entry in list(store.entries("objects")):
            store.replace(entry.path, b"damaged")
        # Copies that were compared once are used; what has to be fetched is compared.
        assert running.ask(COUNT).status == 200
        answer = running.ask("/api/v1/datasets/lamp_inventory/rows", Accept_Language="zh")
        assert (answer.status, answer.json["type"]) == (503, "/api/v1/#query-unreadable")


def test_a_bucket_out_of_reach(workspace: Workspace, tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        running = stack.enter_context(s3_server())
        for name, value in running.environment.items():
            patch.setenv(name, value)
        with site_of(place(filled(running, workspace.catalog, tmp_path / "cache"))) as site:
            assert site.ask(COUNT).status == 200
            stack.close()
            # What is known goes on; what is not, is told.
            assert site.ask(COUNT).status == 200
            assert site.ask("/api/v1/datasets").status == 200
            for path in ("/latest.json", "/api/v1/datasets/lamp_inventory/rows"):
                answer = site.ask(path)
                assert (answer.status, answer.json["type"]) == (503, "/api/v1/#unreachable")


def test_copies_keep_within_their_size(store: RemoteStore, tmp_path: Path) -> None:
    paths = objects(store)
    sizes = {path: store.size(path) or 0 for path in paths}
    own = replace(store, cache=tmp_path)
    most = max(sizes.values()) + min(sizes.values())
    copies = Copies(own, most)
    for _ in range(2):
        for path in paths:
            with os.fdopen(copies.lend(path), "rb") as file:
                assert file.read() == store.read(path)
            kept = [found for found in tmp_path.rglob("*") if found.is_file()]
            assert tmp_path / path in kept
            assert sum(found.stat().st_size for found in kept) <= most
    with pytest.raises(OSError, match="No space left"):
        Copies(replace(store, cache=tmp_path / "small"), min(sizes.values()) - 1).lend(paths[0])
    for nothing in ("latest.json", "objects/../latest.json", "objects/ab/" + "ab" * 32 + ".parquet"):
        with pytest.raises(FileNotFoundError):
            copies.lend(nothing)


def test_what_an_earlier_process_left_counts(store: RemoteStore, tmp_path: Path) -> None:
    (path, *others) = objects(store)
    own = replace(store, cache=tmp_path)
    os.close(Copies(own, MOST).lend(path))
    (tmp_path / path).with_name("half.tmp").write_bytes(b"x")
    copies = Copies(own, max(store.size(each) or 0 for each in (path, *others)))
    assert [found.name for found in tmp_path.rglob("*") if found.is_file()] == [Path(path).name]
    for other in others:
        os.close(copies.lend(other))
    assert not (tmp_path / path).exists()


def test_many_at_once_fetch_an_object_once(store: RemoteStore, tmp_path: Path) -> None:
    copies, path = Copies(replace(store, cache=tmp_path), MOST), objects(store)[0]
    found: list[bytes] = []

    def read() -> None:
        with os.fdopen(copies.lend(path), "rb") as file:
            found.append(file.read())

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [store.read(path)] * 8


def test_damaged_bytes_are_no_copy(server: S3Server, store: RemoteStore, workspace: Workspace, tmp_path: Path) -> None:
    path = objects(store)[0]
    other = filled(server, tmp_path / "nothing", tmp_path / "cache")
    other.replace(path, b"damaged")
    with pytest.raises(CorruptStore):
        Copies(other, MOST).lend(path)
    assert not (other.cache / path).exists()
