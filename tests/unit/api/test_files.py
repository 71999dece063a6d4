"""The catalog's folder over HTTP: ranges, validators, and no way out of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest
from apiserving import Site, site_of

from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore

CONTENT = bytes(range(256)) * 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file of 2,048 bytes, and what is not to be given."""
    outside = tmp_path_factory.mktemp("files")
    root = outside / "catalog"
    for path, content in {
        "file.bin": CONTENT, "page/index.html": b"<p>", "index.html": b"<h1>",
        "objects/ab/" + "ab" * 32 + ".parquet": b"x",
        "snapshots/000001.json": b"{}", "sums/trees/1.0.0.SHA256SUMS": b"", "index/catalog-000001.duckdb": b"x",
        "downloads/trees/1.0.0/trees.csv": b"a", "downloads/trees/1.0.0/files.json": b"a",
        "metadata/datasets/trees/1.0.0/datapackage.json": b"a", "assets/app.0123456789abcdef.js": b"",
        "assets/duckdb/worker.0123456789abcdef01.min.js": b"", "assets/app.js": b"",
        "assets/b.0123456789abcdef/c.wasm.packed": b"", "assets/app.0123abc.js": b"",
        ".incoming/secret": b"secret",
        "../private/secret": b"secret", "empty.txt": b"", "公开.txt": b"open",
    }.items():  # fmt: skip
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    (root / "link").symlink_to(outside / "private" / "secret")
    (root / "linked").symlink_to(outside / "private")
    os.mkfifo(root / "pipe")
    return root


@pytest.fixture(scope="module")
def files(folder: Path) -> Iterator[Site]:
    with site_of(folder) as running:
        yield running


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19), ("bytes=2040-", 2040, 2047), ("bytes=-8", 2040, 2047),
        ("bytes=2000-9999", 2000, 2047), ("bytes=-9999", 0, 2047), ("bytes=5000-6000, 1-2", 1, 2),
        ("bytes=0-9,5-19", 0, 19), ("bytes=0-9,10-19", 0, 19), ("BYTES=7-7", 7, 7),
    ],
)  # fmt: skip
def test_a_range(files: Site, wanted: str, first: int, last: int) -> None:
    answer = files.ask("/file.bin", Range=wanted)
    assert (answer.status, answer.headers["content-range"]) == (206, f"bytes {first}-{last}/2048")
    assert answer.body == CONTENT[first : last + 1]
    assert int(answer.headers["content-length"]) == len(answer.body)


def test_several_ranges(files: Site) -> None:
    answer = files.ask("/file.bin", Range="bytes=-3, 0-1,100-101")
    assert answer.status == 206
    assert int(answer.headers["content-length"]) == len(answer.body)
    parts = message_from_bytes(b"Content-Type: " + answer.headers["content-type"].encode() + b"\r\n\r\n" + answer.body)
    found = [part for part in parts.walk() if not part.is_multipart()]
    assert [(part["Content-Range"], part.get_payload(decode=True)) for part in found] == [
        ("bytes 0-1/2048", CONTENT[:2]), ("bytes 100-101/2048", CONTENT[100:102]),
        ("bytes 2045-2047/2048", CONTENT[-3:]),
    ]  # fmt: skip


@pytest.mark.parametrize("wanted", ["bytes=2048-", "bytes=5000-6000", "bytes=-0", "bytes=9999999-, 8888888-"])
def test_ranges_outside_of_the_file(files: Site, wanted: str) -> None:
    answer = files.ask("/file.bin", Range=wanted)
    assert (answer.status, answer.headers["content-range"]) == (416, "bytes */2048")
    assert answer.json["type"] == "/api/v1/#range"


@pytest.mark.parametrize(
    "wanted",
    ["bytes", "bytes=", "bytes=a-b", "bytes=-", "bytes=5-4", "lines=0-1", "bytes=0-1;2-3", "bytes=" + "9" * 5000 + "-",
     "bytes=" + ",".join(f"{number * 4}-{number * 4 + 1}" for number in range(400)), "bytes=1-2,x"],
)  # fmt: skip
def test_ranges_that_say_nothing_give_the_whole_file(files: Site, wanted: str) -> None:
    answer = files.ask("/file.bin", Range=wanted)
    assert (answer.status, answer.body) == (200, CONTENT)


def test_ranges_of_an_empty_file(files: Site) -> None:
    assert files.ask("/empty.txt").body == b""
    assert files.ask("/empty.txt", Range="bytes=0-0").status == 416


