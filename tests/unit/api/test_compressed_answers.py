"""Answers of the interface with gzip: who gets them, and that they are sent as they are made."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from typing import Any

import pytest
from apiserving import Site

from pipelines.api.compressing import Compressed
from pipelines.api.problems import Problem

ROWS = "/api/v1/datasets/tree_inventory/rows"
SQL = "/sql?query=SELECT+range%2C+%27name%27+AS+name+FROM+range(50)&limit=50"


@pytest.mark.parametrize("form", ["csv", "json", "ndjson"])
@pytest.mark.parametrize("path", [f"{ROWS}?limit=50", f"{ROWS}?limit=all", SQL])
def test_rows_are_compressed_for_whoever_wants_it(site: Site, path: str, form: str) -> None:
    asked = f"{path}&format={form}"
    compressed, plain = site.ask(asked, Accept_Encoding="gzip, br"), site.ask(asked)
    assert (compressed.status, compressed.headers["content-encoding"]) == (200, "gzip")
    assert gzip.decompress(compressed.body) == plain.body
    assert "content-encoding" not in plain.headers and "content-length" not in compressed.headers
    assert compressed.headers["vary"] == plain.headers["vary"]
    assert {"Accept", "Accept-Encoding"} <= set(plain.headers["vary"].split(", "))
    told = {name for name in plain.headers if name.startswith("gongkai-") or name in {"content-type", "cache-control"}}
    assert {name: compressed.headers[name] for name in told} == {name: plain.headers[name] for name in told}
    assert "gongkai-complete" in told and "etag" not in compressed.headers


@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_what_is_compressed_in_itself_is_sent_as_it_is(site: Site, form: str) -> None:
    compressed, plain = site.ask(f"{ROWS}?format={form}", Accept_Encoding="gzip"), site.ask(f"{ROWS}?format={form}")
    assert "content-encoding" not in compressed.headers and compressed.headers["vary"] == "Accept"
    assert compressed.body == plain.body


@pytest.mark.parametrize(
    "path", ["/api/v1/", "/api/v1/openapi.json", "/api/v1/datasets/tree_inventory", "/api/3/action/package_search"]
)
def test_documents_are_compressed(site: Site, path: str) -> None:
    compressed, plain = site.ask(path, Accept_Encoding="gzip"), site.ask(path)
    assert compressed.headers["content-encoding"] == "gzip" and gzip.decompress(compressed.body) == plain.body
    assert int(compressed.headers["content-length"]) == len(compressed.body) < len(plain.body)
    assert "Accept-Encoding" in compressed.headers["vary"] and compressed.headers["vary"] == plain.headers["vary"]
    head = site.ask(path, "HEAD", Accept_Encoding="gzip")
    assert {**head.headers, "date": ""} == {**compressed.headers, "date": ""} and head.body == b""


def test_what_hardly_gets_smaller_is_sent_as_it_is(site: Site) -> None:
    for path in ("/api/3/action/status_show", "/api/v1/datasets/none"):
        answer = site.ask(path, Accept_Encoding="gzip")
        assert "content-encoding" not in answer.headers and answer.json


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip;q=0", None), ("gzip;q=0.5, identity", None), ("br", None), ("*", "gzip"), ("identity;q=0, gzip", "gzip")],
)
def test_what_a_client_accepts(site: Site, accepted: str, coding: str | None) -> None:
    assert site.ask(f"{ROWS}?limit=all", Accept_Encoding=accepted).headers.get("content-encoding") == coding


@pytest.mark.parametrize("path", [ROWS, "/api/v1/datasets", SQL])
def test_a_client_that_takes_nothing_that_there_is(site: Site, path: str) -> None:
    answer = site.ask(path, Accept_Encoding="*;q=0")
    assert (answer.status, answer.json["type"]) == (406, "/api/v1/#coding")
    assert "Accept-Encoding" in answer.headers["vary"]


class Sent:
    """What an application that sends blocks one by one brings to its client; ``blocks``: how often, before each."""

    def __init__(self, blocks: int, *, ends: bool) -> None:
        self.messages: list[dict[str, Any]] = []
        self.before: list[int] = []
        self._blocks, self._ends = blocks, ends

    async def app(self, _scope: Any, _receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/csv; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for number in range(self._blocks):
            self.before.append(len(self.messages))
            content = f"{number},tree\r\n".encode() * 10_000
            await send({"type": "http.response.body", "body": content, "more_body": True})
        if self._ends:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    def take(self, accepted: bytes = b"gzip") -> bytes:
        async def send(message: Any) -> None:
            self.messages.append(message)

        async def receive() -> Any:
            raise AssertionError("it is the application's to ask")

        scope = {"type": "http", "headers": [(b"accept-encoding", accepted)]}
        asyncio.run(Compressed(self.app)(scope, receive, send))
        return b"".join(message.get("body", b"") for message in self.messages)


def test_a_block_is_sent_before_the_next_one_is_made() -> None:
    sent = Sent(5, ends=True)
    body = sent.take()
    # The first comes with the headers.
    assert sent.before == [0, 2, 3, 4, 5]
    assert gzip.decompress(body).count(b"tree") == 50_000
    unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
    parts = [len(unpacking.decompress(message["body"])) for message in sent.messages[1:]]
    assert parts == [80_000] * 5 + [0]


def test_what_breaks_off_has_no_end() -> None:
    sent = Sent(3, ends=False)
    unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
    assert unpacking.decompress(sent.take()).count(b"tree") == 30_000
    assert not unpacking.eof and sent.messages[-1]["more_body"]


def test_who_takes_nothing_that_there_is_starts_nothing() -> None:
    sent = Sent(1, ends=True)
    with pytest.raises(Problem, match="coding"):
        sent.take(b"identity;q=0")
    assert not sent.before and not sent.messages
