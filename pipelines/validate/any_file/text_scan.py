"""One quick pass over a text file's bytes: is it UTF-8, how long are its lines, are there NULs and quotation marks."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

_BLOCK = 1 << 20


@dataclass
class TextFacts:
    """What the bytes of a text file show, whatever they mean. Lines are counted by line feeds.

    Attributes:
        size: bytes.
        utf8: whether all of it is strictly UTF-8.
        broken_at: offset of the first byte that is not UTF-8.
        lines: number of line feeds.
        longest: bytes of the longest stretch without a line end, and the line it stands on.
        quotes: number of ``"``.
        nuls: NUL bytes at even and odd offsets.
        first_nul_line: line of the first NUL byte, from 1.
    """

    size: int = 0
    utf8: bool = True
    broken_at: int | None = None
    lines: int = 0
    longest: tuple[int, int] = (0, 1)
    quotes: int = 0
    nuls: list[int] = field(default_factory=lambda: [0, 0])
    first_nul_line: int | None = None


def blocks_of(path: Path, tell: Callable[[int], None] | None = None) -> Iterator[bytes]:
    """The file's bytes in blocks; ``tell`` hears how many each has."""
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block
            if tell is not None:
                tell(len(block))


def scan(path: Path, tell: Callable[[int], None] | None = None) -> TextFacts:
    """Scan a file once; memory does not grow with it."""
    facts = TextFacts()
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    running = 0
    for block in blocks_of(path, tell):
        if facts.utf8:
            _decode(decoder, block, facts)
        running = _measure(block, running, facts)
        _count_nuls(block, facts)
        facts.quotes += block.count(b'"')
        facts.lines += block.count(b"\n")
        facts.size += len(block)
    if facts.utf8:
        _decode(decoder, b"", facts, final=True)
    return facts


def _decode(decoder: codecs.IncrementalDecoder, block: bytes, facts: TextFacts, final: bool = False) -> None:
    pending = len(decoder.getstate()[0])
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError as problem:
        facts.utf8 = False
        facts.broken_at = facts.size - pending + problem.start


def _measure(block: bytes, running: int, facts: TextFacts) -> int:
    """Follow the stretches without a line end from block to block; within a block they are too short to matter."""
    first = _first_end(block)
    if first is None:
        running += len(block)
        facts.longest = max(facts.longest, (running, facts.lines + 1), key=lambda entry: entry[0])
        return running
    inner = _longest_within(block, facts.lines + 1)
    candidates = [facts.longest, (running + first, facts.lines + 1), inner]
    facts.longest = max(candidates, key=lambda entry: entry[0])
    return len(block) - 1 - max(block.rfind(b"\n"), block.rfind(b"\r"))


def _first_end(block: bytes) -> int | None:
    ends = [place for place in (block.find(b"\n"), block.find(b"\r")) if place >= 0]
    return min(ends, default=None)


def _longest_within(block: bytes, line: int) -> tuple[int, int]:
    """The longest line of a block that has line ends, first part and rest included."""
    end = b"\n" if b"\n" in block else b"\r"
    ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == ord(end))
    lengths = np.diff(ends, prepend=-1, append=len(block)) - 1
    place = int(lengths.argmax())
    return int(lengths[place]), line + (place if end == b"\n" else 0)


def _count_nuls(block: bytes, facts: TextFacts) -> None:
    if b"\0" not in block:
        return
    if facts.first_nul_line is None:
        facts.first_nul_line = facts.lines + block.count(b"\n", 0, block.index(b"\0")) + 1
    even = facts.size % 2
    facts.nuls[0] += block[even::2].count(b"\0")
    facts.nuls[1] += block[1 - even :: 2].count(b"\0")


def line_at(path: Path, offset: int) -> int:
    """The line, from 1, on which the byte at ``offset`` stands."""
    lines, left = 1, offset
    for block in blocks_of(path):
        lines += block[:left].count(b"\n")
        left -= len(block)
        if left <= 0:
            break
    return lines
