"""The parts of a file's words that encodings differ in, gathered over the whole file in bounded memory."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

#: Beyond ASCII, up to one neighbour at either end. No encoding here has characters that end in bytes below "0" or
#: between ":" and "?", so that a part never begins or ends within a character.
_PARTS = re.compile(rb"[0-9@-~]?[\x80-\xff](?:[0-9@-~\x80-\xff]*[\x80-\xff])?[0-9@-~]?")
_SEPARATOR = re.compile(rb"[\x00-/:-?]")
_DIGITS = re.compile(rb"[0-9]+")
_BLOCK = 1 << 20
#: So many bytes of different parts are evidence enough; they are drawn from the whole file.
_MOST_BYTES = 24_000
_LONGEST = 2_000
_KEPT = 4_000


@dataclass
class Excerpts:
    """Different parts of words with bytes beyond ASCII: each counts once, however often it occurs.

    ``parts`` are drawn by their check sums, so the same file gives the same ones; ``high`` are all bytes beyond ASCII
    that the file has.
    """

    parts: list[bytes] = field(default_factory=list)
    high: bytes = b""


def excerpts_of(path: Path, most: int | None = None) -> Excerpts:
    """Look through a file, or so many of its first bytes."""
    drawn: dict[bytes, bytes] = {}
    high: set[int] = set()
    kept = b""
    with path.open("rb") as stream:
        while (most is None or stream.tell() < most) and (block := stream.read(_BLOCK)):
            text = kept + block
            kept = _unfinished(text)
            _draw(text[: len(text) - len(kept)], drawn)
            high.update(block.translate(None, bytes(range(128))))
        if not stream.read(1):
            # Else the last word goes on, and may end within a character here.
            _draw(kept, drawn)
    return Excerpts(list(_first(drawn)), bytes(sorted(high)))


def _unfinished(text: bytes) -> bytes:
    """What may go on in the next block: the last word, unless it is none."""
    tail = text[-_LONGEST:]
    last = max((match.end() for match in _SEPARATOR.finditer(tail)), default=0)
    return tail[last:]


def _draw(text: bytes, drawn: dict[bytes, bytes]) -> None:
    for part in set(_PARTS.findall(text)):
        if len(part) <= _LONGEST:
            # Numbers beside a letter make no new evidence.
            drawn.setdefault(_DIGITS.sub(b"0", part), part)
    if len(drawn) > 2 * _KEPT:
        for key in sorted(drawn, key=_place)[_KEPT:]:
            del drawn[key]


def _first(drawn: dict[bytes, bytes]) -> Iterable[bytes]:
    size = 0
    for key in sorted(drawn, key=_place):
        yield drawn[key]
        size += len(key)
        if size >= _MOST_BYTES:
            return


def _place(key: bytes) -> tuple[int, bytes]:
    return zlib.crc32(key), key
