"""What one client may take, so that all others are answered."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import socket
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from apiserving import SMALL, Site, site_of
from processes import children, command_of

from pipelines.catalog import Limits
from pipelines.core.paths import Workspace

ENDLESS = "/sql?query=" + quote(
    "SELECT count(*) FROM range(3000000) a, range(3000000) b WHERE hash(a.range, b.range) = 1"
)
#: Short, but not so short that a slow machine does not get through what is meant to work.
LIMITS = replace(
    SMALL, query=Limits(seconds=30, memory=256, threads=1), queries=2, queries_of_client=3, patience=1,
    header_seconds=1, body_seconds=1, send_seconds=1,
)  # fmt: skip


class Log(logging.Handler):
    """Lines of the access log as they come."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, object]] = []
        self.more = threading.Condition()

    def emit(self, record: logging.LogRecord) -> None:
        with self.more:
            self.lines.append(json.loads(record.getMessage()))
            self.more.notify_all()

    def of(self, path: str, count: int = 1) -> list[dict[str, object]]:
        """So many lines of a path, once they are there."""
        with self.more:
            assert self.more.wait_for(lambda: len(self._of(path)) >= count, 30)
            return self._of(path)

    def _of(self, path: str) -> list[dict[str, object]]:
        return [line for line in self.lines if line["path"] == path]


@pytest.fixture
def log() -> Iterator[Log]:
    handler, logger = Log(), logging.getLogger("gongkai.access")
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.fixture(scope="module")
def narrow(workspace: Workspace) -> Iterator[Site]:
    with site_of(workspace.catalog, LIMITS) as running:
        yield running


def send(site: Site, path: str, coding: str = "identity") -> socket.socket:
    """A request whose answer nobody has read yet."""
    connection = site.connect()
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: {coding}\r\n\r\n".encode())
    return connection


def abort(connection: socket.socket) -> None:
    """Hang up at once."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_too_many_queries_are_told_to_come_again_and_hanging_up_ends_them(narrow: Site, log: Log, coding: str) -> None:
    assert narrow.ask("/sql?query=SELECT+1").status == 200
    before = children()
    waiting = [send(narrow, ENDLESS, coding) for _ in range(2)]
    # Both have entered once one more finds no place.
    while (answer := narrow.ask("/sql?query=SELECT+1")).status == 200:
        pass
    assert (answer.status, answer.json["type"], answer.headers["retry-after"]) == (429, "/api/v1/#busy", "30")
    assert narrow.ask("/latest.json").status == 200
    assert narrow.ask("/api/v1/datasets").status == 200
    assert (
        narrow.ask("/api/3/action/datastore_search?resource_id=tree_inventory").json["error"]["__type"]
        == "Too Many Requests"
    )
    answered = len(log.of("/sql"))
    for connection in waiting:
        abort(connection)
    # They end without an answer, long before their 30 seconds are over.
    assert [line["status"] for line in log.of("/sql", answered + 2)].count(None) == 2
    assert narrow.ask("/sql?query=SELECT+1").status == 200
    assert not {pid for pid in children() - before if "nursery" in command_of(pid)}


def test_a_nursery_that_was_killed_is_replaced(narrow: Site) -> None:
    assert narrow.ask("/sql?query=SELECT+1").status == 200
    nurseries = [pid for pid in children() if "pipelines.api.sandbox.nursery" in command_of(pid)]
    assert nurseries
    for pid in nurseries:
        os.kill(pid, signal.SIGKILL)
    answers = [narrow.ask("/sql?query=SELECT+1").status for _ in range(2)]
    assert answers[-1] == 200


def test_queries_know_nothing_of_the_servers_environment(narrow: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_SURROGATE_KEY", "hidden")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(
            narrow.ask, "/sql?query=" + quote("SELECT count(*) FROM range(200000000) t(x) WHERE hash(x) = 1")
        )
        for pid in children():
            if "pipelines.api.sandbox.nursery" in command_of(pid):
                assert b"hidden" not in Path(f"/proc/{pid}/environ").read_bytes()
        assert running.result().status == 200


@pytest.mark.parametrize("part", ["", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "])
def test_slow_headers_end_the_connection(narrow: Site, part: str) -> None:
    with narrow.connect() as connection:
        connection.sendall(part.encode())
        assert connection.recv(1024) == b""
    assert narrow.ask("/latest.json").status == 200


def test_a_slow_body_is_told_so(narrow: Site) -> None:
    with narrow.connect() as connection:
        connection.sendall(b"POST /sql HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nSELECT")
        assert connection.recv(64).startswith(b"HTTP/1.1 408 ")


def test_requests_come_one_after_another_in_a_connection(narrow: Site) -> None:
    with narrow.connect() as connection:
        connection.sendall(b"GET /latest.json HTTP/1.1\r\nHost: a\r\n\r\n" * 2)
        received = b""
        while received.count(b'"snapshot"') < 2:
            received += connection.recv(65_536)
        assert received.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize(
    "request_line", ["GET /" + "a" * 40_000 + " HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /nothing HTTP/1.1\r\nHost: a\r\nX: " + "a" * 40_000 + "\r\n\r\n",
                     "NONSENSE\r\n\r\n", "GET /nothing HTTP/9.9\r\n\r\n"],
)  # fmt: skip
def test_large_headers_and_no_http_are_refused(narrow: Site, request_line: str) -> None:
    with narrow.connect() as connection:
        connection.sendall(request_line.encode())
        assert re.match(rb"HTTP/1\.1 (400|404) ", connection.recv(64))


def test_a_large_body_is_refused_before_it_is_read(narrow: Site) -> None:
    with narrow.connect() as connection:
        connection.sendall(b"POST /sql HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n" + b"x" * 100_000)
        assert connection.recv(64).startswith(b"HTTP/1.1 413 ")


def test_who_takes_nothing_loses_the_connection(narrow: Site, log: Log, workspace: Workspace) -> None:
    large = workspace.catalog / "large.bin"
    with large.open("wb") as file:
        file.truncate(64 << 20)
    with send(narrow, "/large.bin"):
        assert log.of("/large.bin")[0]["slow"] is True
    large.unlink()


def test_the_log_tells_no_queries_and_no_values(narrow: Site, log: Log) -> None:
    narrow.ask("/sql?query=" + quote("SELECT 'T00001' AS found FROM parks.tree_inventory"))
    narrow.ask("/api/v1/datasets/tree_inventory/rows?tree_id=T00001")
    lines = log.of("/sql") + log.of("/api/v1/datasets/tree_inventory/rows")
    assert [(line["status"], line["rows"], line["complete"]) for line in lines] == [(200, 10, False), (200, 2, True)]
    assert "T00001" not in json.dumps(log.lines)
