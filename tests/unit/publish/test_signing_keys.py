"""The signing key: made once, read back, never shown; its public half as OpenSSL reads it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from pipelines.core.paths import Workspace
from pipelines.publish.signing import (
    MalformedSigningKey,
    PublicKey,
    SigningKey,
    UnusablePublicKey,
    load_signing_key,
    read_public_key,
)
from pipelines.publish.signing.keys import KEY_FILE


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.at(tmp_path / "data", tmp_path / "schema")


def test_a_key_is_made_at_first_use_and_stays(workspace: Workspace) -> None:
    first = load_signing_key(workspace)
    path = workspace.secrets / KEY_FILE
    assert load_signing_key(workspace) == first
    assert (path.stat().st_mode & 0o777, workspace.secrets.stat().st_mode & 0o777) == (0o600, 0o700)
    assert first.seed.hex() not in repr(first) and repr(first.seed) not in repr(first)


def test_the_first_test_vector_of_rfc_8032() -> None:
    key = SigningKey(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    assert key.public.raw.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    signature = key.sign(b"")
    assert signature.hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155")
    assert key.public.verifies(b"", signature)
    assert not key.public.verifies(b"x", signature)
    assert not key.public.verifies(b"", signature[:-1])
    assert not SigningKey(b"\1" * 32).public.verifies(b"", signature)


def test_openssl_reads_the_key_and_gives_its_fingerprint(tmp_path: Path) -> None:
    public = SigningKey(b"\7" * 32).public
    pem = tmp_path / "key.pem"
    pem.write_bytes(public.pem)
    assert read_public_key(pem) == public
    recipe = "openssl pkey -pubin -in key.pem -outform DER | tail -c 32 | sha256sum"
    printed = subprocess.run(recipe, shell=True, cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S602
    assert printed.stdout.split()[0] == public.fingerprint
    assert public.fingerprint.startswith(public.id) and len(public.id) == 16


@pytest.mark.parametrize(
    "content", [b"", b"no key", b"\xff\xfe", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_private_key_is_refused_and_not_shown(workspace: Workspace, content: bytes) -> None:
    workspace.prepare()
    (workspace.secrets / KEY_FILE).write_bytes(content)
    with pytest.raises(MalformedSigningKey) as refused:
        load_signing_key(workspace)
    assert str(workspace.secrets / KEY_FILE) in str(refused.value)
    assert "AAAA" not in str(refused.value)


def test_keys_of_another_kind_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    other = Ed448PrivateKey.generate()
    workspace.prepare()
    private = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (workspace.secrets / KEY_FILE).write_bytes(private)
    with pytest.raises(MalformedSigningKey):
        load_signing_key(workspace)
    pem = tmp_path / "key.pem"
    for content in (other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), private, b"\0"):
        assert PublicKey.from_pem(content) is None
        pem.write_bytes(content)
        with pytest.raises(UnusablePublicKey):
            read_public_key(pem)
    with pytest.raises(UnusablePublicKey):
        read_public_key(tmp_path / "nothing.pem")