def test_validators(files: Site, folder: Path) -> None:
    whole = files.ask("/file.bin")
    etag = whole.headers["etag"]
    assert etag.startswith('"')
    assert files.ask("/file.bin", If_None_Match=etag).status == 304
    assert files.ask("/file.bin", If_None_Match=f'"other", W/{etag}').status == 304
    assert files.ask("/file.bin", If_None_Match="*").body == b""
    assert files.ask("/file.bin", If_None_Match='"other"').status == 200
    assert files.ask("/file.bin", If_Modified_Since=whole.headers["last-modified"]).status == 304
    assert files.ask("/file.bin", If_Modified_Since="Thu, 01 Jan 1970 00:00:00 GMT").status == 200
    assert files.ask("/file.bin", If_Modified_Since="some day").status == 200
    assert files.ask("/file.bin", If_Match='"other"').status == 412
    assert files.ask("/file.bin", If_Match=etag).status == 200
    assert files.ask("/file.bin", Range="bytes=0-1", If_Range=etag).status == 206
    assert files.ask("/file.bin", Range="bytes=0-1", If_Range=f"W/{etag}").status == 200
    assert files.ask("/file.bin", Range="bytes=0-1", If_Range=whole.headers["last-modified"]).status == 200
    replaced = folder / "replaced.tmp"
    replaced.write_bytes(CONTENT)
    replaced.replace(folder / "file.bin")
    assert files.ask("/file.bin").headers["etag"] != etag
    assert files.ask("/file.bin", Range="bytes=0-1", If_Range=etag).body == CONTENT


def test_what_never_changes_is_kept_for_ever(files: Site) -> None:
    digest = "ab" * 32
    named = files.ask(f"/objects/ab/{digest}.parquet")
    assert named.headers["etag"] == f'"{digest}"'
    assert "content-disposition" not in named.headers
    for path in (
        f"/objects/ab/{digest}.parquet", "/snapshots/000001.json", "/sums/trees/1.0.0.SHA256SUMS",
        "/assets/app.0123456789abcdef.js", "/assets/duckdb/worker.0123456789abcdef01.min.js",
        "/assets/b.0123456789abcdef/c.wasm.packed",
    ):  # fmt: skip
        assert files.ask(path).headers["cache-control"] == "public, max-age=31536000, immutable", path
    for path in (
        "/file.bin",
        "/index.html",
        "/index/catalog-000001.duckdb",
        "/assets/app.js",
        "/assets/app.0123abc.js",
    ):
        answer = files.ask(path)
        assert answer.headers["cache-control"] == "public, max-age=60, must-revalidate", path
        assert files.ask(path, If_None_Match=answer.headers["etag"]).status == 304


def test_what_is_made_anew_for_a_version_is_asked_about_each_time(files: Site, folder: Path) -> None:
    for path in ("downloads/trees/1.0.0/trees.csv", "downloads/trees/1.0.0/files.json",
                 "metadata/datasets/trees/1.0.0/datapackage.json"):  # fmt: skip
        first = files.ask(f"/{path}")
        assert first.headers["cache-control"] == "public, no-cache"
        kept = files.ask(f"/{path}", If_None_Match=first.headers["etag"])
        assert (kept.status, kept.headers["cache-control"]) == (304, "public, no-cache")
        # Made anew, of the same size and within the same second.
        FolderStore(folder).replace(path, b"b")
        assert files.ask(f"/{path}", If_None_Match=first.headers["etag"]).body == b"b"


def test_head_is_get_without_a_body(files: Site) -> None:
    for path in ("/file.bin", "/nothing", "/"):
        head, whole = files.ask(path, "HEAD"), files.ask(path)
        assert (head.status, head.body) == (whole.status, b"")
        assert {**head.headers, "date": ""} == {**whole.headers, "date": ""}
    assert files.ask("/file.bin", "HEAD", Range="bytes=0-1").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_nothing_can_be_written(files: Site, method: str) -> None:
    answer = files.ask("/file.bin", method)
    assert (answer.status, answer.json["type"]) == (405, "/api/v1/#method")
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "path",
    [
        "/../private/secret", "/..%2fprivate/secret", "/%2e%2e/private/secret", "/%2e%2e%2fprivate%2fsecret",
        "/%252e%252e/private/secret", "/..%252fprivate/secret", "/page/../../private/secret",
        "/page/..%2f..%2fprivate/secret",
        "/..%5cprivate%5csecret", "/file.bin%00", "/%00/file.bin", "/.incoming/secret", "/page/%2e%2e/.incoming/secret",
        "/link", "/linked/secret", "/pipe", "//file.bin", "/./file.bin", "/page//index.html", "/objects/",
        "/objects", "/objects/ab",
        "/%c0%ae%c0%ae/private/secret", "/file.bin/", "/file.bin/x", "/FILE.bin", "/%ff%fe", "/" + "a" * 300,
        "/" + "a/" * 2000,
        "/~root", "/etc/passwd", "//etc/passwd", "/page%2findex.html%2f",
    ],
)  # fmt: skip
def test_no_way_out_of_the_folder(files: Site, path: str) -> None:
    answer = files.ask(path)
    assert answer.status == 404
    assert b"secret" not in answer.body
    assert b"file.bin" not in answer.body


