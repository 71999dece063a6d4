"""Marks of personal-data findings: what names a finding without showing what was found."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from pipelines.disclose.keys import SurrogateKey
from pipelines.disclose.plan import canonical

#: Keeps this use of the installation's secret apart from others (RFC 5869 calls it "info").
_DOMAIN = b"finding\0"
_BYTES = 16


@dataclass(frozen=True)
class Clearances:
    """Findings of a dataset that officers have cleared, by their marks.

    A mark is the HMAC-SHA-256 (RFC 2104, truncated to 128 bits) of dataset, field, kind and text under the surrogate
    key: the same wherever the same is found, and of no use to anyone without the key.
    """

    dataset: str
    key: SurrogateKey
    cleared: frozenset[str] = frozenset()

    def mark(self, field: str, kind: str, text: str) -> str:
        """The mark of what was found in a field; 32 hexadecimal digits."""
        message = _DOMAIN + "\0".join((self.dataset, field, kind, canonical(text))).encode()
        return hmac.digest(self.key.secret, message, "sha256")[:_BYTES].hex()
