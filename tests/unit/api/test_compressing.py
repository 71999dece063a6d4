"""Texts of the catalog's folder with gzip: who gets them, and what is said of them (RFC 9110)."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from apiserving import Site, site_of
from hypothesis import given
from hypothesis import strategies as st

from pipelines.api.files.compressing import Compressor
from pipelines.api.places.opening import OpenedFile, open_below
from pipelines.api.preferences import codings, qualities, wants_page

TEXT = "公开 public data\n".encode() * 500
TEXTS = ("page/index.html", "assets/a.0123456789abcdef.css", "assets/a.0123456789abcdef.js", "icon.svg", "feed.atom",
         "data.json", "catalog.jsonld", "catalog.ttl", "sitemap.xml", "small.csv", "1.0.0.sha256")  # fmt: skip
OTHERS = ("file.parquet", "catalog.duckdb", "sheet.xlsx", "all.zip", "engine.wasm", "engine.wasm.packed", "unknown")


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("texts")
    for path in (*TEXTS, *OTHERS):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(TEXT)
    (root / "short.json").write_bytes(b"{}")
    (root / "long.csv").write_bytes(b"a" * (2 << 20) + b"a")
    with site_of(root) as running:
        yield running


@pytest.mark.parametrize("path", TEXTS)
def test_texts_are_compressed_for_whoever_takes_it(texts: Site, path: str) -> None:
    answer, plain = texts.ask(f"/{path}", Accept_Encoding="gzip, deflate, br"), texts.ask(f"/{path}")
    assert (answer.status, answer.headers["content-encoding"]) == (200, "gzip")
    assert gzip.decompress(answer.body) == plain.body == TEXT
    assert int(answer.headers["content-length"]) == len(answer.body) < len(TEXT) / 10
    assert answer.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in plain.headers
    assert answer.headers["etag"] != plain.headers["etag"]
    for name in ("content-type", "cache-control", "last-modified"):
        assert answer.headers[name] == plain.headers[name]


@pytest.mark.parametrize("path", [*OTHERS, "short.json", "long.csv"])
def test_all_else_is_sent_as_it_is(texts: Site, path: str) -> None:
    answer = texts.ask(f"/{path}", Accept_Encoding="gzip")
    assert answer.status == 200
    assert not {"content-encoding", "vary"} & answer.headers.keys()
    refused = texts.ask(f"/{path}", Accept_Encoding="gzip, identity;q=0")
    assert (refused.status, refused.json["type"]) == (406, "/api/v1/#coding")


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"), ("GZIP;Q=0.1", "gzip"), ("x-gzip", "gzip"), ("*", "gzip"), ("identity;q=0, *", "gzip"),
        ("br, gzip;q=0.5, identity;q=0.4", "gzip"), ("gzip, identity", "gzip"), ("", None), ("br", None),
        ("gzip;q=0", None), ("gzip;q=0.000, *", None), ("gzip;q=0.5, identity", None), ("gzip;q=2", None),
        ("*;q=0, identity;q=0.1", None), ("identity", None), ("gzipped", None), (",;,=;q", None),
    ],
)  # fmt: skip
def test_what_a_client_accepts(texts: Site, accepted: str, coding: str | None) -> None:
    answer = texts.ask("/data.json", Accept_Encoding=accepted)
    assert (answer.status, answer.headers.get("content-encoding")) == (200, coding)


@pytest.mark.parametrize("accepted", ["identity;q=0", "*;q=0", "br, *;q=0", "gzip;q=0, identity;q=0"])
def test_a_client_that_takes_nothing_that_there_is(texts: Site, accepted: str) -> None:
    answer = texts.ask("/data.json", Accept_Encoding=accepted)
    assert answer.status == 406
    assert "Accept-Encoding" in answer.headers["vary"]


def test_each_coding_has_its_own_validator(texts: Site) -> None:
    plain, compressed = texts.ask("/data.json"), texts.ask("/data.json", Accept_Encoding="gzip")
    for accepted, own, other in (("identity", plain, compressed), ("gzip", compressed, plain)):
        tag = own.headers["etag"]
        same = texts.ask("/data.json", Accept_Encoding=accepted, If_None_Match=f'"x", {tag}')
        assert (same.status, same.body) == (304, b"")
        assert (same.headers["etag"], same.headers["vary"]) == (tag, "Accept-Encoding")
        assert texts.ask("/data.json", Accept_Encoding=accepted, If_Match=tag).status == 200
        changed = texts.ask("/data.json", Accept_Encoding=accepted, If_None_Match=other.headers["etag"])
        assert (changed.status, changed.body) == (200, own.body)
    since = texts.ask("/data.json", Accept_Encoding="gzip", If_Modified_Since=plain.headers["last-modified"])
    assert since.status == 304


def test_head_says_what_get_says(texts: Site) -> None:
    for accepted in ("gzip", "identity"):
        head = texts.ask("/data.json", "HEAD", Accept_Encoding=accepted)
        whole = texts.ask("/data.json", Accept_Encoding=accepted)
        assert head.body == b""
        assert {**head.headers, "date": ""} == {**whole.headers, "date": ""}


def test_ranges_are_of_the_file_as_it_is(texts: Site) -> None:
    part = texts.ask("/small.csv", Accept_Encoding="gzip", Range="bytes=3-9")
    assert (part.status, part.body, part.headers["vary"]) == (206, TEXT[3:10], "Accept-Encoding")
    assert "content-encoding" not in part.headers
    tag, compressed = part.headers["etag"], texts.ask("/small.csv", Accept_Encoding="gzip").headers["etag"]
    assert texts.ask("/small.csv", Accept_Encoding="gzip", Range="bytes=3-9", If_Range=tag).status == 206
    whole = texts.ask("/small.csv", Accept_Encoding="gzip", Range="bytes=3-9", If_Range=compressed)
    assert (whole.status, whole.headers["content-encoding"]) == (200, "gzip")
    # A server may ignore a range, but not what a client cannot read.
    forced = texts.ask("/small.csv", Accept_Encoding="gzip, identity;q=0", Range="bytes=3-9")
    assert (forced.status, forced.headers["content-encoding"]) == (200, "gzip")


def test_a_file_that_is_replaced_is_compressed_anew(tmp_path: Path) -> None:
    with site_of(tmp_path) as running:
        tags = set()
        for content in (TEXT, TEXT[::-1]):
            (tmp_path / "new").write_bytes(content)
            (tmp_path / "new").replace(tmp_path / "a.json")
            answer = running.ask("/a.json", Accept_Encoding="gzip")
            assert gzip.decompress(answer.body) == content
            tags.add(answer.headers["etag"])
        assert len(tags) == 2


def opened(folder: Path, name: str, content: bytes) -> OpenedFile:
    (folder / name).write_bytes(content)
    found = open_below(folder, name)
    assert found is not None
    return found


def test_each_file_is_compressed_once_and_the_oldest_go(tmp_path: Path) -> None:
    files = {name: opened(tmp_path, name, os.urandom(50_000)) for name in "abc"}
    compressor = Compressor(kept=110_000)

    async def run() -> None:
        first = await asyncio.gather(*(compressor.compressed(files["a"], "a") for _ in range(20)))
        assert first[0] is not None and all(each is first[0] for each in first)
        await compressor.compressed(files["b"], "b")
        assert await compressor.compressed(files["a"], "a") is first[0]
        await compressor.compressed(files["c"], "c")
        assert await compressor.compressed(files["a"], "a") is first[0]
        # Has gone, and is made again to the same bytes.
        again = await compressor.compressed(files["b"], "b")
        assert again is not None and gzip.decompress(again) == (tmp_path / "b").read_bytes()

    asyncio.run(run())
    for file in files.values():
        file.close()


def test_whoever_would_wait_too_long_gets_the_file_as_it_is(tmp_path: Path) -> None:
    file = opened(tmp_path, "a", TEXT)
    compressor = Compressor(waiting=3)

    async def run() -> list[bytes | None]:
        return await asyncio.gather(*(compressor.compressed(file, str(number)) for number in range(8)))

    made = asyncio.run(run())
    assert [each is None for each in made] == [False] * 3 + [True] * 5
    file.close()


def test_a_file_that_is_cut_while_it_is_read_is_not_kept(tmp_path: Path) -> None:
    file = opened(tmp_path, "a.json", TEXT)
    os.truncate(tmp_path / "a.json", 100)
    compressor = Compressor()
    assert asyncio.run(compressor.compressed(file, "a")) is None
    file.close()


@given(st.text(st.sampled_from("gzip,;=q.01* \tidentity/")))
def test_any_header_can_be_read(header: str) -> None:
    assert all(0 <= quality <= 1 for quality in qualities(header).values())
    assert all(0 <= quality <= 1 for quality in codings(header))
    wants_page(header)


@given(st.dictionaries(st.text("abcz-/*", min_size=1), st.integers(0, 1000), max_size=5))
def test_qualities_are_what_was_written(wishes: dict[str, int]) -> None:
    header = " , ".join(f"{name} ; q={number / 1000:.3f}" for name, number in wishes.items())
    assert qualities(header) == {name: number / 1000 for name, number in wishes.items()}
