"""Where a page ended, as an opaque text that the client gives back.

A cursor holds the version it was made for, so that pages fit together whatever is released meanwhile; the values of
the last row, which the client has seen; and a digest of what was asked. It is checked, not signed: whoever writes one
of their own sees rows that anybody may see.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.api.problems import Problem
from pipelines.core.errors import InvalidVersion
from pipelines.core.versions import VersionNumber

_MOST_TIES = 1 << 40


@dataclass(frozen=True)
class Position:
    """The last row of a page: its values in the columns of the order, as text, and how many rows up to it have the
    same."""

    version: str
    digest: str
    values: tuple[str | None, ...]
    ties: int

    def __str__(self) -> str:
        content = json.dumps([self.version, self.digest, self.values, self.ties], ensure_ascii=False)
        return base64.urlsafe_b64encode(content.encode()).rstrip(b"=").decode("ascii")

    def next(self, digest: str, last: Sequence[str | None], ties: int, rows: int) -> Position:
        """The position after a page that followed this one."""
        stays = tuple(last) == self.values and ties == rows
        return Position(self.version, digest, tuple(last), ties + (self.ties if stays else 0))


def read_position(text: str) -> Position:
    """Read a cursor.

    Raises:
        Problem: when it is none.
    """
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        version, digest, values, ties = _checked(json.loads(base64.b64decode(padded, b"-_", validate=True)))
        return Position(str(VersionNumber.parse(version)), digest, tuple(values), ties)
    except (ValueError, TypeError, RecursionError, binascii.Error, InvalidVersion) as problem:
        raise Problem(400, "cursor") from problem


def _checked(content: Any) -> Any:
    version, digest, values, ties = content
    fits = (
        isinstance(version, str)
        and isinstance(digest, str)
        and isinstance(values, list)
        and all(value is None or isinstance(value, str) for value in values)
        and isinstance(ties, int)
        and not isinstance(ties, bool)
        and 0 <= ties < _MOST_TIES
    )
    if not fits:
        raise ValueError("no cursor")
    return content
