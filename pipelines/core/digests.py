"""Digests of what something was made of: whether it has to be made again is whether they differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any


def json_digest(document: object, default: Callable[[Any], Any] | None = None) -> str:
    """SHA-256 of a document's JSON with sorted keys, in hexadecimal.

    Args:
        document: what JSON can hold.
        default: what stands for anything else.

    Raises:
        TypeError: when there is something else, and no ``default``.
    """
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, default=default)
    return hashlib.sha256(text.encode()).hexdigest()
