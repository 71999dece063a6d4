"""The secret key of surrogates: from the environment, or made once and kept in the private folder.

Losing the key breaks the link between surrogates of different versions; revealing it lets anyone who can
guess an identity number find its surrogate. So it is never printed; its identifier is what gets recorded.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.core.errors import GongkaiError
from pipelines.core.files import PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE, create_file
from pipelines.core.paths import Workspace

KEY_VARIABLE = "GONGKAI_SURROGATE_KEY"
KEY_FILE = "surrogate.key"

#: RFC 2104 advises keys no shorter than the hash: 32 bytes for SHA-256.
_KEY_BYTES = 32


class MalformedSurrogateKey(GongkaiError):
    """The surrogate key is not hexadecimal or too short. ``source`` is where it was read, never what."""

    message_id = "disclose-error-malformed-key"

    def __init__(self, source: str) -> None:
        super().__init__(source=source)


@dataclass(frozen=True)
class SurrogateKey:
    """A key for surrogates. ``id`` tells keys apart without revealing them."""

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> SurrogateKey:
        """The key with that secret; its identifier is derived."""
        return cls(hashlib.sha256(b"id" + secret).hexdigest()[:12], secret)


def load_surrogate_key(workspace: Workspace) -> SurrogateKey:
    """The installation's key: ``GONGKAI_SURROGATE_KEY`` if set, else ``surrogate.key``, made at first use.

    Raises:
        MalformedSurrogateKey: when what is there is not at least 32 bytes in hexadecimal.
    """
    given = os.environ.get(KEY_VARIABLE)
    if given is not None:
        return _parsed(given, KEY_VARIABLE)
    path = workspace.secrets / KEY_FILE
    if not path.exists():
        _make(path)
    try:
        return _parsed(path.read_text(encoding="ascii"), str(path))
    except UnicodeDecodeError:
        # The codec's error carries the file's bytes.
        raise MalformedSurrogateKey(str(path)) from None


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER_MODE)
    # Whoever comes second reads the key of who came first.
    create_file(path, f"{secrets.token_hex(_KEY_BYTES)}\n".encode(), PRIVATE_FILE_MODE)


def _parsed(text: str, source: str) -> SurrogateKey:
    try:
        secret = bytes.fromhex(text.strip())
    except ValueError:
        raise MalformedSurrogateKey(source) from None
    if len(secret) < _KEY_BYTES:
        raise MalformedSurrogateKey(source)
    return SurrogateKey.of(secret)