def test_names_in_any_script_and_pages_of_folders(files: Site) -> None:
    assert files.ask("/%E5%85%AC%E5%BC%80.txt").body == b"open"
    assert files.ask("/").body == b"<h1>"
    assert files.ask("/page/").body == b"<p>"
    moved = files.ask("/page")
    assert (moved.status, moved.headers["location"]) == (308, "page/")


def test_a_catalog_without_pages_begins_with_the_description_of_the_api(tmp_path: Path) -> None:
    with site_of(tmp_path) as running:
        first = running.ask("/")
        assert (first.status, first.headers["location"]) == (307, "/api/v1/")


@pytest.mark.parametrize(
    ("accepted", "is_page"),
    [("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True), ("text/html", True), ("*/*", False),
     ("text/html;q=0", False), ("application/json", False), ("application/json, text/html;q=0.5", False),
     ("text/html, application/problem+json", False), ("text/*", False)],
)  # fmt: skip
def test_readers_see_a_page_where_nothing_is(missing: Path, accepted: str, is_page: bool) -> None:
    with site_of(missing) as running:
        for path in ("/nothing/here", "/page/", "/datasets", "/api/v1/nothing", "/404.html/"):
            answer, head = (running.ask(path, method, Accept=accepted) for method in ("GET", "HEAD"))
            assert (answer.status, answer.body == b"at the root") == (404, is_page), path
            assert answer.headers["content-type"].partition(";")[0] == (
                "text/html" if is_page else "application/problem+json"
            )
            assert "Accept" in answer.headers["vary"] and answer.headers["cache-control"] == "no-store"
            assert ("script-src" in answer.headers["content-security-policy"]) == is_page
            assert {**head.headers, "date": ""} == {**answer.headers, "date": ""}


def test_the_page_that_readers_see_is_the_one_whose_links_lead_somewhere(missing: Path) -> None:
    def seen(base_url: str | None) -> bytes:
        with site_of(missing, base_url=base_url) as running:
            return running.ask("/nothing", Accept="text/html").body

    assert seen("https://data.example") == seen("https://data.example/") == b"at the root"
    assert seen("https://data.example/open/") == b"below a path"
    (missing / "404.root.html").unlink()
    assert seen(None) == b"below a path"
    (missing / "404.html").unlink()
    assert b"not-found" in seen(None)


@pytest.fixture
def missing(tmp_path: Path) -> Path:
    """A catalog with nothing but the pages for what is not there."""
    (tmp_path / "404.html").write_bytes(b"below a path")
    (tmp_path / "404.root.html").write_bytes(b"at the root")
    return tmp_path


def test_headers_for_browsers(files: Site) -> None:
    page, data, missing = (files.ask(path).headers for path in ("/index.html", "/file.bin", "/nothing"))
    for headers in (page, data, missing):
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["access-control-allow-origin"] == "*"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "Content-Range" in headers["access-control-expose-headers"]
        assert "server" not in headers
    assert "script-src 'self'" in page["content-security-policy"]
    assert "default-src 'none'" in data["content-security-policy"]
    asked = files.ask("/file.bin", "OPTIONS", Origin="https://a.example", Access_Control_Request_Method="GET")
    assert asked.status == 204
    assert "Range" in asked.headers["access-control-allow-headers"]


def test_files_of_a_withdrawn_version_are_gone(site: Site, workspace: Workspace) -> None:
    made = workspace.catalog / "downloads" / "tree_inventory"
    for version in ("1.0.0", "1.1.0"):
        (made / version).mkdir(parents=True, exist_ok=True)
        (made / version / "files.json").write_bytes(b"{}")
    assert site.ask("/downloads/tree_inventory/1.0.0/files.json").status == 200
    answer = site.ask("/downloads/tree_inventory/1.1.0/files.json", Accept_Language="zh")
    assert answer.status == 410
    assert "已撤回" in answer.json["detail"]
