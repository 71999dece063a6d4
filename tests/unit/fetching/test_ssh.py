from __future__ import annotations

from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving import trickling

from pipelines.fetching.deadline import Deadline
from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.hosts import HostPolicy
from pipelines.fetching.ssh import session, sftp_place
from pipelines.registry.sources import SftpSource

SOURCE: dict[str, Any] = {"name": "a", "organisation": "b", "file": "c.csv", "host_keys": ["SHA256:" + "A" * 43]}


@given(st.binary().filter(lambda name: b"\0" not in name))
def test_paths_are_the_bytes_that_stand_in_them(name: bytes) -> None:
    place = sftp_place(f"sftp://reader@Files.Example.:2022/{quote_from_bytes(name)}")
    assert (place.user, place.host, place.port, place.path) == ("reader", "files.example", 2022, b"/" + name)


@pytest.mark.parametrize(
    "url",
    ["https://a@b/c", "sftp://b/c", "sftp://a:p@b/c", "sftp://a@b:99999/c", "sftp://a@[::1/c", "sftp://a@/c",
     "sftp://a@b/%00", "sftp://a@" + "b" * 64 + ".example/c"],
)  # fmt: skip
def test_what_cannot_be_fetched_is_no_address(url: str) -> None:
    with pytest.raises(FetchFailed) as refused:
        sftp_place(url)
    assert refused.value.message.id == "fetch-address"


def opened(port: int, deadline: Deadline) -> str:
    """Open a session with what does not speak SSH to its end; the identifier of the message."""
    url = f"sftp://reader@127.0.0.1:{port}/a.csv"
    source = SftpSource(url=url, password_variable="A_PASSWORD", **SOURCE)  # noqa: S106
    policy = HostPolicy([f"127.0.0.1:{port}"], ["127.0.0.1"])
    with pytest.raises(FetchFailed) as failed, session(sftp_place(url), source, policy, deadline):
        pass
    return failed.value.message.id


@pytest.mark.parametrize("beginning", [b"SSH-2.0-", b"SSH-2.0-a\r\n\x00\x00\x40\x04"])
def test_a_trickle_is_cut(beginning: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_PASSWORD", "hush")
    with trickling(beginning) as port:
        assert opened(port, Deadline(0.5)) == "fetch-too-slow"


def test_what_speaks_no_ssh_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_PASSWORD", "hush")
    with trickling(b"SSH-2.0-a\r\nnothing") as port:
        assert opened(port, Deadline(30)) == "fetch-connection"
