"""The Ed25519 key (RFC 8032) that releases are signed with, made at first use and kept in the private folder.

The private half is PKCS #8 in PEM, ``secrets/signing.key``; the public one is published with each release as
SubjectPublicKeyInfo in PEM (RFC 8410), which OpenSSL reads. Whoever has the private key can sign in the publisher's
name, so it is never printed; without it, releases to come are signed with a new one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from pipelines.core.errors import GongkaiError
from pipelines.core.files import PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE, create_file
from pipelines.core.paths import Workspace

KEY_FILE = "signing.key"
#: RFC 8032: an Ed25519 signature is 64 bytes.
SIGNATURE_BYTES = 64
#: A public key in PEM takes 113 bytes.
_LARGEST_PEM = 64 * 1024


class MalformedSigningKey(GongkaiError):
    """The signing key is not an unencrypted Ed25519 key in PEM. ``source`` is where it was read, never what."""

    message_id = "publish-malformed-signing-key"

    def __init__(self, source: str) -> None:
        super().__init__(source=source)


class UnusablePublicKey(GongkaiError):
    """A file is not an Ed25519 public key in PEM, or cannot be read."""

    message_id = "publish-unusable-public-key"

    def __init__(self, source: str) -> None:
        super().__init__(source=source)


@dataclass(frozen=True)
class PublicKey:
    """The public half of a signing key: ``raw`` are its 32 bytes."""

    raw: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the raw key, in hexadecimal: what the publisher makes known by another way than the catalog."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def id(self) -> str:
        """The first 16 hexadecimal digits of the fingerprint."""
        return self.fingerprint[:16]

    @property
    def pem(self) -> bytes:
        """SubjectPublicKeyInfo in PEM (RFC 8410)."""
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @classmethod
    def from_pem(cls, content: bytes) -> PublicKey | None:
        """The key of a PEM file; ``None`` when it is not an Ed25519 public key."""
        try:
            key = load_pem_public_key(content)
        except (ValueError, UnsupportedAlgorithm):
            return None
        if not isinstance(key, Ed25519PublicKey):
            return None
        return cls(key.public_bytes(Encoding.Raw, PublicFormat.Raw))

    def verifies(self, content: bytes, signature: bytes) -> bool:
        """Tell whether ``signature`` is this key's over ``content``."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, content)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """A key that signs; its seed is never shown."""

    seed: bytes = field(repr=False)

    @property
    def public(self) -> PublicKey:
        """Its public half."""
        return PublicKey(self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, content: bytes) -> bytes:
        """The signature over ``content``, 64 bytes; the same each time."""
        return self._private.sign(content)

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def key_path(key_id: str) -> str:
    """Where a public key is published, relative to the catalog's root."""
    return f"keys/{key_id}.pem"


def load_signing_key(workspace: Workspace) -> SigningKey:
    """The installation's key, ``secrets/signing.key``, made at first use.

    Raises:
        MalformedSigningKey: when what is there is not an unencrypted Ed25519 private key in PEM.
    """
    path = workspace.secrets / KEY_FILE
    if not path.exists():
        _make(path)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # The library's errors may carry what it could not read.
        raise MalformedSigningKey(str(path)) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise MalformedSigningKey(str(path))
    return SigningKey(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))


def read_public_key(path: Path) -> PublicKey:
    """A public key that somebody was given.

    Raises:
        UnusablePublicKey: when the file is not an Ed25519 public key in PEM, or cannot be read.
    """
    try:
        with path.open("rb") as stream:
            key = PublicKey.from_pem(stream.read(_LARGEST_PEM))
    except OSError as problem:
        raise UnusablePublicKey(str(path)) from problem
    if key is None:
        raise UnusablePublicKey(str(path))
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER_MODE)
    content = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    # Whoever comes second reads the key of who came first.
    create_file(path, content, PRIVATE_FILE_MODE)
