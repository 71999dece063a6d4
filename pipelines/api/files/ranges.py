"""Which bytes a request wants (RFC 9110, section 14), and whether what it has is still the same (section 13)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.utils import parsedate_to_datetime

from starlette.datastructures import Headers

_RANGES = re.compile(r"bytes=(.*)", re.IGNORECASE)
_RANGE = re.compile(r"([0-9]*)-([0-9]*)")
_TAG = re.compile(r'(W/)?("[^"]*")')
#: More ranges than any reader of Parquet asks for at once: then the whole file is sent.
_MOST = 32
#: Digits of a position: files are smaller, and numbers of any length would take time to read.
_DIGITS = 18


class NotSatisfiable(Exception):
    """None of the ranges begins within the file."""


def wanted_ranges(value: str, size: int) -> Sequence[tuple[int, int]]:
    """The ranges of a Range header as first byte and byte after the last, ascending, those that touch as one.

    Returns:
        Nothing where the header says nothing that could be followed, so that the whole file is meant.

    Raises:
        NotSatisfiable: see there.
    """
    match = _RANGES.fullmatch(value.strip())
    if not match:
        return ()
    parts = [part.strip() for part in match[1].split(",") if part.strip()]
    found = [_RANGE.fullmatch(part) for part in parts]
    if not parts or len(parts) > _MOST:
        return ()
    ranges = []
    for each in found:
        if each is None or not (each[1] or each[2]) or max(map(len, each.groups())) > _DIGITS:
            return ()
        if each[1] and each[2] and int(each[1]) > int(each[2]):
            return ()
        first = int(each[1]) if each[1] else max(0, size - int(each[2]))
        after = min(size, int(each[2]) + 1) if each[1] and each[2] else size
        if first < after:
            ranges.append((first, after))
    if not ranges:
        raise NotSatisfiable
    return _joined(sorted(ranges))


def _joined(ranges: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    joined = [ranges[0]]
    for first, after in ranges[1:]:
        if first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(after, joined[-1][1]))
        else:
            joined.append((first, after))
    return joined


def is_unchanged(headers: Headers, etag: str, modified: float) -> bool:
    """Whether the client has it already: If-None-Match by weak comparison, else If-Modified-Since."""
    if "if-none-match" in headers:
        return _names(headers["if-none-match"], etag, weak=True)
    since = _time(headers.get("if-modified-since", ""))
    return since is not None and int(modified) <= since


def is_other(headers: Headers, etag: str, modified: float) -> bool:
    """Whether the client wants only what is no longer there: If-Match by strong comparison, else
    If-Unmodified-Since."""
    if "if-match" in headers:
        return not _names(headers["if-match"], etag, weak=False)
    since = _time(headers.get("if-unmodified-since", ""))
    return since is not None and int(modified) > since


def range_counts(headers: Headers, etag: str) -> bool:
    """Whether a Range header is to be followed: If-Range names this very file, or is absent.

    A time is no strong validator where a file may change twice in a second, so it never counts.
    """
    condition = headers.get("if-range")
    return condition is None or condition.strip() == etag


def _names(value: str, etag: str, weak: bool) -> bool:
    if value.strip() == "*":
        return True
    return any(match[2] == etag and (weak or not match[1]) for match in _TAG.finditer(value))


def _time(value: str) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp() if value else None
    except (TypeError, ValueError, OverflowError):
        return None
