"""Certificates are verified against the name, though the connection goes to an address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Server, certificate_in, file, sends, serving

from pipelines.fetching.connections import answer
from pipelines.fetching.deadline import Deadline
from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.hosts import HostPolicy


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return certificate_in(tmp_path)


@pytest.fixture
def server(certificate: Path) -> Iterator[Server]:
    with serving(certificate) as running:
        running.answers["/trees.csv"] = file(b"trees")
        yield running


def fetched(server: Server, host: str, path: str = "/trees.csv") -> bytes:
    policy = HostPolicy([f"{host}:{server.port}"], [host])
    with answer(server.url(path, host), {}, policy, Deadline(30)) as given:
        return b"".join(given.blocks())


def test_a_certificate_that_nobody_vouches_for_is_refused(server: Server) -> None:
    with pytest.raises(FetchFailed) as refused:
        fetched(server, "localhost")
    assert refused.value.message.id == "fetch-certificate"
    assert server.asked == []


def test_a_certificate_counts_for_its_name_only(
    server: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert fetched(server, "localhost") == b"trees"
    with pytest.raises(FetchFailed) as refused:
        fetched(server, "127.0.0.1")
    assert refused.value.message.id == "fetch-certificate"


def test_no_redirect_leads_out_of_https(server: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server.answers["/moved"] = sends(b"", 301, Location=f"http://localhost:{server.port}/trees.csv")
    with pytest.raises(FetchFailed) as refused:
        fetched(server, "localhost", "/moved")
    assert refused.value.message.id == "fetch-redirect-unencrypted"
