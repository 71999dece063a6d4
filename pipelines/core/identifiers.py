"""Identifiers that appear in file names, SQL, asset keys and URLs, so their alphabet is narrow and ASCII."""

from __future__ import annotations

import re

#: Dataset, theme, organisation, code list and field identifiers: lower-case ASCII, as Dagster asset keys
#: and unquoted DuckDB identifiers both allow.
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")

#: Content hashes are SHA-256 in lower-case hexadecimal (FIPS 180-4).
SHA256 = re.compile(r"[0-9a-f]{64}")


def is_identifier(text: str) -> bool:
    """Tell whether ``text`` may name a dataset, theme, organisation, code list or field."""
    return IDENTIFIER.fullmatch(text) is not None


def is_sha256(text: str) -> bool:
    """Tell whether ``text`` is a SHA-256 digest in lower-case hexadecimal."""
    return SHA256.fullmatch(text) is not None
