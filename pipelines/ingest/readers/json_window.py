"""A window on a JSON text: values are taken from it piece by piece, so that a long document is never held whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from pipelines.ingest.readers.cells import NumberText

_BLOCK = 1 << 16
SPACE = " \t\r\n"
#: Characters that one value may take that is held whole, such as a record; what does not end by then is none.
MAX_VALUE = 16 << 20
_OF_NUMBERS = re.compile("[-+.0-9eE]*")


class JsonWindow:
    """A window on the text that always begins at the next character to be read.

    Numbers come as :class:`NumberText`, as they are written. What is not JSON (RFC 8259), names a key twice or is too
    long raises ``ValueError``, wherever it is read.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._text, self._at, self._ended = "", 0, False
        self._decoder = decoder()

    def peek(self) -> str:
        """The next character that is not white space; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in SPACE:
                self._at += 1
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def skip(self) -> None:
        """Go on by one character."""
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
                    # A number near the end of the window may go on in the next block: 1, 1., 1e and 1e+ are 1 so far.
                    if self._ended or self._is_over(end):
                        self._at = end
                        return value
                # Doubling keeps the work for a long record proportional to its length.
                wanted = 2 * (len(self._text) - self._at) + 1
            if len(self._text) - self._at > MAX_VALUE:
                raise ValueError("value too long")
            self._more()

    def elements(self) -> Iterator[Any]:
        """The elements of the list that begins here."""
        for _ in self._places():
            yield self.value()

    def key(self, seen: set[str]) -> str:
        """A key of an object, up to its value; ``seen`` are the object's keys so far, which it joins."""
        if self.peek() != '"':
            raise ValueError("object")
        key = str(self.value())
        if key in seen:
            raise ValueError("repeated key")
        seen.add(key)
        if self.peek() != ":":
            raise ValueError("object")
        self.skip()
        return key

    def members(self) -> Iterator[str]:
        """The keys of the object that begins here; the value of each has to be read before the next one."""
        self.skip()
        if self.peek() == "}":
            self.skip()
            return
        seen: set[str] = set()
        while True:
            yield self.key(seen)
            if not self._goes_on("}"):
                return

    def pass_over(self) -> None:
        """Read a value without keeping it: of lists and objects no more than one element of a list at a time."""
        mark = self.peek()
        if mark == "[":
            for _ in self.elements():
                pass
        elif mark == "{":
            for _ in self.members():
                self.pass_over()
        else:
            self.value()

    def _places(self) -> Iterator[None]:
        """Stops at each element of the list that begins here, which has to be read before the next one."""
        self.skip()
        if self.peek() == "]":
            self.skip()
            return
        while True:
            yield
            if not self._goes_on("]"):
                return

    def _is_over(self, end: int) -> bool:
        """Whether something stands behind a value that no number goes on with."""
        match = _OF_NUMBERS.match(self._text, end)
        return match is not None and match.end() < len(self._text)

    def _goes_on(self, end: str) -> bool:
        """Read what stands behind an element: a comma, or the end."""
        mark = self.peek()
        self.skip()
        if mark not in (end, ","):
            raise ValueError("list or object")
        return mark == ","

    def _more(self) -> bool:
        block = self._stream.read(_BLOCK)
        self._text = self._text[self._at :] + block
        self._at = 0
        self._ended = self._ended or not block
        return bool(block)


def decoder() -> json.JSONDecoder:
    """The decoder of whole values."""
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
