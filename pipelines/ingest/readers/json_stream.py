"""A list of records read piece by piece from a JSON document, so that a long list is never held whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TextIO

from pipelines.ingest.readers.cells import NumberText

_BLOCK = 1 << 16
_SPACE = " \t\r\n"
#: Characters that one record may take; a record that does not end by then is not a record.
MAX_RECORD = 16 << 20


class RecordsMissing(ValueError):
    """The document has no list of records at the given path."""


def records(stream: TextIO, path: tuple[str, ...]) -> Iterator[Any]:
    """Yield the elements of the list at ``path`` (object keys from the outside in; empty: the document itself).

    Numbers come as :class:`NumberText`, as they are written. The document is read to its end.

    Raises:
        RecordsMissing: when there is no list at that path.
        ValueError: when the text is not one JSON value (RFC 8259), names a key twice, or a record is too long.
    """
    source = _Source(stream)
    keys = [_enter(source, key) for key in path]
    if source.peek() != "[":
        raise RecordsMissing
    yield from _elements(source)
    for seen in reversed(keys):
        _leave(source, seen)
    if source.peek():
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
    decoder = _decoder()
    number = 0
    while line := stream.readline(MAX_RECORD + 1):
        number += 1
        if len(line) > MAX_RECORD:
            raise BadLine(number)
        if line := line.strip(_SPACE):
            try:
                yield number, decoder.decode(line)
            except (ValueError, RecursionError) as problem:
                raise BadLine(number) from problem


def _elements(source: _Source) -> Iterator[Any]:
    source.skip()
    if source.peek() == "]":
        source.skip()
        return
    while True:
        yield source.value()
        mark = source.peek()
        source.skip()
        if mark == "]":
            return
        if mark != ",":
            raise ValueError("list")


def _enter(source: _Source, wanted: str) -> set[str]:
    """Move to the value of a key of the object that begins here; the keys so far."""
    if source.peek() != "{":
        raise RecordsMissing
    seen: set[str] = set()
    while True:
        source.skip()
        if source.peek() != '"':
            raise RecordsMissing
        if _key(source, seen) == wanted:
            return seen
        source.value()
        if source.peek() != ",":
            raise RecordsMissing


def _leave(source: _Source, seen: set[str]) -> None:
    """Read the object around a value to its end."""
    while (mark := source.peek()) == ",":
        source.skip()
        if source.peek() != '"':
            raise ValueError("object")
        _key(source, seen)
        source.value()
    if mark != "}":
        raise ValueError("object")
    source.skip()


def _key(source: _Source, seen: set[str]) -> str:
    key = str(source.value())
    if key in seen:
        raise ValueError("repeated key")
    seen.add(key)
    if source.peek() != ":":
        raise ValueError("object")
    source.skip()
    return key


class _Source:
    """A window on the text that always begins at the next character to be read."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._text, self._at, self._ended = "", 0, False
        self._decoder = _decoder()

    def peek(self) -> str:
        """The next character that is not white space; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def skip(self) -> None:
        self._at += 1

    def value(self) -> Any:
        """The value that begins here."""
        self.peek()
        wanted = 0
        while True:
            if len(self._text) - self._at >= wanted or self._ended:
                try:
                    value, end = self._decoder.raw_decode(self._text, self._at)
                except json.JSONDecodeError:
                    if self._ended:
                        raise
                else:
                    # A number at the very end of the window may go on in the next block.
                    if end < len(self._text) or self._ended:
                        self._at = end
                        return value
                # Doubling keeps the work for a long record proportional to its length.
                wanted = 2 * (len(self._text) - self._at) + 1
            if len(self._text) - self._at > MAX_RECORD:
                raise ValueError("record too long")
            self._more()

    def _more(self) -> bool:
        block = self._stream.read(_BLOCK)
        self._text = self._text[self._at :] + block
        self._at = 0
        self._ended = self._ended or not block
        return bool(block)


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_object, parse_int=NumberText, parse_float=NumberText, parse_constant=_refuse
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("repeated key")
    return content


def _refuse(constant: str) -> Any:
    raise ValueError(constant)
