"""Entries of a document read one by one, whatever its length; and what keeps a document from being read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from pipelines.fetching.errors import FetchFailed
from pipelines.ingest.readers.json_window import JsonWindow


@contextlib.contextmanager
def opened(path: Path) -> Iterator[JsonWindow]:
    """A window on a JSON document in UTF-8 (RFC 8259); numbers in it are text.

    Raises:
        FetchFailed: when it is not UTF-8, no JSON, names a key twice, or has values that are too long or nested too
            deep, wherever it is read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield JsonWindow(stream)
    except UnicodeDecodeError:
        raise FetchFailed("harvest-not-utf8") from None
    except RecursionError:
        raise FetchFailed("harvest-too-deep") from None
    except ValueError:
        raise FetchFailed("harvest-not-json") from None


def members(window: JsonWindow) -> Iterator[str]:
    """The keys of the object that begins here; the value of each has to be read before the next one.

    Raises:
        ValueError: when something else begins here.
    """
    if window.peek() != "{":
        raise ValueError("no object")
    yield from window.members()


def require_end(window: JsonWindow) -> None:
    """The document is over.

    Raises:
        ValueError: when something follows.
    """
    if window.peek():
        raise ValueError("text after the document")
