"""Signed releases: what of a release is covered by which hash, and the signature over it.

Here: the signing key and its public halves; lists of SHA-256 sums as coreutils read them; signing a release after
its commit, and signing those that a crash left unsigned.

Not here: verifying (``publish.verifying``), making what is derived from a release (its caller gives the hashes).
"""

from pipelines.publish.signing.keys import (
    MalformedSigningKey,
    PublicKey,
    SigningKey,
    UnusablePublicKey,
    load_signing_key,
    read_public_key,
)
from pipelines.publish.signing.signatures import Derived, heal_signatures, nothing_derived, sign_release, signed_sums
from pipelines.publish.signing.sums import MalformedSums, format_sums, parse_sums

__all__ = [
    "Derived",
    "MalformedSigningKey",
    "MalformedSums",
    "PublicKey",
    "SigningKey",
    "UnusablePublicKey",
    "format_sums",
    "heal_signatures",
    "load_signing_key",
    "nothing_derived",
    "parse_sums",
    "read_public_key",
    "sign_release",
    "signed_sums",
]
