"""The time limit holds against servers that never fall silent: a byte now and then resets every waiting time."""

from __future__ import annotations

import pytest
from serving import trickling

from pipelines.fetching.connections import answer
from pipelines.fetching.deadline import Deadline
from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.hosts import HostPolicy


@pytest.mark.parametrize(
    ("scheme", "beginning"),
    [
        ("http", b"HTTP/1.1 200 OK\r\nX-Long: "),
        ("http", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("http", b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"),
        ("https", b"\x16\x03\x03\x40\x00"),
    ],
)
def test_a_trickle_is_cut(scheme: str, beginning: bytes) -> None:
    with trickling(beginning) as port, pytest.raises(FetchFailed) as given_up:
        policy = HostPolicy([f"127.0.0.1:{port}"], ["127.0.0.1"])
        with answer(f"{scheme}://127.0.0.1:{port}/", {}, policy, Deadline(0.5)) as given:
            list(given.blocks())
    assert given_up.value.message.id == "fetch-too-slow"
