"""Certificates are verified against the name, though the connection goes to an address."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from serving import Server, file, sends, serving

from pipelines.fetching.connections import answer
from pipelines.fetching.deadline import Deadline
from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.hosts import HostPolicy


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for ``localhost`` with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + made.public_bytes(pem))
    return path


@pytest.fixture
def server(certificate: Path) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(context) as running:
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
