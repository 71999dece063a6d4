"""Checksums of files as catalogs elsewhere write them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

#: Hexadecimal digits of each algorithm's digests (FIPS 180-4; RFC 1321).
_DIGITS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
_HEXADECIMAL = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True)
class Checksum:
    """``algorithm`` as hashlib names it; ``value`` in small hexadecimal digits."""

    algorithm: str
    value: str

    @classmethod
    def read(cls, algorithm: str, value: str) -> Checksum | None:
        """A checksum that says its algorithm in some way: ``SHA-256``, ``sha256``, ``…#checksumAlgorithm_sha256``.

        Returns:
            ``None`` where it is none, or of an algorithm that is not known.
        """
        name = re.split(r"[#/_]", algorithm.strip().lower())[-1].replace("-", "")
        digits = value.strip().lower()
        if len(digits) != _DIGITS.get(name) or _HEXADECIMAL.fullmatch(digits) is None:
            return None
        return cls(name, digits)

    @classmethod
    def prefixed(cls, text: str) -> Checksum | None:
        """A checksum after its algorithm and a colon; without these it is told by its length (MD5, SHA-1, SHA-2)."""
        algorithm, colon, value = text.strip().rpartition(":")
        if not colon:
            algorithm = next((name for name, digits in _DIGITS.items() if digits == len(value)), "")
        return cls.read(algorithm, value)

    def fits(self, path: Path) -> bool:
        """Whether a file's bytes come to it."""
        with path.open("rb") as stream:
            # Told for comparison with what somebody published, not as protection against forgery.
            found = hashlib.file_digest(stream, lambda: hashlib.new(self.algorithm, usedforsecurity=False))
        return found.hexdigest() == self.value
