"""A list of records read one by one from a JSON document, or from the lines of JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

from pipelines.ingest.readers.json_window import MAX_VALUE, SPACE, JsonWindow, decoder


class RecordsMissing(ValueError):
    """The document has no list of records at the given path."""


def records(stream: TextIO, path: tuple[str, ...]) -> Iterator[Any]:
    """Yield the elements of the list at ``path`` (object keys from the outside in; empty: the document itself).

    Numbers come as :class:`NumberText`, as they are written. The document is read to its end.

    Raises:
        RecordsMissing: when there is no list at that path.
        ValueError: when the text is not one JSON value (RFC 8259), names a key twice, or a record is too long.
    """
    window = JsonWindow(stream)
    keys = [_enter(window, key) for key in path]
    if window.peek() != "[":
        raise RecordsMissing
    yield from window.elements()
    for seen in reversed(keys):
        _leave(window, seen)
    if window.peek():
        raise ValueError("text after the document")


class BadLine(ValueError):
    """A line of JSON Lines is no JSON value. ``number`` counts from 1."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


def lines(stream: TextIO) -> Iterator[tuple[int, Any]]:
    """Yield the values of JSON Lines, one on each line, with the lines' numbers; numbers as in :func:`records`.

    Lines without anything on them hold no value.

    Raises:
        BadLine: when one is not JSON, names a key twice, or is too long.
    """
    whole = decoder()
    number = 0
    while line := stream.readline(MAX_VALUE + 1):
        number += 1
        if len(line) > MAX_VALUE:
            raise BadLine(number)
        if line := line.strip(SPACE):
            try:
                yield number, whole.decode(line)
            except (ValueError, RecursionError) as problem:
                raise BadLine(number) from problem


def _enter(window: JsonWindow, wanted: str) -> set[str]:
    """Move to the value of a key of the object that begins here; the keys so far."""
    if window.peek() != "{":
        raise RecordsMissing
    seen: set[str] = set()
    while True:
        window.skip()
        if window.peek() != '"':
            raise RecordsMissing
        if window.key(seen) == wanted:
            return seen
        window.pass_over()
        if window.peek() != ",":
            raise RecordsMissing


def _leave(window: JsonWindow, seen: set[str]) -> None:
    """Read the object around a value to its end."""
    while (mark := window.peek()) == ",":
        window.skip()
        window.key(seen)
        window.pass_over()
    if mark != "}":
        raise ValueError("object")
    window.skip()
